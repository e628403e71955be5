// Running totals whose groups go when no event has touched them for the ttl, and limits on the size of the state.
#include "unit/engine/engine_run.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace sf::engine::testing {
namespace {

using TotalRows = std::vector<std::string>;

std::string forgetting(const std::string& options, const std::string& having = "") {
    return "CREATE MATERIALIZED VIEW v WITH (emit = 'on change', out_of_orderness = '0 s', lateness = '0 s', " +
           options + ") AS SELECT source, count(*) AS n FROM events GROUP BY source" + having;
}

std::string total_row(const std::string& source, int n) {
    return fmt::format(R"({{"source":"{}"}} total {{"n":{}}})", source, n);
}

// Without their bounds, which a total has none of.
TotalRows totals_of(EngineRun& run) {
    TotalRows rows;
    for (const auto& [identity, point] : run.latest()) {
        EXPECT_FALSE(point.window_start || point.window_end);
        if (!point.deleted) rows.push_back(point.keys + " total " + point.values);
    }
    return rows;
}

TEST(Ttl, a_group_goes_when_the_watermark_is_the_ttl_behind_its_last_event) {
    EngineRun run({view_of(forgetting("ttl = '10 s'"))}, {});
    run.events({{.at = 0, .source = "a"}, {.at = 1, .source = "b"}});
    run.events({{.at = 9, .source = "a"}});
    EXPECT_EQ(totals_of(run), (TotalRows{total_row("a", 2), total_row("b", 1)}));
    run.events({{.at = 10.999, .source = "c"}});
    EXPECT_EQ(totals_of(run), (TotalRows{total_row("a", 2), total_row("b", 1), total_row("c", 1)}));
    (void)run.take();
    run.events({{.at = 11, .source = "c"}});
    EXPECT_EQ(totals_of(run), (TotalRows{total_row("a", 2), total_row("c", 2)}));
    const auto given = run.take();
    EXPECT_EQ(std::ranges::count_if(given, &models::MetricPoint::deleted), 1) << "one tombstone, for b";
}

TEST(Ttl, an_event_afterwards_begins_anew_and_one_in_between_does_not) {
    EngineRun run({view_of(forgetting("ttl = '10 s'"))}, {.partitions = 2});
    run.tick_record(5, 5, 1);
    run.events({{.at = 0, .source = "a"}, {.at = 0, .source = "b"}});
    run.tick_record(100, 100, 0);
    EXPECT_EQ(totals_of(run), (TotalRows{total_row("a", 1), total_row("b", 1)})) << "partition 1 is not that far";
    run.events({{.at = 9, .source = "a"}}, 1);  // In time there, and within the ttl of the one before.
    run.tick_record(100, 100, 1);
    EXPECT_EQ(totals_of(run), TotalRows{});
    run.events({{.at = 101, .source = "a"}});
    EXPECT_EQ(totals_of(run), TotalRows{total_row("a", 1)});
    run.events({{.at = 89, .source = "b"}});
    EXPECT_EQ(totals_of(run), TotalRows{total_row("a", 1)}) << "too late for a group of its own";
    EXPECT_EQ(run.counters().events_late, 1u);
}

TEST(Ttl, a_group_that_went_comes_back_with_what_it_had_if_an_event_in_between_was_only_slow) {
    EngineRun run({view_of(forgetting("ttl = '10 s'"))}, {});
    run.events({{.at = 0, .source = "a"}, {.at = 0, .source = "a"}});
    run.tick_record(15, 15);
    EXPECT_EQ(totals_of(run), TotalRows{});
    run.events({{.at = 8, .source = "a"}});  // Ends at 18, so it is not late.
    EXPECT_EQ(totals_of(run), TotalRows{total_row("a", 3)});
}

TEST(Ttl, having_and_a_later_session_leave_one_row_or_none) {
    EngineRun run({view_of(forgetting("ttl = '10 s'", " HAVING count(*) <> 1"))}, {.partitions = 2});
    run.tick_record(0, 0, 1);
    run.events({{.at = 0, .source = "a"}, {.at = 0, .source = "a"}});
    EXPECT_EQ(totals_of(run), TotalRows{total_row("a", 2)});
    run.events({{.at = 20, .source = "a"}});  // The first two are still there for partition 1, but they are the past.
    EXPECT_EQ(totals_of(run), TotalRows{});
    run.events({{.at = 10, .source = "a"}}, 1);  // And this one makes them all one.
    EXPECT_EQ(totals_of(run), TotalRows{total_row("a", 4)});
}

TEST(Ttl, a_row_given_before_a_crash_goes_even_if_it_was_not_given_again) {
    const std::string sql =
        "CREATE MATERIALIZED VIEW v WITH (ttl = '10 s', out_of_orderness = '0 s', lateness = '0 s') AS "
        "SELECT source, count(*) AS n FROM events GROUP BY source";
    EngineRun first({view_of(sql)}, {});
    const auto saved = first.save();
    EngineRun second({view_of(sql)}, {.epoch = 2}, saved);
    for (EngineRun* run : {&first, &second}) run->events({{.at = 0, .source = "a"}});
    first.clock(1);
    EXPECT_EQ(totals_of(first), TotalRows{total_row("a", 1)});
    second.tick_record(11, 11);
    const auto given = second.take();
    ASSERT_EQ(given.size(), 1u);
    EXPECT_TRUE(given[0].deleted);
}

TEST(Ttl, makes_room_for_other_groups) {
    EngineRun run({view_of(forgetting("ttl = '10 s', keys_max = 20"))}, {});
    for (int i = 0; i < 1'000; ++i) run.events({{.at = i * 5.0, .source = "s" + std::to_string(i)}});
    EXPECT_EQ(run.counters().groups_refused, 0u);
    EXPECT_LE(run.shard(0).groups(1), 20u);
    EXPECT_EQ(totals_of(run).size(), 2u);
}

struct Touch {
    double at;
    std::string source;
};

// What the rows must be, of the events of each partition in their order: those that are not late make chains.
std::map<std::string, int> chains(const std::vector<std::vector<Touch>>& partitions, double ttl) {
    std::map<std::string, std::vector<double>> accepted;
    double watermark = 1e18;
    for (const std::vector<Touch>& events : partitions) {
        double reached = -1e18;
        for (const Touch& event : events) {
            reached = std::max(reached, event.at);
            if (event.at + ttl > reached) accepted[event.source].push_back(event.at);
        }
        watermark = std::min(watermark, reached);
    }
    std::map<std::string, int> rows;
    for (auto& [source, times] : accepted) {
        std::ranges::sort(times);
        int n = 0;
        for (std::size_t i = 0; i < times.size(); ++i) n = i > 0 && times[i] - times[i - 1] <= ttl ? n + 1 : 1;
        if (times.back() + ttl > watermark) rows[source] = n;
    }
    return rows;
}

TEST(Ttl, is_a_function_of_the_log_whatever_the_order_of_partitions_and_restarts) {
    constexpr EngineRun::Options kOptions{.partitions = 2, .shards = 2};
    const auto view = [] { return std::vector{view_of(forgetting("ttl = '10 s'"))}; };
    for (unsigned seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937 random(seed);
        std::vector<std::vector<Touch>> partitions(2);
        double now = 0;
        for (int i = 0; i < 60; ++i) {
            now += random() % 4;
            partitions[random() % 2].push_back({std::max(0.0, now - (random() % 3 == 0 ? random() % 25 : random() % 4)),
                                                std::string(1, static_cast<char>('a' + random() % 4))});
        }
        for (auto& events : partitions) events.push_back({now, "end"});
        const std::map<std::string, int> wanted = chains(partitions, 10);
        for (int order = 0; order < 6; ++order) {
            SCOPED_TRACE(order);
            auto run = std::make_unique<EngineRun>(view(), kOptions);
            std::map<std::string, models::MetricPoint> latest;
            const auto note = [&] {
                for (const auto& [identity, point] : run->latest()) latest[identity] = point;
            };
            std::vector<std::size_t> next = {0, 0};
            std::uint32_t epoch = 1;
            while (next[0] < partitions[0].size() || next[1] < partitions[1].size()) {
                // One partition far ahead of the other, and the other way round, and mixed.
                std::size_t p = order == 0 ? 0 : order == 1 ? 1 : random() % 2;
                if (next[p] == partitions[p].size()) p = 1 - p;
                const Touch& event = partitions[p][next[p]++];
                run->events({{.at = event.at, .source = event.source, .received = 1e9}}, static_cast<Partition>(p));
                if (order < 4 || random() % 10 > 0) continue;
                const auto saved = run->save();
                note();
                run = std::make_unique<EngineRun>(
                    view(), EngineRun::Options{.partitions = 2, .shards = 2, .epoch = ++epoch}, saved);
            }
            note();
            std::map<std::string, int> rows;
            for (const auto& [identity, point] : latest) {
                if (point.deleted) continue;
                const std::string source = point.keys.substr(11, point.keys.size() - 13);
                rows[source] = std::stoi(point.values.substr(5));
            }
            ASSERT_EQ(rows, wanted);
        }
    }
}

TEST(StateMax, refuses_new_groups_and_goes_on_with_those_it_has) {
    EngineRun run({view_of(forgetting("state_max = '1 MiB'"))}, {});
    std::vector<TestEvent> events;
    for (int i = 0; i < 100'000; ++i) {
        events.push_back({.at = 1, .source = "source-" + std::to_string(i)});
        if (events.size() == 100) run.events(std::exchange(events, {}));
    }
    const std::size_t groups = run.shard(0).groups(1);
    EXPECT_GT(groups, 2'000u);
    EXPECT_LT(groups, 50'000u);
    EXPECT_GT(run.counters().groups_refused, 50'000u);
    EXPECT_LT(run.shard(0).bytes(1), 3u << 20);
    run.events({{.at = 2, .source = "source-0"}, {.at = 2, .source = "new"}});
    const auto latest = run.latest();
    EXPECT_TRUE(std::ranges::any_of(latest, [](const auto& each) {
        return each.second.keys == R"({"source":"source-0"})" && each.second.values == R"({"n":2})";
    }));
    EXPECT_TRUE(
        std::ranges::none_of(latest, [](const auto& each) { return each.second.keys == R"({"source":"new"})"; }));
}

}  // namespace
}  // namespace sf::engine::testing
