// States of a fixed size in one array: what most aggregates need.
#pragma once

#include "engine/aggregate.hpp"

#include <type_traits>
#include <vector>

namespace sf::engine {

/// `Kind` has: `State` (trivially copyable; its default is "no value yet"), `fold(State*, rows, cells, arguments)`,
/// `merge(State& into, const State& from)`, `results(span of State, cells, out)`. A State that not any bytes are has
/// `plausible()`.
template <class Kind>
class FlatStates : public AggregateStates {
public:
    using State = typename Kind::State;
    static_assert(std::is_trivially_copyable_v<State>);

    explicit FlatStates(Kind kind = {}) : kind_(kind) {}

    [[nodiscard]] std::unique_ptr<AggregateStates> fresh() const override {
        return std::make_unique<FlatStates>(kind_);
    }
    [[nodiscard]] std::unique_ptr<AggregateStates> clone() const override {
        return std::make_unique<FlatStates>(*this);
    }
    void resize(std::size_t cells) override { states_.resize(cells); }
    void fold(std::span<const std::uint32_t> rows, std::span<const std::uint32_t> cells,
              std::span<const sql::Column* const> arguments) override {
        kind_.fold(states_.data(), rows, cells, arguments);
    }
    void merge(const AggregateStates& other, std::span<const std::uint32_t> from,
               std::span<const std::uint32_t> to) override {
        const State* theirs = static_cast<const FlatStates&>(other).states_.data();
        State* ours = states_.data();
        for (std::size_t i = 0; i < from.size(); ++i) kind_.merge(ours[to[i]], theirs[from[i]]);
    }
    void results(std::span<const std::uint32_t> cells, OwnedColumn& out) const override {
        kind_.results(states_, cells, out);
    }
    [[nodiscard]] std::size_t bytes() const override { return states_.capacity() * sizeof(State); }
    void save(ByteWriter& writer) const override { writer.put_array(std::span<const State>(states_)); }
    void load(ByteReader& reader) override {
        states_ = reader.get_array<State>();
        if constexpr (requires(const State& state) { state.plausible(); }) {
            for (State& state : states_) {
                if (state.plausible()) continue;
                reader.fail();
                state = {};
            }
        }
    }

private:
    Kind kind_;
    std::vector<State> states_;
};

/// Calls `each(row, cell)` for the rows where `column` is not NULL.
template <class Each>
void for_each_value(const sql::Column& column, std::span<const std::uint32_t> rows,
                    std::span<const std::uint32_t> cells, Each each) {
    if (column.valid.empty()) {
        for (std::size_t i = 0; i < rows.size(); ++i) each(rows[i], cells[i]);
        return;
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (column.valid[rows[i]]) each(rows[i], cells[i]);
    }
}

}  // namespace sf::engine
