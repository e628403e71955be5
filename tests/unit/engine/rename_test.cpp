// A view that goes on under another name, at any moment, gives the rows that it would have given.
#include "unit/engine/engine_run.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

namespace sf::engine::testing {
namespace {

ViewPtr view_named(const std::string& name, const std::string& sql, ViewNumber number) {
    auto view = std::make_shared<View>(*view_of(sql, number));
    view->plan.name = name;
    return view;
}

std::vector<std::string> renamed_definitions() {
    return {
        "CREATE MATERIALIZED VIEW v WITH (lateness = '10 s', out_of_orderness = '2 s') AS SELECT source, window_start, "
        "count(*) AS n, count(DISTINCT user_id) AS users FROM HOP(events, timestamp, INTERVAL '7 s', INTERVAL '30 s') "
        "GROUP BY source, window_start HAVING count(*) > 1",
        "CREATE MATERIALIZED VIEW v WITH (emit = 'on change') AS SELECT source, count(*) AS n FROM events GROUP BY 1",
        "CREATE MATERIALIZED VIEW v WITH (emit = 'on close', lateness = '5 s') AS SELECT window_start, sum(data.v) AS "
        "s "
        "FROM TUMBLE(events, timestamp, INTERVAL '5 s') GROUP BY window_start",
        "CREATE MATERIALIZED VIEW v WITH (lateness = '5 s') AS SELECT source, window_start, window_end, count(*) AS n "
        "FROM SESSION(events, timestamp, INTERVAL '4 s') GROUP BY source, window_start, window_end"};
}

void feed_step(EngineRun& engine, int step) {
    std::mt19937 random(static_cast<unsigned>(step));
    std::vector<TestEvent> events;
    for (unsigned i = 1 + random() % 5; i > 0; --i) {
        events.push_back({.at = step * 2.0 - random() % 20,
                          .source = std::string(1, static_cast<char>('a' + random() % 3)),
                          .data = fmt::format(R"({{"v":{}}})", random() % 9),
                          .user = "u" + std::to_string(random() % 4),
                          .received = 1e9});
    }
    engine.events(events, random() % 2);
    if (step % 5 == 0) engine.clock(step);
}

// The latest row of each identity, whatever the name of its view.
std::map<std::string, std::string> renamed_rows_of(EngineRun& run) {
    std::map<std::string, models::MetricPoint> newest;
    for (const auto& [identity, point] : run.latest()) {
        const auto [at, added] = newest.try_emplace(identity.substr(identity.find(' ')), point);
        if (!added && point.replaces(at->second)) at->second = point;
    }
    std::map<std::string, std::string> rows;
    for (const auto& [identity, point] : newest) {
        if (!point.deleted) rows[identity] = text_of(point);
    }
    return rows;
}

TEST(Rename, changes_nothing_but_the_name) {
    constexpr int kSteps = 30;
    constexpr EngineRun::Options kOptions{.partitions = 2, .shards = 2};
    for (const std::string& sql : renamed_definitions()) {
        EngineRun whole({view_named("v", sql, 1)}, kOptions);
        for (int step = 0; step < kSteps; ++step) feed_step(whole, step);
        whole.flush();
        const auto wanted = renamed_rows_of(whole);
        ASSERT_FALSE(wanted.empty());
        for (int cut = 0; cut <= kSteps; cut += 3) {
            SCOPED_TRACE(fmt::format("{} cut {}", sql, cut));
            EngineRun run({view_named("v@next", sql, 1)}, kOptions);
            for (int step = 0; step < cut; ++step) feed_step(run, step);
            run.rename(1, view_named("v", sql, 2));
            for (int step = cut; step < kSteps; ++step) feed_step(run, step);
            run.flush();
            ASSERT_EQ(renamed_rows_of(run), wanted);
            EXPECT_EQ(run.counters(2).events, whole.counters(1).events);
            EXPECT_FALSE(run.shard(0).counters(1)) << "the old name is gone";
        }
    }
}

TEST(Rename, rows_that_are_given_stand_before_all_later_ones) {
    Shard shard({.epoch = 7});
    shard.skip_versions(10);
    shard.skip_versions(4);
    EXPECT_EQ(shard.version(), 10u) << "versions never fall";
    shard.give({{.view = "v", .keys = "a"}, {.view = "v", .keys = "b", .deleted = true}}, 20);
    const Emitted emitted = shard.take();
    ASSERT_EQ(emitted.points.size(), 2u);
    EXPECT_EQ(emitted.points[0].version, 21u);
    EXPECT_EQ(emitted.points[1].version, 22u);
    EXPECT_EQ(emitted.points[1].epoch, 7u);
    EXPECT_TRUE(emitted.points[1].deleted);
    EXPECT_EQ(shard.version(), 22u);
}

}  // namespace
}  // namespace sf::engine::testing
