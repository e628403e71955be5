#include "engine/partial_fold.hpp"

#include "engine/best_cells.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace sf::engine {

void PartialFold::add(const ViewPtr& view, PlanRange range) {
    add_branch(view, range);
    for (const sql::ViewPlan& branch : view->plan.branches) {
        auto other = std::make_shared<View>(*view);
        other->plan = branch;
        add_branch(std::move(other), range);
    }
}

void PartialFold::add_branch(ViewPtr branch, PlanRange range) {
    Running running{.view = std::move(branch), .range = range};
    const sql::ViewPlan& plan = running.view->plan;
    if (plan.where) running.where = evaluator_.add(plan.where);
    if (plan.of_events) {
        running.rows = std::make_unique<EventRows>(*running.view, evaluator_);
    } else {
        for (const sql::KeyColumn& key : plan.keys) running.keys.push_back(evaluator_.add(key.expression));
    }
    const CellRules rules{.grid = running.view->grid,
                          .gap = running.view->gap(),
                          .time = plan.window.time,
                          .lateness = running.view->lateness,
                          .out_of_orderness = running.view->out_of_orderness,
                          .closed_until = running.view->closed_until};
    const std::optional<BestEvents> best = running.rows ? std::nullopt : best_events(plan);
    std::vector<Slot> group_keys = running.keys;
    if (best) {
        group_keys.clear();
        for (const std::size_t key : best->partition) group_keys.push_back(running.keys[key]);
    }
    running.groups_name =
        fmt::format("{} by {}", running.where ? static_cast<int>(*running.where) : -1, fmt::join(group_keys, " "));
    running.cells_name =
        fmt::format("{} in {} {} {} {} {} {} {} {} {}", running.groups_name, rules.grid.is_total(), rules.gap,
                    rules.grid.slide(), rules.grid.size(), rules.grid.offset(), rules.lateness, rules.out_of_orderness,
                    static_cast<int>(rules.time), rules.closed_until);
    if (best) {
        running.cells_name +=
            fmt::format(", best {} of rank {} by {} {} {} of {}", best->limit, static_cast<int>(best->kind),
                        running.keys[best->order], best->direction.descending, best->direction.nulls_first,
                        fmt::join(running.keys, " "));
    }
    running.groups = &groups_of(running, group_keys);
    ++running.groups->users;
    if (!running.rows) {
        auto found = cells_.find(running.cells_name);
        if (found == cells_.end()) {
            auto made =
                best ? std::make_unique<BestCells>(rules, *best, running.keys, evaluator_) : make_event_cells(rules);
            found = cells_.try_emplace(running.cells_name, std::move(made)).first;
        }
        running.cells = &found->second;
        ++running.cells->users;
    }
    for (const sql::AggregateCall& call : plan.aggregates) add_fold(running, call);
    views_.push_back(std::move(running));
}

PartialFold::Groups& PartialFold::groups_of(const Running& running, const std::vector<Slot>& keys) {
    const auto [at, made] = groups_.try_emplace(running.groups_name, running.where);
    Groups& groups = at->second;
    if (!made) return groups;
    groups.keys = use_keys(keys, groups.keys_name);
    return groups;
}

PartialFold::Keys* PartialFold::use_keys(const std::vector<Slot>& slots, std::string& name) {
    name = fmt::format("{}", fmt::join(slots, " "));
    Keys& keys = keys_.try_emplace(name, slots).first->second;
    ++keys.users;
    return &keys;
}

void PartialFold::release_keys(const std::string& name) {
    const auto keys = keys_.find(name);
    if (--keys->second.users == 0) keys_.erase(keys);
}

BatchKeys& PartialFold::begun(Keys& keys) {
    if (std::exchange(keys.record, record_) != record_) keys.keys.begin();
    return keys.keys;
}

void PartialFold::add_fold(Running& running, const sql::AggregateCall& call) {
    std::string name = fmt::format("{} of {}", running.cells_name, call.text());
    const auto [at, made] = folds_.try_emplace(name, call, evaluator_);
    Fold& fold = at->second;
    if (made) {
        if (fold.aggregate.numbered()) fold.values = use_keys({*fold.aggregate.numbered()}, fold.values_name);
        fold.of_groups_name = fmt::format("{} of {}", running.groups_name, call.text());
        fold.of_groups = &of_groups_[fold.of_groups_name];
        ++fold.of_groups->users;
    }
    ++fold.of_cells.users;
    running.folds.push_back(&fold);
    running.fold_names.push_back(std::move(name));
}

void PartialFold::remove(ViewNumber view) {
    std::erase_if(views_, [&](const Running& running) {
        if (running.view->number != view) return false;
        release(running);
        return true;
    });
}

// Plans of tables that have been replaced go with the record that the last of them was for.
void PartialFold::revise(const ViewPtr& view, Offset from) {
    const ViewNumber number = view->number;
    std::erase_if(views_, [&](const Running& running) {
        if (running.view->number != number || running.range.until > from) return false;
        release(running);
        return true;
    });
    for (Running& running : views_) {
        if (running.view->number == number) running.range.until = from;
    }
    add(view, {.from = from});
}

void PartialFold::release(const Running& running) {
    if (running.where) evaluator_.remove(*running.where);
    for (const Slot slot : running.keys) evaluator_.remove(slot);
    for (const std::string& name : running.fold_names) release_fold(name);
    if (--running.groups->users == 0) release_groups(running.groups_name);
    if (running.cells != nullptr && --running.cells->users == 0) cells_.erase(running.cells_name);
}

void PartialFold::release_fold(const std::string& name) {
    const auto fold = folds_.find(name);
    if (--fold->second.of_cells.users > 0) return;
    if (fold->second.values != nullptr) release_keys(fold->second.values_name);
    if (--fold->second.of_groups->users == 0) of_groups_.erase(fold->second.of_groups_name);
    fold->second.aggregate.release(evaluator_);
    folds_.erase(fold);
}

void PartialFold::release_groups(const std::string& name) {
    const auto groups = groups_.find(name);
    release_keys(groups->second.keys_name);
    groups_.erase(groups);
}

BatchTimes PartialFold::times_of(const models::EventBatch& batch) {
    BatchTimes times{.timestamps = batch.timestamps(), .received = batch.received(), .batch = &batch, .before = time_};
    PartitionTime now = time_;  // In registers: a member might be part of the columns, for all that the compiler knows.
    std::int64_t timestamp_min = INT64_MAX, timestamp_max = INT64_MIN;
    std::int64_t received_min = INT64_MAX, received_max = INT64_MIN;
    for (std::size_t row = 0; row < batch.size(); ++row) {
        const std::int64_t timestamp = times.timestamps[row], received = times.received[row];
        now.see(timestamp, received);
        timestamp_min = std::min(timestamp_min, timestamp);
        timestamp_max = std::max(timestamp_max, timestamp);
        received_min = std::min(received_min, received);
        received_max = std::max(received_max, received);
    }
    time_ = times.after = now;
    times.timestamp_range = {timestamp_min, timestamp_max};
    times.received_range = {received_min, received_max};
    return times;
}

FramePtr PartialFold::fold(Offset first, Offset last, const models::EventBatch& batch) {
    auto frame = std::make_shared<Frame>();
    frame->partition = partition_;
    frame->first = first;
    frame->offset = last;
    ++record_;
    const BatchTimes times = times_of(batch);
    frame->time = time_;
    evaluator_.begin(batch);
    for (Running& running : views_) {
        const bool sees =
            first >= running.view->start(partition_) && first >= running.range.from && first < running.range.until;
        if (sees) fold_view(running, batch, times, *frame);
    }
    return frame;
}

Offset PartialFold::next_change(Offset offset) const {
    Offset least = UINT64_MAX;
    for (const Running& running : views_) {
        for (const Offset at : {running.view->start(partition_), running.range.from, running.range.until}) {
            if (at > offset) least = std::min(least, at);
        }
    }
    return least;
}

void PartialFold::fold_view(Running& running, const models::EventBatch& batch, const BatchTimes& times, Frame& frame) {
    Groups& groups = *running.groups;
    if (std::exchange(groups.record, record_) != record_) {
        groups.groups.assign(evaluator_, begun(*groups.keys), groups.keys->users > 1, batch.size());
    }
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
    if (std::exchange(cells.record, record_) != record_) cells.cells->assign(groups.groups, times);
    Partials partials{.view = running.view->number,
                      .cells = cells.cells->block(),
                      .events_failed = groups.groups.failed() + cells.cells->failed()};
    partials.states.reserve(running.folds.size());
    for (Fold* const fold : running.folds) {
        const Folded& made = folded(*fold, *cells.cells, batch.size());
        partials.states.push_back(made.states);
        partials.events_failed += made.failed;
    }
    frame.partials.push_back(std::move(partials));
}

const PartialFold::Folded& PartialFold::folded(Fold& fold, const EventCells& cells, std::size_t batch_size) {
    Folded& made = cells.are_groups() ? *fold.of_groups : fold.of_cells;
    if (std::exchange(made.record, record_) == record_) return made;
    const bool shared = fold.values != nullptr && fold.values->users > 1;
    made.failed = 0;
    made.states = fold.aggregate.fold({.evaluator = evaluator_,
                                       .cells = cells,
                                       .batch_size = batch_size,
                                       .values = shared ? &begun(*fold.values) : nullptr},
                                      scratch_, made.failed);
    return made;
}

FramePtr PartialFold::tick(Offset offset, std::int64_t event, std::int64_t received) {
    time_.event = std::max(time_.event, std::min(event, received));
    time_.received = std::max(time_.received, received);
    return std::make_shared<Frame>(Frame{partition_, offset, offset, FrameKind::tick, time_, {}});
}

FramePtr PartialFold::flush(Offset offset) {
    return std::make_shared<Frame>(Frame{partition_, offset, offset, FrameKind::flush, time_, {}});
}

}  // namespace sf::engine
