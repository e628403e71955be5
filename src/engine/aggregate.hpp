// An aggregate: how values become a mergeable state, and a state a result. Each lives in a file of its own in
// aggregates/ and is one line of aggregate_registry.cpp.
#pragma once

#include "engine/byte_stream.hpp"
#include "engine/key_block.hpp"
#include "engine/owned_column.hpp"
#include "sql/view_plan.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace sf::engine {

/// The states of one aggregate call, one a cell: a struct of arrays, so that a batch is folded in one loop. Merging
/// must be associative and commutative (floating-point sums: but for rounding), because panes are merged in any order.
/// One thread at a time; copies are independent.
class AggregateStates {
public:
    virtual ~AggregateStates() = default;

    /// The same aggregate without any cell.
    [[nodiscard]] virtual std::unique_ptr<AggregateStates> fresh() const = 0;
    [[nodiscard]] virtual std::unique_ptr<AggregateStates> clone() const = 0;

    /// Cells from the old size on have seen no value.
    virtual void resize(std::size_t cells) = 0;

    /// Row rows[i] of the arguments goes into cells[i]. NULLs are the aggregate's to skip.
    virtual void fold(std::span<const std::uint32_t> rows, std::span<const std::uint32_t> cells,
                      std::span<const sql::Column* const> arguments) = 0;

    /// Whether it takes numbers in the place of values: fold_numbers() is called, not fold().
    [[nodiscard]] virtual bool takes_numbers() const { return false; }

    /// As fold(): values->key(numbers[i]) goes into cells[i]. A value may have several numbers. NULLs do not come.
    virtual void fold_numbers(std::span<const std::uint32_t> numbers, std::span<const std::uint32_t> cells,
                              const std::shared_ptr<const KeyBlock>& values) {
        static_cast<void>(numbers), static_cast<void>(cells), static_cast<void>(values);
    }

    /// Cell from[i] of `other`, which is of the same aggregate, goes into to[i].
    virtual void merge(const AggregateStates& other, std::span<const std::uint32_t> from,
                       std::span<const std::uint32_t> to) = 0;

    /// The results of these cells. Texts point into the states.
    virtual void results(std::span<const std::uint32_t> cells, OwnedColumn& out) const = 0;

    /// About the memory it holds.
    [[nodiscard]] virtual std::size_t bytes() const = 0;

    virtual void save(ByteWriter& writer) const = 0;
    virtual void load(ByteReader& reader) = 0;
};

/// Makes the states of a call whose signature came from the registry.
[[nodiscard]] std::unique_ptr<AggregateStates> make_states(const sql::AggregateCall& call);

/// All aggregates, for the planner. Lives as long as the program.
[[nodiscard]] const sql::AggregateCatalog& aggregate_catalog();

}  // namespace sf::engine
