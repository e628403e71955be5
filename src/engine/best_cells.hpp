// The cells of a view that shows the best n events alone: in each pane and partition of a record those events that n
// others are not ahead of. Each is a group and a cell of its own. They may be some more than need be, never fewer.
#pragma once

#include "engine/best_events.hpp"
#include "engine/pane_cells.hpp"

namespace sf::engine {

class BestCells final : public EventCells {
public:
    /// `keys`: of the view, in `evaluator`, which outlives this.
    BestCells(CellRules rules, BestEvents best, std::vector<Slot> keys, sql::EventEvaluator& evaluator);

    /// `groups` are by what the events are partitioned by, and nothing else. The evaluator has begun their batch.
    void assign(const EventGroups& groups, const BatchTimes& times) override;

    [[nodiscard]] std::uint64_t failed() const override { return failed_; }

private:
    void choose(std::span<const std::uint32_t> rows, std::span<const std::uint32_t> places, std::size_t count);
    void find_bounds(std::span<const std::uint32_t> places, std::size_t count);
    void write_chosen();
    [[nodiscard]] bool some_twice() const;

    const BestEvents best_;
    const std::vector<Slot> keys_;
    sql::EventEvaluator& evaluator_;
    PaneCells places_;  // In which events are ranked: a partition in a pane.
    std::uint64_t failed_ = 0;

    // Scratch.
    std::vector<const sql::Column*> columns_;
    std::vector<std::uint64_t> order_;   // Of each row in a place: less where ORDER BY has it earlier for sure.
    std::vector<std::uint64_t> bounds_;  // Of each place: the least that is known to be among the best, sorted.
    std::vector<std::uint32_t> chosen_places_;
    std::shared_ptr<KeyBlock> block_keys_;
};

}  // namespace sf::engine
