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

    /// Memory that folds may share one after the other.
    struct Scratch {
        std::vector<std::uint32_t> rows, cells;
        std::vector<const sql::Column*> arguments;
    };
    /// `failed` grows by the rows whose arguments or filter could not be computed.
    [[nodiscard]] std::shared_ptr<const AggregateStates> fold(sql::EventEvaluator& evaluator, const EventCells& cells,
                                                              Scratch& scratch, std::uint64_t& failed) const;

private:
    std::vector<Slot> arguments_;
    std::optional<Slot> filter_;
    std::unique_ptr<AggregateStates> prototype_;
};

}  // namespace sf::engine
