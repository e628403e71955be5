// Points against a map: random additions, tombstones, epochs, late events, flushes, merges, restarts, drops and
// retention, with so little memory that most of it is let go of again and again. Whatever happens, the store answers
// what the map says.

#include "database/lakehouse/lakehouse.hpp"
#include "unit/database/stored_points.hpp"

#include <algorithm>
#include <random>
#include <set>

namespace sf::database::testing {
namespace {

constexpr int kSteps = 40;
const std::vector<std::string> kViews = {"windows", "totals", "long"};

struct Identity {
    std::string view;
    std::optional<Timestamp> start;
    std::string keys;
    auto operator<=>(const Identity&) const = default;
};

class PointsAgainstMap {
public:
    explicit PointsAgainstMap(unsigned seed) : random_(seed), seed_(seed) { open(); }

    void run() {
        for (step_ = 0; step_ < kSteps && !::testing::Test::HasFailure(); ++step_) {
            const unsigned dice = random_() % 100;
            if (dice < 55) add();
            else if (dice < 70) ok(store_->flush());
            else if (dice < 80) ok(store_->compact());
            else if (dice < 88) restart();
            else if (dice < 92) drop_view();
            else if (dice < 96) drop_before();
            else ++epoch_;
            check();
        }
        ok(store_->flush());
        ok(store_->compact());
        check();
        restart();
        check();
    }

private:
    template <class Outcome>
    void ok(const Outcome& outcome) {
        EXPECT_TRUE(outcome) << where() << outcome.error().text();
    }
    std::string where() const { return "seed " + std::to_string(seed_) + ", step " + std::to_string(step_) + ": "; }

    void open() {
        LakehouseOptions options;
        options.dir = folder_.path();
        options.point_bytes_max = 40u << 10;
        options.compaction.files_min = 2;
        options.compaction.files_max = seed_ % 2 == 0 ? 2 : 64;  // Two: most merges leave other files of the day.
        store_ = std::make_unique<Lakehouse>(std::move(options));
        ok(store_->start());
    }

    // Without a flush: what was in no file is fed again, as far as the store asks for it.
    void restart() {
        store_->stop();
        open();
        const auto next = store_->points().next_point_offsets();
        for (messaging::Offset i = next.contains(0) ? next.at(0) : 0; i < log_.size(); ++i) {
            ok(store_->points().add_points(0, std::span(log_).subspan(i, 1), soon()));
        }
    }

    models::MetricPoint random_point() {
        models::MetricPoint point;
        point.view = kViews[random_() % kViews.size()];
        point.keys = R"({"k":"k)" + std::to_string(random_() % 5) + R"(","even":)" +
                     (random_() % 2 == 0 ? "true" : "null") + "}";
        if (point.view != "totals") {
            // Over some days; most of them near one another.
            const int span = random_() % 4 == 0 ? 4000 : 60;
            point.window_start = minute(static_cast<int>(random_() % static_cast<unsigned>(span)));
            point.window_end =
                *point.window_start + (point.view == "long" ? std::chrono::hours{30} : std::chrono::minutes{1});
        }
        point.values = R"({"n":)" + std::to_string(random_() % 1000) + "}";
        point.deleted = random_() % 6 == 0;
        point.epoch = epoch_;
        point.version = ++version_;
        return point;
    }

    void add() {
        std::vector<models::MetricPoint> points;
        std::vector<models::LateEvent> late;
        for (unsigned i = random_() % 30; i > 0; --i) {
            points.push_back(random_point());
            take(points.back());
        }
        // Some that are older than what is known, and some that are known already.
        for (const auto& [identity, known] : model_) {
            if (random_() % 20 != 0 || known.deleted) continue;
            points.push_back(known);
            if (random_() % 2 == 0) --points.back().version;
        }
        for (unsigned i = random_() % 4; i > 0; --i) {
            late.push_back({kViews[random_() % kViews.size()], uuid_from_name("e" + std::to_string(random_() % 50)),
                            minute(0), minute(static_cast<int>(random_() % 3000))});
            auto& known = late_[{late.back().view, late.back().event_id}];
            known = std::max(known, late.back().closed_until);
        }
        log_.push_back(record_of(log_.size(), std::move(points), std::move(late)));
        ok(store_->points().add_points(0, std::span(log_).last(1), soon()));
    }

    void take(const models::MetricPoint& point) {
        models::MetricPoint& known = model_[{point.view, point.window_start, point.keys}];
        if (point.replaces(known)) known = point;
    }

    void drop_view() {
        const std::string& view = kViews[random_() % kViews.size()];
        // Sometimes a record is under way that the store has not seen yet.
        if (random_() % 2 == 0) log_.push_back(record_of(log_.size(), {random_point(), random_point()}));
        ok(store_->points().drop_points(view, {{0, log_.size()}}));
        std::erase_if(model_, [&](const auto& entry) { return entry.first.view == view; });
        std::erase_if(late_, [&](const auto& entry) { return entry.first.first == view; });
        for (const models::MetricPoint& point :
             log_.empty() ? std::vector<models::MetricPoint>() : log_.back().record.points->points) {
            if (point.view != view) take(point);
        }
        if (!log_.empty()) ok(store_->points().add_points(0, std::span(log_).last(1), soon()));
    }

    void drop_before() {
        const Timestamp cut = minute(static_cast<int>(random_() % 2000));
        ok(store_->drop_before(cut, Drop::all));
        std::erase_if(model_,
                      [&](const auto& entry) { return entry.second.window_end && *entry.second.window_end < cut; });
        std::erase_if(late_, [&](const auto& entry) { return entry.second < cut; });
    }

    [[nodiscard]] std::vector<models::MetricPoint> expected(const std::string& view, const PointFilter& filter) const {
        std::vector<models::MetricPoint> points;
        for (const auto& [identity, point] : model_) {
            if (identity.view == view && !point.deleted && wanted(point, filter)) points.push_back(point);
        }
        std::ranges::sort(points, [](const auto& a, const auto& b) {
            return a.window_start != b.window_start ? a.window_start > b.window_start : a.keys < b.keys;
        });
        if (points.size() > filter.limit) points.resize(filter.limit);
        return points;
    }
    static bool wanted(const models::MetricPoint& point, const PointFilter& filter) {
        if (point.window_start && filter.from && *point.window_end <= *filter.from) return false;
        if (point.window_start && filter.to && *point.window_start >= *filter.to) return false;
        return !filter.keys.contains("k") ||
               point.keys.find("\"k\":\"" + filter.keys.at("k") + '"') != std::string::npos;
    }

    void check() {
        for (const std::string& view : kViews) {
            PointFilter filter;
            if (random_() % 2 == 0)
                filter.from = minute(static_cast<int>(random_() % (random_() % 2 == 0 ? 3000 : 80)));
            if (random_() % 2 == 0) filter.to = minute(static_cast<int>(random_() % (random_() % 2 == 0 ? 4000 : 80)));
            if (random_() % 3 == 0) filter.keys["k"] = "k" + std::to_string(random_() % 6);
            filter.limit = random_() % 2 == 0 ? 1 + random_() % 20 : 10'000;
            const auto points = store_->points().latest_points(view, filter);
            ok(points);
            if (!points) return;
            EXPECT_EQ(*points, expected(view, filter)) << where() << view;
        }
        std::string metrics;
        for (const auto& [identity, point] : model_) {
            if (point.deleted) continue;
            if (!metrics.empty()) metrics += ',';
            metrics += "[\"" + point.view + "\", " + point.keys + ", " + point.values + ", " +
                       std::to_string(point.epoch) + ", " + std::to_string(point.version) + "]";
        }
        EXPECT_EQ(rows(*store_,
                       "SELECT view, keys, \"values\", epoch, version FROM metrics ORDER BY view, window_start NULLS "
                       "FIRST, keys::TEXT"),
                  "[" + metrics + "]")
            << where();
        std::string late;
        for (const auto& [key, closed_until] : late_) {
            late += (late.empty() ? "[\"" : ",[\"") + key.first + "\", \"" + to_string(key.second) + "\", \"" +
                    format_rfc3339(closed_until) + "\"]";
        }
        EXPECT_EQ(rows(*store_, "SELECT view, event_id, closed_until FROM late_events ORDER BY view, event_id"),
                  "[" + late + "]")
            << where();
    }

    std::mt19937 random_;
    unsigned seed_;
    int step_ = 0;
    TestFolder folder_;
    std::unique_ptr<Lakehouse> store_;
    std::vector<messaging::StoredRecord> log_;
    std::map<Identity, models::MetricPoint> model_;
    std::map<std::pair<std::string, Uuid>, Timestamp> late_;
    std::uint32_t epoch_ = 1;
    std::uint64_t version_ = 10;
};

class PointsProperty : public ::testing::TestWithParam<unsigned> {};

TEST_P(PointsProperty, the_store_answers_what_a_map_says) { PointsAgainstMap(GetParam()).run(); }

INSTANTIATE_TEST_SUITE_P(Seeds, PointsProperty, ::testing::Range(1u, 5u));

}  // namespace
}  // namespace sf::database::testing
