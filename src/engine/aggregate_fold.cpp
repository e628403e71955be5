#include "engine/aggregate_fold.hpp"

namespace sf::engine {

AggregateFold::AggregateFold(const sql::AggregateCall& call, sql::EventEvaluator& evaluator)
    : prototype_(make_states(call)) {
    for (const sql::ExpressionPtr& argument : call.arguments) arguments_.push_back(evaluator.add(argument));
    if (call.filter) filter_ = evaluator.add(call.filter);
}

void AggregateFold::release(sql::EventEvaluator& evaluator) const {
    for (const Slot slot : arguments_) evaluator.remove(slot);
    if (filter_) evaluator.remove(*filter_);
}

std::shared_ptr<const AggregateStates> AggregateFold::fold(sql::EventEvaluator& evaluator, const EventCells& cells,
                                                           Scratch& scratch, std::uint64_t& failed) const {
    std::unique_ptr<AggregateStates> states = prototype_->fresh();
    states->resize(cells.block()->key.size());
    std::span<const std::uint32_t> rows = cells.rows();
    std::span<const std::uint32_t> of_rows = cells.cells();
    const auto count_failures = [&](const sql::Column& column) {
        if (column.failed.empty()) return;
        for (const std::uint32_t row : rows) failed += column.failed[row];
    };
    if (filter_) {
        const sql::Column& filter = evaluator.column(*filter_);
        count_failures(filter);
        scratch.rows.resize(rows.size());
        scratch.cells.resize(rows.size());
        std::size_t count = 0;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            scratch.rows[count] = rows[i];
            scratch.cells[count] = of_rows[i];
            count += static_cast<std::size_t>(filter.booleans[rows[i]] != 0 && filter.is_valid(rows[i]));
        }
        rows = std::span(scratch.rows).first(count);
        of_rows = std::span(scratch.cells).first(count);
    }
    scratch.arguments.clear();
    for (const Slot slot : arguments_) {
        scratch.arguments.push_back(&evaluator.column(slot));
        count_failures(*scratch.arguments.back());
    }
    states->fold(rows, of_rows, scratch.arguments);
    return states;
}

}  // namespace sf::engine
