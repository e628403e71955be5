// f(DISTINCT x) for any aggregate f of one argument: the set of values is kept, and f sees them when a result is asked
// for.
#pragma once

#include "engine/aggregate.hpp"

#include <map>
#include <string>

namespace sf::engine {

/// Different values that f(DISTINCT x) keeps of a group. Of more the result is NULL.
inline constexpr std::size_t kDistinctValuesMax = 100'000;

class DistinctStates : public AggregateStates {
public:
    /// `aggregate` is f, without a cell. Its results are no texts: those would point into states that are gone.
    DistinctStates(sql::Type type, std::unique_ptr<AggregateStates> aggregate)
        : type_(type), aggregate_(std::move(aggregate)) {}

    [[nodiscard]] std::unique_ptr<AggregateStates> fresh() const override;
    [[nodiscard]] std::unique_ptr<AggregateStates> clone() const override;
    void resize(std::size_t cells) override { sets_.resize(cells); }
    void fold(std::span<const std::uint32_t> rows, std::span<const std::uint32_t> cells,
              std::span<const sql::Column* const> arguments) override;
    void merge(const AggregateStates& other, std::span<const std::uint32_t> from,
               std::span<const std::uint32_t> to) override;
    void results(std::span<const std::uint32_t> cells, OwnedColumn& out) const override;
    [[nodiscard]] std::size_t bytes() const override;
    void save(ByteWriter& writer) const override;
    void load(ByteReader& reader) override;

private:
    struct Set {
        std::map<std::string, std::string, std::less<>> values;  // What values are told apart by, and one of them.
        std::size_t bytes = 0;                                   // Of all of them.
        bool overflow = false;

        void add(std::string_view key, std::string_view value);
        void merge(const Set& other);
        void check();
    };

    sql::Type type_;
    std::unique_ptr<AggregateStates> aggregate_;
    std::vector<Set> sets_;
    std::string key_, value_;  // Of the row in hand.
};

}  // namespace sf::engine
