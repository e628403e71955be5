#include "engine/aggregate_fold.hpp"

namespace sf::engine {
namespace {

// Those rows for which all flags are set, and their cells. May be in `scratch` already.
std::size_t keep(std::span<const std::uint8_t> holds, std::span<const std::uint8_t> valid,
                 std::span<const std::uint32_t> rows, std::span<const std::uint32_t> cells,
                 AggregateFold::Scratch& scratch) {
    scratch.rows.resize(rows.size());
    scratch.cells.resize(rows.size());
    std::uint32_t* const to_rows = scratch.rows.data();
    std::uint32_t* const to_cells = scratch.cells.data();
    const std::uint32_t* const from_rows = rows.data();
    const std::uint32_t* const from_cells = cells.data();
    std::size_t count = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::uint32_t row = from_rows[i];
        to_rows[count] = row;
        to_cells[count] = from_cells[i];
        count += valid.empty() ? holds[row] : static_cast<std::size_t>(holds[row] & valid[row]);
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

std::shared_ptr<const AggregateStates> AggregateFold::fold(const Input& input, Scratch& scratch,
                                                           std::uint64_t& failed) const {
    std::unique_ptr<AggregateStates> states = prototype_->fresh();
    states->resize(input.cells.block()->key.size());
    std::span<const std::uint32_t> rows = input.cells.rows();
    std::span<const std::uint32_t> cells = input.cells.cells();
    const auto count_failures = [&](const sql::Column& column) {
        if (column.failed.empty()) return;
        for (const std::uint32_t row : rows) failed += column.failed[row];
    };
    const auto keep_those = [&](std::span<const std::uint8_t> holds, std::span<const std::uint8_t> valid) {
        const std::size_t count = keep(holds, valid, rows, cells, scratch);
        rows = std::span(scratch.rows).first(count);
        cells = std::span(scratch.cells).first(count);
    };
    if (filter_) {
        const sql::Column& filter = input.evaluator.column(*filter_);
        count_failures(filter);
        keep_those(filter.booleans, filter.valid);
    }
    scratch.arguments.clear();
    for (const Slot slot : arguments_) {
        scratch.arguments.push_back(&input.evaluator.column(slot));
        count_failures(*scratch.arguments.back());
    }
    if (!prototype_->takes_numbers()) {
        states->fold(rows, cells, scratch.arguments);
        return states;
    }
    const sql::Column& values = *scratch.arguments.front();
    if (!values.valid.empty()) keep_those(values.valid, {});
    if (!rows.empty()) fold_numbers(input, rows, cells, scratch, *states);
    return states;
}

void AggregateFold::fold_numbers(const Input& input, std::span<const std::uint32_t> rows,
                                 std::span<const std::uint32_t> cells, Scratch& scratch,
                                 AggregateStates& states) const {
    if (input.values == nullptr) {
        scratch.codes.number(scratch.arguments, rows);
        return states.fold_numbers(scratch.codes.codes(), cells, scratch.codes.keys());
    }
    const KeyCodes& all = input.values->of_all(input.evaluator, input.batch_size);
    scratch.numbers.resize(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) scratch.numbers[i] = all.codes()[rows[i]];
    states.fold_numbers(scratch.numbers, cells, all.keys());
}

}  // namespace sf::engine
