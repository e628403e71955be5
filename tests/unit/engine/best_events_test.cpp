// The best n events of windows: those that n others are ahead of are forgotten, and nothing that is given is another
// for that. The same view with a condition that says the same and isn't known to bound ranks keeps all events.
#include "unit/engine/engine_run.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace sf::engine::testing {
namespace {

struct RankedCase {
    std::string windows, ranks, bound, same, emit = "every 1 s";
    int sources = 3;
    std::size_t shards = 1;

    [[nodiscard]] ViewPtr view(const std::string& condition) const {
        return view_of(
            fmt::format("CREATE MATERIALIZED VIEW v WITH (emit = '{}', lateness = '{}', out_of_orderness = "
                        "'5 s') AS SELECT * FROM (SELECT id, source, data.v AS v, {}, timestamp AS at, {} "
                        "AS r FROM {}) AS t WHERE {}",
                        emit, "20 s", windows == "events" ? "1 AS one" : "window_start", ranks, windows, condition));
    }
};

const std::string kTumble = "TUMBLE(events, timestamp, INTERVAL '60 s')";
const std::string kHop = "HOP(events, timestamp, INTERVAL '15 s', INTERVAL '40 s')";

// What is wrong, late, missing or equal comes often enough.
std::vector<TestEvent> some_ranked(std::mt19937& random, double now, int sources) {
    std::vector<TestEvent> events;
    const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    for (int i = 0; i < 200; ++i) {
        const double at = std::max(0.0, now - (below(10) == 0 ? below(90) : below(8)));
        const std::string data = below(8) == 0    ? "{}"
                                 : below(20) == 0 ? R"({"v":"x"})"
                                                  : fmt::format(R"({{"v":{}}})", below(40) - 20);
        events.push_back({.at = at, .source = fmt::format("s{}", below(sources)), .data = data});
        if (below(30) == 0 && i > 0) events.back() = events[static_cast<std::size_t>(below(i))];
        if (!events.back().id) {
            Uuid id;
            for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(random());
            events.back().id = id;
        }
    }
    return events;
}

std::vector<std::string> sorted(std::vector<std::string> rows) {
    std::ranges::sort(rows);
    return rows;
}

class BestEventsOf : public ::testing::TestWithParam<RankedCase> {};

TEST_P(BestEventsOf, are_those_of_all_events) {
    const RankedCase& c = GetParam();
    const ViewPtr best_view = c.view(c.bound), all_view = c.view(c.same);
    for (unsigned seed = 1; seed <= 3; ++seed) {
        std::mt19937 random(seed);
        const EngineRun::Options options{.partitions = 2, .shards = c.shards};
        auto best = std::make_unique<EngineRun>(std::vector{best_view}, options);
        auto all = std::make_unique<EngineRun>(std::vector{all_view}, options);
        for (int step = 0; step < 60; ++step) {
            const Partition partition = random() % 2;
            const auto events = some_ranked(random, step * 3.0, c.sources);
            const bool ticks = random() % 3 == 0, restarts = random() % 20 == 0, flushes = random() % 25 == 0;
            for (const auto& run : {best.get(), all.get()}) {
                run->events(events, partition);
                if (ticks) run->clock(step);
                if (flushes) run->flush();
            }
            ASSERT_EQ(sorted(best->taken()), sorted(all->taken())) << step << " of " << seed;
            ASSERT_EQ(best->rows(), all->rows()) << step << " of " << seed;
            if (!restarts) continue;
            EngineRun::Options again = options;
            again.epoch = static_cast<std::uint32_t>(step + 2);
            for (auto* const run : {&best, &all}) {
                const auto saved = (*run)->save();
                *run = std::make_unique<EngineRun>(std::vector{run == &best ? best_view : all_view}, again, saved);
            }
        }
        best->flush();
        all->flush();
        EXPECT_EQ(best->rows(), all->rows()) << seed;
        EXPECT_FALSE(best->rows().empty());
        const ViewCounters counted = best->counters(), expected = all->counters();
        EXPECT_EQ(counted.events, expected.events);
        EXPECT_EQ(counted.events_late, expected.events_late);
        EXPECT_EQ(counted.late_listed, expected.late_listed);
        EXPECT_EQ(counted.events_failed, expected.events_failed);
        EXPECT_EQ(counted.events_failed > 0, c.ranks.contains("->>"));  // What is no number.
        std::size_t kept = 0, of_all = 0;
        for (std::size_t s = 0; s < c.shards; ++s) {
            kept += best->shard(s).groups(1);
            of_all += all->shard(s).groups(1);
        }
        EXPECT_LT(kept, of_all / 2);
    }
}

const std::string kByWindow = "PARTITION BY window_start, source ORDER BY ";
INSTANTIATE_TEST_SUITE_P(
    Model, BestEventsOf,
    ::testing::Values(
        RankedCase{kTumble, "rank() OVER (PARTITION BY window_start ORDER BY (data->>'v')::bigint DESC)", "r = 1",
                   "NOT r > 1"},
        RankedCase{kTumble, "rank() OVER (" + kByWindow + "data.v::bigint NULLS FIRST)", "r <= 3", "NOT r > 3",
                   "on change"},
        RankedCase{kTumble, "row_number() OVER (" + kByWindow + "(data->>'v')::bigint DESC NULLS LAST)", "r < 4",
                   "NOT r > 3", "on close", 3, 3},
        RankedCase{kTumble, "dense_rank() OVER (PARTITION BY window_end ORDER BY data.v::bigint DESC NULLS LAST)",
                   "2 >= r", "NOT r > 2"},
        RankedCase{kHop, "row_number() OVER (" + kByWindow + "data.v::numeric DESC, timestamp)", "r <= 2 AND r > 1",
                   "r = 2 OR r = 2"},
        RankedCase{kHop, "dense_rank() OVER (" + kByWindow + "data.v::double precision)", "r <= 2", "NOT r > 2",
                   "on change", 2, 2},
        RankedCase{kHop, "rank() OVER (PARTITION BY window_start ORDER BY data.v::text, timestamp DESC)", "r <= 5",
                   "NOT r > 5"},
        RankedCase{kHop, "row_number() OVER (PARTITION BY window_start)", "r <= 3", "NOT r > 3"},
        RankedCase{"events", "row_number() OVER (PARTITION BY source ORDER BY timestamp DESC)", "r <= 2", "NOT r > 2",
                   "on change", 40, 2},
        RankedCase{"events", "row_number() OVER (ORDER BY data.v::bigint, timestamp)", "r <= 200", "NOT r > 200"}));

std::vector<TestEvent> rising(int count) {
    std::vector<TestEvent> events;
    for (int i = 0; i < count; ++i)
        events.push_back({.at = 1, .source = fmt::format("s{}", i % 3), .data = fmt::format(R"({{"v":{}}})", i)});
    return events;
}

TEST(BestEvents, a_record_has_no_others) {
    PartialFold fold(0, {});
    fold.add(
        view_of("CREATE MATERIALIZED VIEW v AS SELECT source, r FROM (SELECT source, rank() OVER (PARTITION BY "
                "window_start, source ORDER BY data.v::bigint DESC) AS r FROM TUMBLE(events, timestamp, INTERVAL "
                "'10 s')) AS t WHERE r <= 2"));
    const FramePtr frame = fold.fold(0, *batch_of(rising(300)));
    ASSERT_EQ(frame->partials.size(), 1u);
    EXPECT_EQ(frame->partials[0].cells->key.size(), 6u);
    EXPECT_EQ(frame->partials[0].cells->events, 300u);
}

// In a record one event after the other is better than all before it. keys_max counts those that are kept.
TEST(BestEvents, leave_room_for_others) {
    EngineRun engine({view_of("CREATE MATERIALIZED VIEW v WITH (keys_max = 100) AS SELECT v, r FROM (SELECT data.v AS "
                              "v, row_number() OVER (ORDER BY data.v::bigint DESC) AS r FROM events) AS t WHERE r <= "
                              "3")},
                     {});
    const std::vector<TestEvent> events = rising(500);
    for (const TestEvent& event : events) engine.events({event});
    engine.flush();
    EXPECT_EQ(engine.counters().groups_refused, 0u);
    EXPECT_LE(engine.shard(0).groups(1), 100u);
    EXPECT_THAT(engine.rows(), ::testing::UnorderedElementsAre(::testing::HasSubstr("499"), ::testing::HasSubstr("498"),
                                                               ::testing::HasSubstr("497")));
}

// A group's rank falls as well as rises.
TEST(BestEvents, are_not_groups_of_events) {
    EngineRun engine({view_of("CREATE MATERIALIZED VIEW v AS SELECT * FROM (SELECT source, count(*) AS n, row_number() "
                              "OVER (ORDER BY count(*)) AS r FROM events GROUP BY source) AS t WHERE r <= 1")},
                     {});
    for (int i = 0; i < 600; ++i) engine.events({{.source = fmt::format("s{:03}", i)}});
    for (int i = 0; i < 599; ++i) engine.events({{.source = fmt::format("s{:03}", i)}});
    engine.flush();
    EXPECT_THAT(engine.rows(), ::testing::ElementsAre(::testing::HasSubstr("s599")));
}

}  // namespace
}  // namespace sf::engine::testing
