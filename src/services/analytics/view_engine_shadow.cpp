// How a view changes with continuity: a new version runs beside it as its shadow, the rows of both are compared, and
// the shadow takes its place.
#include "services/analytics/view_engine.hpp"

#include "services/analytics/history.hpp"

#include <algorithm>
#include <set>

namespace sf::analytics {
namespace {

constexpr std::size_t kComparedMax = 100'000;    // Rows of each version.
constexpr std::size_t kPromotedMax = 1'000'000;  // They are in memory until all are there.
constexpr auto kStorePatience = std::chrono::seconds{10};

Error no_shadow(std::string_view name) {
    return {ErrorCode::not_found, "view \"" + std::string(name) + "\" has no shadow", "",
            "POST /api/v1/views/" + std::string(name) + "/shadow runs a new version beside it"};
}

std::pair<std::int64_t, std::string> place_of(const models::MetricPoint& point) {
    return {point.window_start ? to_micros(*point.window_start) : engine::kTimeMin, point.keys};
}

}  // namespace

Result<ViewStatus> ViewEngine::shadow(std::string_view name, const ViewDefinition& definition, bool backfill,
                                      std::stop_token stop) {
    std::lock_guard change(change_mutex_);
    if (!running_) return fail(ErrorCode::unavailable, "the service is stopping");
    SF_ASSIGN(Planned planned, plan_new(definition.sql));
    const sql::ViewPlan& plan = planned.plan;
    if (plan.name != name) {
        return fail(ErrorCode::invalid_input,
                    "the statement makes view \"" + plan.name + "\", not \"" + std::string(name) + "\"", "",
                    "a shadow has the name of the view that it is to replace");
    }
    if (!known(name)) return fail(ErrorCode::not_found, "there is no view \"" + plan.name + "\"", "", "make it first");
    if (plan.over || known(name)->view->plan.over)
        return fail(ErrorCode::invalid_input, "a view over a view has no shadow", "", "replace it with PUT");
    SF_TRY(check_not_read(name, "shadowed"));
    SF_TRY(check_made_alike(name, definition));
    ViewRecord record = record_of(definition, planned, shadow_name(name));
    record.enabled = true;
    const auto old = known(record.name);
    std::optional<LogHold> hold;
    std::optional<History> history;
    if (backfill) {
        SF_ASSIGN(const engine::ViewPtr view, make_view(record));
        hold.emplace(*this);
        history.emplace(view, options_.shards, options_.partitions, options_.late_listed_max);
        SF_TRY(history->read(events_, stop));
    }
    SF_ASSIGN(const Known made, begin(std::move(record), old ? &*old : nullptr, history ? &*history : nullptr));
    return status(made);
}

Result<> ViewEngine::drop_shadow(std::string_view name) {
    const Result<> dropped = drop(shadow_name(name));
    if (!dropped && dropped.error().code == ErrorCode::not_found) return fail(no_shadow(name));
    return dropped;
}

Result<DiffSide> ViewEngine::diff_side(const Known& known) {
    DiffSide side{.view = known.view, .watermark = engine::kTimeMax, .whole_after = known.record.whole_after};
    SF_TRY(on_shards([&](engine::Shard& shard, std::size_t) {
        shard.emit_now(known.view->number);
        side.watermark = std::min(side.watermark, shard.watermark(known.view->number));
    }));
    (void)publisher_.wait_durable(publisher_.ticket(), stopping_.get_token(),
                                  clock_.steady() + options_.catch_up_patience);
    if (options_.points_stored) (void)options_.points_stored(options_.catch_up_patience);
    SF_ASSIGN(side.points, points_.latest_points(known.record.name, {.limit = kComparedMax + 1}));
    side.cut = side.points.size() > kComparedMax;
    return side;
}

Result<ViewDiff> ViewEngine::diff(std::string_view name, std::size_t samples_max) {
    const auto live = known(name);
    const auto beside = known(shadow_name(name));
    if (!beside) return fail(no_shadow(name));
    if (!live) return fail(ErrorCode::not_found, "the view does not run", std::string(name));
    (void)catch_up(options_.catch_up_patience);
    SF_ASSIGN(const DiffSide here, diff_side(*live));
    SF_ASSIGN(const DiffSide there, diff_side(*beside));
    return compare(here, there, samples_max);
}

Result<ViewStatus> ViewEngine::promote(std::string_view name) {
    std::lock_guard change(change_mutex_);
    if (!running_) return fail(ErrorCode::unavailable, "the service is stopping");
    const auto old = known(name);
    const auto beside = known(shadow_name(name));
    if (!beside) return fail(no_shadow(name));
    SF_TRY(check_not_read(name, "replaced"));
    for (const std::string& one : {std::string(name), shadow_name(name)}) {
        SF_ASSIGN(const bool lost, store_.is_lost(one));
        if (lost)
            return fail(ErrorCode::unavailable, "the view is being computed again", one, "repeat the request later");
    }
    // Its identity stays: checkpoints have its state under it, those that were taken before this, too.
    Known made{beside->record, nullptr};
    made.record.name = name;
    SF_ASSIGN(made.view, make_view(made.record));
    SF_TRY(
        between_records([&](const std::vector<Reached>&) { return take_place(old ? &*old : nullptr, *beside, made); },
                        [&](engine::PartialFold& fold) {
                            if (old) fold.remove(old->view->number);
                            fold.remove(beside->view->number);
                            fold.add(made.view);
                        }));
    {
        std::lock_guard lock(mutex_);
        views_.insert_or_assign(made.record.name, made);
        views_.erase(beside->record.name);
    }
    unplanned_.erase(made.record.name);
    Result<> kept = store_emitted();  // Before the columns change for who asks in SQL.
    announce_tables();
    if (kept) kept = checkpoint_all();
    if (kept) kept = store_.remove(beside->record.name);
    if (kept) kept = store_.set_lost(name, false);
    if (kept) kept = forget_rows(beside->record.name);
    if (!kept) return fail(std::move(kept.error()));
    return status(made);
}

// While no frame comes. The new rows first, then the tombstones of those that the new version does not have. From when
// the record has changed until a checkpoint has the view under its new name, a crash leaves it lost: the next start
// computes it again, and its rows.
Result<> ViewEngine::take_place(const Known* old, const Known& shadow, const Known& made) {
    std::uint64_t version = 0;
    SF_TRY(on_shards([&](engine::Shard& shard, std::size_t) {
        shard.emit_changed(shadow.view->number);
        if (old != nullptr) shard.emit_changed(old->view->number);
        version = std::max(version, shard.version());
    }));
    SF_TRY(store_emitted());
    SF_ASSIGN(std::vector<models::MetricPoint> rows, all_rows(shadow.record.name));
    SF_ASSIGN(std::vector<models::MetricPoint> former, all_rows(made.record.name));
    std::set<std::pair<std::int64_t, std::string>> places;
    for (models::MetricPoint& row : rows) {
        row.view = made.record.name;
        places.insert(place_of(row));
    }
    for (models::MetricPoint& row : former) {
        if (places.contains(place_of(row))) continue;
        row.deleted = true;
        row.values = "{}";
        rows.push_back(std::move(row));
    }
    SF_TRY(store_.set_lost(made.record.name, true));
    SF_TRY(store_.put(made.record));
    const std::uint64_t last = version + rows.size();
    return on_shards([&](engine::Shard& shard, std::size_t i) {
        if (old != nullptr) shard.remove(old->view->number);
        shard.rename(shadow.view->number, made.view);
        // Each shard's next versions are greater, whichever of them a row belongs to.
        if (i == 0) shard.give(std::move(rows), version);
        else shard.skip_versions(last);
    });
}

Result<std::vector<models::MetricPoint>> ViewEngine::all_rows(const std::string& name) {
    SF_ASSIGN(std::vector<models::MetricPoint> rows, points_.latest_points(name, {.limit = kPromotedMax + 1}));
    if (rows.size() <= kPromotedMax) return rows;
    return fail(ErrorCode::invalid_input, "view \"" + name + "\" has too many rows to be replaced at once",
                "more than " + std::to_string(kPromotedMax), "replace the view with PUT, and fill it from history");
}

// Waits until every row that was emitted is where readers find it.
Result<> ViewEngine::store_emitted() {
    SF_TRY(on_shards([](engine::Shard&, std::size_t) {}));
    const bool durable =
        publisher_.wait_durable(publisher_.ticket(), stopping_.get_token(), clock_.steady() + kStorePatience);
    if (durable && (!options_.points_stored || options_.points_stored(kStorePatience))) return {};
    return fail(ErrorCode::unavailable, "rows of views can't be stored now", log_.state().reason,
                "repeat the request a little later");
}

}  // namespace sf::analytics
