// The dashboard's routes through a real server.
#include "http/client.hpp"
#include "unit/dashboard/dashboard_fixture.hpp"

namespace sf::dashboard {
namespace {

using namespace testing;
using namespace std::chrono_literals;

TEST(DashboardRoutes, overview) {
    Dashboard dashboard;
    const Json json(dashboard.get("/api/v1/overview"));
    EXPECT_EQ(json.number("/events/stored"), 42);
    EXPECT_EQ(json.text("/version"), "9.9");
    EXPECT_EQ(json.number("/views"), 1);
}

TEST(DashboardRoutes, the_rate_is_known_to_the_first_who_asks) {
    Dashboard dashboard;
    std::jthread events([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            ++dashboard.accepted;
            std::this_thread::yield();
        }
    });
    EXPECT_TRUE(
        eventually([&] { return dashboard.get("/api/v1/overview").find(R"("per_second":0.0)") == std::string::npos; }));
}

TEST(DashboardRoutes, the_views_with_their_columns) {
    Dashboard dashboard;
    const Json json(dashboard.get("/api/v1/metrics"));
    ASSERT_EQ(json.size("/views"), 1u);
    EXPECT_EQ(json.text("/views/0/name"), "errors");
    EXPECT_EQ(json.text("/views/0/description"), "Errors by source");
    EXPECT_EQ(json.text("/views/0/columns/3/name"), "errors");
    EXPECT_EQ(json.text("/views/0/columns/3/kind"), "value");
    dashboard.catalog.set({});
    EXPECT_EQ(dashboard.get("/api/v1/metrics"), R"({"views":[]})");
}

TEST(DashboardRoutes, the_rows_of_a_view) {
    Dashboard dashboard;
    dashboard.points.put(point("a", "2026-01-31T12:00:00Z", 1, 1));
    dashboard.points.put(point("b", "2026-01-31T12:00:10Z", 2, 1));
    dashboard.points.put(point("a", "2026-01-31T12:00:20Z", 3, 1));
    const Json all(dashboard.get("/api/v1/metrics/errors"));
    EXPECT_EQ(all.text("/view"), "errors");
    EXPECT_EQ(all.text("/columns/0/name"), "source");
    ASSERT_EQ(all.size("/rows"), 3u);
    EXPECT_EQ(all.number("/rows/0/values/errors"), 3);
    const Json some(dashboard.get("/api/v1/metrics/errors?from=2026-01-31T12:00:10Z&to=2026-01-31T12:00:20Z"));
    ASSERT_EQ(some.size("/rows"), 1u);
    EXPECT_EQ(some.text("/rows/0/keys/source"), "b");
    EXPECT_EQ(Json(dashboard.get("/api/v1/metrics/errors?key.source=a")).size("/rows"), 2u);
    EXPECT_EQ(Json(dashboard.get("/api/v1/metrics/errors?step=1m")).size("/rows"), 2u);
    EXPECT_EQ(Json(dashboard.get("/api/v1/metrics/errors?limit=1")).size("/rows"), 1u);
}

TEST(DashboardRoutes, what_is_wrong_is_said) {
    Dashboard dashboard;
    const Json unknown(dashboard.get("/api/v1/metrics/erorrs", 404));
    EXPECT_EQ(unknown.text("/title"), "there is no view \"erorrs\"");
    EXPECT_EQ(unknown.text("/hint"), "did you mean: errors");
    EXPECT_EQ(Json(dashboard.get("/api/v1/metrics/errors?limit=x", 422)).text("/errors/0/pointer"), "/query/limit");
    dashboard.points.fail_reads(Error{ErrorCode::corrupt, "a file is damaged"});
    (void)dashboard.get("/api/v1/metrics/errors", 500);
}

TEST(DashboardRoutes, need_a_viewer) {
    Dashboard dashboard;
    for (const auto& target : {"/api/v1/overview", "/api/v1/metrics", "/api/v1/metrics/errors", "/api/v1/live"}) {
        http::Client ingest({.base_url = "http://127.0.0.1:" + std::to_string(dashboard.port()), .token = "ingest"});
        EXPECT_EQ(ingest.get(target)->status, 403) << target;
        http::Client viewer({.base_url = "http://127.0.0.1:" + std::to_string(dashboard.port()), .token = "viewer"});
        EXPECT_EQ(viewer.get(target)->status, target == std::string_view("/api/v1/live") ? 426 : 200) << target;
    }
}

TEST(DashboardRoutes, rows_wait_for_the_store_to_catch_up) {
    std::atomic<bool> caught_up = false;
    Dashboard dashboard({.live = {},
                         .caught_up = [&](std::chrono::milliseconds) { return caught_up.load(); },
                         .limits = {},
                         .lag_max = std::chrono::milliseconds{10}});
    const Json lagging(dashboard.get("/api/v1/metrics/errors", 503));
    EXPECT_EQ(lagging.text("/title"), "the store of points lags behind");
    EXPECT_EQ(dashboard.points.reads(), 0u);
    caught_up = true;
    (void)dashboard.get("/api/v1/metrics/errors", 200);
}

// Not once more for each that waits before it.
TEST(PointReader, all_that_wait_for_a_lagging_store_are_answered_after_the_same_time) {
    FakePointStore store;
    constexpr std::chrono::milliseconds kLagMax{300};
    std::mutex mutex;
    std::condition_variable changed;
    std::chrono::milliseconds waited{0};
    PointReader reader({.threads = 1,
                        .lag_max = kLagMax,
                        .caught_up =
                            [&](std::chrono::milliseconds patience) {
                                std::unique_lock lock(mutex);
                                waited += patience;
                                changed.wait_for(lock, patience);
                                return false;
                            }},
                       store, system_clock());
    reader.start();
    std::atomic<int> unavailable = 0;
    for (int i = 0; i < 10; ++i) {
        EXPECT_TRUE(reader.read("errors", {}, [&](const PointReader::Rows& rows) {
            unavailable += !rows && rows.error().code == ErrorCode::unavailable ? 1 : 0;
        }));
    }
    EXPECT_TRUE(eventually([&] { return unavailable == 10; }));
    EXPECT_LT(waited, 2 * kLagMax);
}

TEST(PointReader, takes_no_more_than_may_wait_and_answers_what_waits_when_it_stops) {
    FakePointStore store;
    std::mutex mutex;
    std::condition_variable changed;
    PointReader reader({.threads = 1,
                        .waiting_max = 2,
                        .caught_up =
                            [&](std::chrono::milliseconds patience) {
                                std::unique_lock lock(mutex);
                                changed.wait_for(lock, patience);
                                return false;
                            }},
                       store, system_clock());
    reader.start();
    std::atomic<int> cancelled = 0;
    const auto done = [&](const PointReader::Rows& rows) {
        cancelled += !rows && rows.error().code == ErrorCode::cancelled ? 1 : 0;
    };
    int taken = 0;
    // One is being worked on, two wait.
    EXPECT_TRUE(eventually([&] {
        taken += reader.read("errors", {}, done) ? 1 : 0;
        return taken == 3;
    }));
    EXPECT_FALSE(reader.read("errors", {}, done));
    reader.stop();
    EXPECT_EQ(cancelled, 3);
    EXPECT_EQ(store.reads(), 0u);
}

}  // namespace
}  // namespace sf::dashboard
