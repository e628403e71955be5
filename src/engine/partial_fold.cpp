#include "engine/partial_fold.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace sf::engine {

void PartialFold::add(ViewPtr view) {
    Running running{.view = std::move(view)};
    const sql::ViewPlan& plan = running.view->plan;
    if (plan.where) running.where = evaluator_.add(plan.where);
    if (plan.of_events) {
        running.rows = std::make_unique<EventRows>(*running.view, evaluator_);
    } else {
        for (const sql::KeyColumn& key : plan.keys) running.keys.push_back(evaluator_.add(key.expression));
    }
    for (const sql::AggregateCall& call : plan.aggregates) {
        Call made{.prototype = make_states(call)};
        for (const sql::ExpressionPtr& argument : call.arguments) made.arguments.push_back(evaluator_.add(argument));
        if (call.filter) made.filter = evaluator_.add(call.filter);
        running.calls.push_back(std::move(made));
    }
    const CellRules rules{.grid = running.view->grid,
                          .gap = running.view->gap(),
                          .time = plan.window.time,
                          .lateness = running.view->lateness,
                          .out_of_orderness = running.view->out_of_orderness,
                          .closed_until = running.view->closed_until};
    running.groups_name =
        fmt::format("{} by {}", running.where ? static_cast<int>(*running.where) : -1, fmt::join(running.keys, " "));
    running.cells_name =
        fmt::format("{} in {} {} {} {} {} {} {} {} {}", running.groups_name, rules.grid.is_total(), rules.gap,
                    rules.grid.slide(), rules.grid.size(), rules.grid.offset(), rules.lateness, rules.out_of_orderness,
                    static_cast<int>(rules.time), rules.closed_until);
    running.groups = &groups_.try_emplace(running.groups_name, running.where, running.keys).first->second;
    ++running.groups->users;
    if (!running.rows) {
        running.cells = &cells_.try_emplace(running.cells_name, rules).first->second;
        ++running.cells->users;
    }
    views_.push_back(std::move(running));
}

void PartialFold::remove(ViewNumber view) {
    const auto found =
        std::ranges::find_if(views_, [&](const Running& running) { return running.view->number == view; });
    if (found == views_.end()) return;
    if (found->where) evaluator_.remove(*found->where);
    for (const Slot slot : found->keys) evaluator_.remove(slot);
    for (const Call& call : found->calls) {
        for (const Slot slot : call.arguments) evaluator_.remove(slot);
        if (call.filter) evaluator_.remove(*call.filter);
    }
    if (--found->groups->users == 0) groups_.erase(found->groups_name);
    if (found->cells != nullptr && --found->cells->users == 0) cells_.erase(found->cells_name);
    views_.erase(found);
}

BatchTimes PartialFold::times_of(const models::EventBatch& batch) {
    BatchTimes times{.timestamps = batch.timestamps(), .received = batch.received(), .before = time_};
    std::int64_t timestamp_min = INT64_MAX, received_min = INT64_MAX;
    for (std::size_t row = 0; row < batch.size(); ++row) {
        time_.see(times.timestamps[row], times.received[row]);
        timestamp_min = std::min(timestamp_min, times.timestamps[row]);
        received_min = std::min(received_min, times.received[row]);
    }
    times.after = time_;
    times.timestamp_min = timestamp_min;
    times.received_min = received_min;
    return times;
}

FramePtr PartialFold::fold(Offset offset, const models::EventBatch& batch) {
    auto frame = std::make_shared<Frame>();
    frame->partition = partition_;
    frame->offset = offset;
    ++record_;
    const BatchTimes times = times_of(batch);
    frame->time = time_;
    evaluator_.begin(batch);
    for (Running& running : views_) {
        if (offset >= running.view->start(partition_)) fold_view(running, batch, times, *frame);
    }
    return frame;
}

void PartialFold::fold_view(Running& running, const models::EventBatch& batch, const BatchTimes& times, Frame& frame) {
    Groups& groups = *running.groups;
    if (std::exchange(groups.record, record_) != record_) groups.groups.assign(evaluator_, batch.size());
    if (groups.groups.rows().empty()) {
        if (groups.groups.failed() > 0) {
            frame.partials.push_back({.view = running.view->number, .events_failed = groups.groups.failed()});
        }
        return;
    }
    if (running.rows) {
        Partials partials{.view = running.view->number, .events_failed = groups.groups.failed()};
        partials.rows = running.rows->rows(batch, groups.groups.rows(), partials.events_failed);
        frame.partials.push_back(std::move(partials));
        return;
    }
    Cells& cells = *running.cells;
    if (std::exchange(cells.record, record_) != record_) cells.cells->assign(groups.groups, batch, times);
    Partials partials{
        .view = running.view->number, .cells = cells.cells->block(), .events_failed = groups.groups.failed()};
    partials.states.reserve(running.calls.size());
    for (const Call& call : running.calls) partials.states.push_back(fold_call(call, *cells.cells, partials));
    frame.partials.push_back(std::move(partials));
}

std::unique_ptr<AggregateStates> PartialFold::fold_call(const Call& call, const EventCells& cells, Partials& partials) {
    std::unique_ptr<AggregateStates> states = call.prototype->fresh();
    states->resize(cells.block()->key.size());
    std::span<const std::uint32_t> rows = cells.rows();
    std::span<const std::uint32_t> of_rows = cells.cells();
    const auto count_failures = [&](const sql::Column& column) {
        if (column.failed.empty()) return;
        for (const std::uint32_t row : rows) partials.events_failed += column.failed[row];
    };
    if (call.filter) {
        const sql::Column& filter = evaluator_.column(*call.filter);
        count_failures(filter);
        filtered_rows_.resize(rows.size());
        filtered_cells_.resize(rows.size());
        std::size_t count = 0;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            filtered_rows_[count] = rows[i];
            filtered_cells_[count] = of_rows[i];
            count += static_cast<std::size_t>(filter.booleans[rows[i]] != 0 && filter.is_valid(rows[i]));
        }
        rows = std::span(filtered_rows_).first(count);
        of_rows = std::span(filtered_cells_).first(count);
    }
    argument_columns_.clear();
    for (const Slot slot : call.arguments) {
        argument_columns_.push_back(&evaluator_.column(slot));
        count_failures(*argument_columns_.back());
    }
    states->fold(rows, of_rows, argument_columns_);
    return states;
}

FramePtr PartialFold::tick(Offset offset, std::int64_t event, std::int64_t received) {
    time_.event = std::max(time_.event, std::min(event, received));
    time_.received = std::max(time_.received, received);
    return std::make_shared<Frame>(Frame{partition_, offset, FrameKind::tick, time_, {}});
}

FramePtr PartialFold::flush(Offset offset) {
    return std::make_shared<Frame>(Frame{partition_, offset, FrameKind::flush, time_, {}});
}

}  // namespace sf::engine
