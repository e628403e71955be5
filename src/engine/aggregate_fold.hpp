// One aggregate over the rows of a batch: a state for each cell.
#pragma once

#include "engine/event_cells.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace sf::engine {

/// One thread.
class AggregateFold {
public:
    /// Adds its expressions to `evaluator`.
    AggregateFold(const sql::AggregateCall& call, sql::EventEvaluator& evaluator);
    void release(sql::EventEvaluator& evaluator) const;

    /// The argument whose values are to be numbered.
    [[nodiscard]] std::optional<Slot> numbered() const {
        return prototype_->takes_numbers() ? std::optional(arguments_.front()) : std::nullopt;
    }

    /// Memory that folds may share one after the other.
    struct Scratch {
        std::vector<std::uint32_t> rows, cells, numbers;
        std::vector<const sql::Column*> arguments;
        KeyCodes codes;
    };
    struct Input {
        sql::EventEvaluator& evaluator;
        const EventCells& cells;
        std::size_t batch_size = 0;
        BatchKeys* values = nullptr;  // Of numbered(), where other folds or groups have numbers for them, too.
    };
    /// `failed` grows by the rows whose arguments or filter could not be computed.
    [[nodiscard]] std::shared_ptr<const AggregateStates> fold(const Input& input, Scratch& scratch,
                                                              std::uint64_t& failed) const;

private:
    void fold_numbers(const Input& input, std::span<const std::uint32_t> rows, std::span<const std::uint32_t> cells,
                      Scratch& scratch, AggregateStates& states) const;

    std::vector<Slot> arguments_;
    std::optional<Slot> filter_;
    std::unique_ptr<AggregateStates> prototype_;
};

}  // namespace sf::engine
