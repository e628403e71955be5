// The values of a group in an order: what string_agg and array_agg keep. A list is one piece of memory, so that a value
// costs no allocation, lists are merged by putting one behind the other, and only a result sorts them.
#pragma once

#include "engine/aggregate.hpp"

#include <functional>
#include <optional>
#include <string>

namespace sf::engine {

/// Of a group; beyond, the result is NULL.
inline constexpr std::size_t kListValuesMax = 10'000;
inline constexpr std::size_t kListBytesMax = 1u << 20;  // Values, and what they are sorted by.

struct ListEntry {
    std::string_view key;                   // Sorts.
    std::optional<std::string_view> value;  // As append_value() writes it; nothing is NULL.
};

struct ListRules {
    std::vector<sql::SortDirection> order;  // Of the keys of ORDER BY.
    bool distinct = false;                  // Values are sorted by themselves, each once.
    bool keeps_nulls = false;
    sql::Type result = sql::Type::text;

    /// What becomes of a list that has an entry. Nothing: it can't be said.
    std::function<std::optional<std::string>(std::span<const ListEntry>)> finish;
};

class ListStates : public AggregateStates {
public:
    explicit ListStates(std::shared_ptr<const ListRules> rules) : rules_(std::move(rules)) {}

    [[nodiscard]] std::unique_ptr<AggregateStates> fresh() const override {
        return std::make_unique<ListStates>(rules_);
    }
    [[nodiscard]] std::unique_ptr<AggregateStates> clone() const override {
        return std::make_unique<ListStates>(*this);
    }
    void resize(std::size_t cells) override { lists_.resize(cells); }
    void fold(std::span<const std::uint32_t> rows, std::span<const std::uint32_t> cells,
              std::span<const sql::Column* const> arguments) override;
    void merge(const AggregateStates& other, std::span<const std::uint32_t> from,
               std::span<const std::uint32_t> to) override;
    void results(std::span<const std::uint32_t> cells, OwnedColumn& out) const override;
    [[nodiscard]] std::size_t bytes() const override;
    void save(ByteWriter& writer) const override;
    void load(ByteReader& reader) override;

private:
    struct List {
        std::string entries;
        std::size_t count = 0;
        bool overflow = false;
    };

    void check(List& list) const;
    [[nodiscard]] std::vector<ListEntry> sorted(const List& list) const;

    std::shared_ptr<const ListRules> rules_;  // Of all states of a call.
    std::vector<List> lists_;
    std::string key_, value_;  // Of the row in hand.
};

/// The rules of a call of the form f([DISTINCT] x [, constants] [ORDER BY ...]).
[[nodiscard]] ListRules list_rules(const sql::AggregateCall& call);

/// The keys of ORDER BY as such a call takes them; nothing where one can't be sorted by.
[[nodiscard]] std::optional<std::vector<sql::Type>> list_order(const sql::AggregateUse& use);

/// Without ORDER BY rows are taken as they happened; equal values are one anyway.
[[nodiscard]] inline sql::RowOrder row_order_of(const sql::AggregateUse& use) {
    if (use.distinct) return sql::RowOrder::unused;
    return use.order.empty() ? sql::RowOrder::needed : sql::RowOrder::breaks_ties;
}

}  // namespace sf::engine
