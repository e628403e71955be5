#include "unit/engine/engine_run.hpp"

#include "sql/planner.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <tuple>

namespace sf::engine::testing {
namespace {

std::int64_t micros(double seconds) { return std::llround(seconds * 1e6); }

std::string seconds_text(const std::optional<Timestamp>& time) {
    return time ? fmt::format("{}", static_cast<double>(to_micros(*time)) / 1e6) : "-";
}

}  // namespace

models::EventBatchPtr batch_of(const std::vector<TestEvent>& events) {
    static UuidGenerator ids;
    models::EventBatchBuilder builder;
    for (const TestEvent& event : events) {
        models::EventRow row;
        row.id = event.id ? *event.id : ids.next(Timestamp{});
        row.timestamp = micros(event.at);
        row.received_at = micros(event.received.value_or(event.at));
        row.type = event.type;
        row.source = event.source;
        row.data = event.data;
        row.has_user_id = event.user.has_value();
        if (event.user) row.user_id = *event.user;
        builder.append(row);
    }
    return builder.seal();
}

ViewPtr view_of(const std::string& sql, ViewNumber number) {
    auto plan = sql::plan_view(sql, aggregate_catalog());
    EXPECT_TRUE(plan) << (plan ? "" : plan.error().text());
    if (!plan) return nullptr;
    const std::string identity = plan->name;
    return std::make_shared<const View>(number, identity, std::move(*plan), std::map<Partition, Offset>{});
}

namespace {

class MadeViews final : public sql::ViewCatalog {
public:
    explicit MadeViews(const std::vector<ViewPtr>& views) : views_(views) {}
    [[nodiscard]] const sql::ViewPlan* view(std::string_view name) const override {
        const auto found = std::ranges::find_if(views_, [&](const ViewPtr& view) { return view->plan.name == name; });
        return found == views_.end() ? nullptr : &(*found)->plan;
    }
    [[nodiscard]] std::vector<std::string> view_names() const override { return {}; }

private:
    const std::vector<ViewPtr>& views_;
};

}  // namespace

std::vector<ViewPtr> views_of(const std::vector<std::string>& statements) {
    std::vector<ViewPtr> views;
    for (const std::string& sql : statements) {
        auto plan = sql::plan_view(sql, aggregate_catalog(), sql::no_tables(), sql::no_functions(), MadeViews(views));
        EXPECT_TRUE(plan) << (plan ? "" : plan.error().text());
        if (!plan) return {};
        const std::string identity = plan->name;
        views.push_back(std::make_shared<const View>(static_cast<ViewNumber>(views.size() + 1), identity,
                                                     std::move(*plan), std::map<Partition, Offset>{}));
    }
    return views;
}

std::string text_of(const models::MetricPoint& point) {
    return fmt::format("{} {}..{} {}{}", point.keys, seconds_text(point.window_start), seconds_text(point.window_end),
                       point.deleted ? "deleted" : point.values, point.final ? " final" : "");
}

EngineRun::EngineRun(std::vector<ViewPtr> views, Options options) : EngineRun(std::move(views), options, {}) {}

EngineRun::EngineRun(std::vector<ViewPtr> views, Options options, const std::vector<std::vector<std::byte>>& saved)
    : offsets_(options.partitions, 0) {
    for (std::size_t i = 0; i < options.shards; ++i) {
        shards_.push_back(std::make_unique<Shard>(ShardOptions{.index = i,
                                                               .shards = options.shards,
                                                               .partitions = options.partitions,
                                                               .epoch = options.epoch,
                                                               .early_rows_max = options.early_rows_max}));
        if (saved.empty()) {
            for (const ViewPtr& view : views) {
                std::vector<WindowIndex> places;
                if (view->plan.over) places.assign(options.shards, kNothingSettled);
                shards_.back()->add(view, std::move(places));
            }
        } else {
            const auto restored = shards_.back()->restore(saved[i], views);
            EXPECT_TRUE(restored) << (restored ? "" : restored.error().text());
        }
    }
    for (Partition p = 0; p < options.partitions; ++p) {
        offsets_[p] = next_offset(p);
        PartitionTime time;
        for (const auto& shard : shards_) {
            if (shard->next_offset(p) == offsets_[p]) time = shard->partition_time(p);
        }
        folds_.push_back(std::make_unique<PartialFold>(p, time));
        for (const ViewPtr& view : views) {
            if (!view->plan.over) folds_.back()->add(view);
        }
    }
    starts_ = offsets_;
    give_settled();
}

Offset EngineRun::next_offset(Partition partition) const {
    Offset least = UINT64_MAX;
    for (const auto& shard : shards_) least = std::min(least, shard->next_offset(partition));
    return least;
}

void EngineRun::merge(const FramePtr& frame) {
    for (auto& shard : shards_) shard->merge(*frame);
    give_settled();
    collect();
}

void EngineRun::give_settled() {
    for (bool some = true; some;) {
        some = false;
        for (auto& shard : shards_) {
            for (const SettledPiecePtr& piece : shard->take_settled()) {
                some = true;
                for (auto& to : shards_) to->merge(*piece);
            }
        }
    }
}

void EngineRun::forget_settled() {
    for (std::size_t i = 0; i < shards_.size(); ++i) {
        shards_[i]->forget_settled([&](ViewNumber reader) {
            WindowIndex least = INT64_MAX;
            for (const auto& places : saved_places_) least = std::min(least, places.at(reader)[i]);
            return least;
        });
    }
}

void EngineRun::batch(const models::EventBatchPtr& batch, Partition partition) {
    merge(folds_[partition]->fold(offsets_[partition]++, *batch));
}

void EngineRun::tick_record(double event, double received, Partition partition) {
    merge(folds_[partition]->tick(offsets_[partition]++, micros(event), micros(received)));
}

void EngineRun::flush() {
    for (Partition p = 0; p < folds_.size(); ++p) flush(p);
}

void EngineRun::flush(Partition partition) { merge(folds_[partition]->flush(offsets_[partition]++)); }

void EngineRun::clock(double seconds) {
    for (auto& shard : shards_) shard->tick(micros(seconds));
    collect();
}

void EngineRun::rename(ViewNumber view, const ViewPtr& as) {
    for (auto& shard : shards_) shard->emit_changed(view);
    collect();
    for (auto& shard : shards_) shard->rename(view, as);
    for (auto& fold : folds_) {
        fold->remove(view);
        fold->add(as);
    }
}

std::vector<std::vector<std::byte>> EngineRun::save() {
    std::vector<std::vector<std::byte>> saved;
    saved_places_.clear();
    for (auto& shard : shards_) {
        const ShardSnapshot snapshot = shard->snapshot();
        saved_places_.push_back(snapshot.settled_places());
        std::vector<std::byte>& bytes = saved.emplace_back();
        ByteWriter writer(
            [&](std::span<const std::byte> piece) { bytes.insert(bytes.end(), piece.begin(), piece.end()); });
        snapshot.save(writer);
    }
    give_settled();
    collect();
    return saved;
}

void EngineRun::collect() {
    for (auto& shard : shards_) {
        Emitted emitted = shard->take();
        for (models::MetricPoint& point : emitted.points) {
            // Seconds first, for the order; far from 1970 they don't tell microseconds apart.
            const std::int64_t micros = point.window_start ? to_micros(*point.window_start) : 0;
            const std::string identity =
                point.view + ' ' + point.keys + ' ' + seconds_text(point.window_start) + ' ' + std::to_string(micros);
            const auto [at, added] = latest_.try_emplace(identity, point);
            if (!added) {
                EXPECT_TRUE(point.replaces(at->second)) << "versions only rise: " << identity;
                at->second = point;
            }
            emitted_.push_back(std::move(point));
        }
        std::ranges::move(emitted.late_events, std::back_inserter(late_));
    }
}

std::vector<models::MetricPoint> EngineRun::take() { return std::exchange(emitted_, {}); }

std::vector<std::string> EngineRun::taken() {
    std::vector<std::string> texts;
    for (const models::MetricPoint& point : take()) texts.push_back(text_of(point));
    return texts;
}

std::map<std::string, models::MetricPoint> EngineRun::latest() { return latest_; }

std::vector<std::string> EngineRun::rows() {
    std::vector<const models::MetricPoint*> points;
    for (const auto& [identity, point] : latest_) {
        if (!point.deleted) points.push_back(&point);
    }
    std::ranges::sort(points, {}, [](const models::MetricPoint* point) {
        return std::tuple(point->view, point->window_start, point->keys);
    });
    std::vector<std::string> texts;
    for (const models::MetricPoint* point : points) texts.push_back(text_of(*point));
    return texts;
}

ViewCounters EngineRun::counters(ViewNumber view) const {
    ViewCounters sum;
    for (const auto& shard : shards_) sum += shard->counters(view).value_or(ViewCounters{});
    return sum;
}

}  // namespace sf::engine::testing
