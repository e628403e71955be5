#include "engine/aggregate_fold.hpp"

namespace sf::engine {
namespace {

// Those rows for which the filter holds, and their cells.
std::size_t keep(const sql::Column& filter, std::span<const std::uint32_t> rows, std::span<const std::uint32_t> cells,
                 AggregateFold::Scratch& scratch) {
    scratch.rows.resize(rows.size());
    scratch.cells.resize(rows.size());
    std::uint32_t* const to_rows = scratch.rows.data();
    std::uint32_t* const to_cells = scratch.cells.data();
    const std::uint32_t* const from_rows = rows.data();
    const std::uint32_t* const from_cells = cells.data();
    const std::uint8_t* const holds = filter.booleans.data();
    const std::uint8_t* const valid = filter.valid.empty() ? nullptr : filter.valid.data();
    std::size_t count = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::uint32_t row = from_rows[i];
        to_rows[count] = row;
        to_cells[count] = from_cells[i];
        count += valid == nullptr ? holds[row] : static_cast<std::size_t>(holds[row] & valid[row]);
    }
    return count;
}

}  // namespace

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
        const std::size_t count = keep(filter, rows, of_rows, scratch);
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
