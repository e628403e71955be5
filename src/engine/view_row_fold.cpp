#include "engine/view_row_fold.hpp"

#include <algorithm>

namespace sf::engine {
namespace {

std::optional<Slot> filter_of(const sql::ViewPlan& plan, sql::EventEvaluator& evaluator) {
    if (plan.where == nullptr) return std::nullopt;
    return evaluator.add(plan.where);
}

std::vector<Slot> keys_of_rows(const sql::ViewPlan& plan, sql::EventEvaluator& evaluator) {
    std::vector<Slot> keys;
    for (const sql::KeyColumn& key : plan.keys) keys.push_back(evaluator.add(key.expression));
    return keys;
}

}  // namespace

ViewRowFold::ViewRowFold(ViewPtr view)
    : view_(std::move(view)),
      stored_(*view_->plan.over),
      keys_(keys_of_rows(view_->plan, evaluator_)),
      groups_(filter_of(view_->plan, evaluator_)),
      cells_(make_event_cells({.grid = view_->grid})) {
    for (const sql::AggregateCall& call : view_->plan.aggregates) aggregates_.emplace_back(call, evaluator_);
}

std::vector<Partials> ViewRowFold::fold(std::span<const models::MetricPoint> rows) {
    std::vector<Partials> all;
    while (!rows.empty()) {
        const std::size_t count = std::min(models::kBatchEventsMax, rows.size());
        Partials some = fold_some(rows.first(count));
        if (some.cells || some.events_failed > 0) all.push_back(std::move(some));
        rows = rows.subspan(count);
    }
    return all;
}

Partials ViewRowFold::fold_some(std::span<const models::MetricPoint> rows) {
    rows_.clear();
    times_.clear();
    for (const models::MetricPoint& row : rows) {
        rows_.push_back({row.keys, row.values, to_micros(*row.window_start), to_micros(*row.window_end)});
        times_.push_back(view_->plan.over->by_end ? rows_.back().window_end : rows_.back().window_start);
    }
    evaluator_.begin(stored_.read(rows_), rows.size());
    groups_.assign(evaluator_, keys_, false, rows.size());
    Partials partials{.view = view_->number, .events_failed = groups_.failed()};
    if (groups_.rows().empty()) return partials;
    const auto [least, greatest] = std::ranges::minmax(times_);
    cells_->assign(groups_, {.timestamps = times_, .timestamp_range = {least, greatest}});
    partials.cells = cells_->block();
    for (const AggregateFold& aggregate : aggregates_)
        partials.states.push_back(aggregate.fold({.evaluator = evaluator_, .cells = *cells_, .batch_size = rows.size()},
                                                 scratch_, partials.events_failed));
    return partials;
}

}  // namespace sf::engine
