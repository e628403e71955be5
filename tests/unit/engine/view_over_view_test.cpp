// Views over views: rows of windows that are over, each once, whatever happens between the shards.
#include "sql/decimal.hpp"
#include "unit/engine/engine_run.hpp"

#include <gtest/gtest.h>

#include <random>

namespace sf::engine::testing {
namespace {

const std::string kTens =
    "CREATE MATERIALIZED VIEW tens WITH (lateness = '5 s', out_of_orderness = '0 s') AS "
    "SELECT source, user_id, window_start, window_end, count(*) AS n, sum((data->>'v')::numeric) AS total "
    "FROM TUMBLE(events, timestamp, INTERVAL '10 s') GROUP BY source, user_id, window_start";
const std::string kMinutes =
    "CREATE MATERIALIZED VIEW minutes WITH (emit = 'on close') AS "
    "SELECT source, window_start, sum(n) AS n, max(total) AS most, count(*) AS rows "
    "FROM TUMBLE(tens, window_start, INTERVAL '1 minute') GROUP BY source, window_start";

std::vector<std::string> rows_of(EngineRun& engine, std::string_view view) {
    std::vector<std::string> texts;
    for (const auto& [identity, point] : engine.latest()) {
        if (point.view == view && !point.deleted) texts.push_back(text_of(point));
    }
    return texts;
}

TEST(ViewOverView, reads_rows_of_windows_that_are_over_and_never_earlier_ones) {
    EngineRun engine(views_of({kTens, kMinutes}), {});
    engine.events({{.at = 1, .data = R"({"v":1.50})"}, {.at = 2, .data = R"({"v":2})"}});
    engine.events({{.at = 11, .data = R"({"v":0.25})"}});
    engine.clock(20);                                   // Early rows of both windows.
    engine.events({{.at = 3, .data = R"({"v":10})"}});  // Late, but within the lateness: a correction.
    EXPECT_EQ(engine.counters(2).events, 0u);
    engine.events({{.at = 15, .data = R"({"v":1})"}});  // Ends the first window.
    EXPECT_EQ(engine.counters(2).events, 1u);
    EXPECT_TRUE(rows_of(engine, "minutes").empty());
    engine.events({{.at = 66, .data = R"({"v":7})"}});  // The first minute is over when its last window is.
    EXPECT_EQ(rows_of(engine, "minutes"),
              std::vector<std::string>{R"({"source":"shop"} 0..60 {"n":5,"most":13.50,"rows":2} final)"});
}

TEST(ViewOverView, a_flush_does_not_make_rows_that_may_change) {
    EngineRun engine(views_of({kTens, kMinutes}), {});
    engine.events({{.at = 1, .data = R"({"v":1})"}});
    engine.flush();
    EXPECT_EQ(engine.counters(2).events, 0u);
    engine.events({{.at = 2, .data = R"({"v":1})"}, {.at = 100}});
    EXPECT_EQ(rows_of(engine, "minutes"),
              std::vector<std::string>{R"({"source":"shop"} 0..60 {"n":2,"most":2,"rows":1} final)"});
}

TEST(ViewOverView, idle_shards_and_windows_without_rows_hold_nothing_up) {
    EngineRun engine(views_of({kTens, kMinutes}), {.partitions = 2, .shards = 4});
    engine.events({{.at = 1, .data = R"({"v":1})"}}, 0);
    engine.tick_record(500, 500, 0);
    EXPECT_TRUE(rows_of(engine, "minutes").empty());
    engine.tick_record(500, 500, 1);
    EXPECT_EQ(rows_of(engine, "minutes"),
              std::vector<std::string>{R"({"source":"shop"} 0..60 {"n":1,"most":1,"rows":1} final)"});
}

TEST(ViewOverView, by_the_end_of_windows_a_row_is_where_its_window_ends) {
    EngineRun engine(views_of({kTens,
                               "CREATE MATERIALIZED VIEW m AS SELECT window_start, sum(n) AS n "
                               "FROM TUMBLE(tens, window_end, INTERVAL '20 s') GROUP BY window_start"}),
                     {});
    engine.events({{.at = 1, .data = R"({"v":1})"}, {.at = 11, .data = R"({"v":1})"}, {.at = 200}});
    EXPECT_EQ(rows_of(engine, "m"),
              (std::vector<std::string>{"{} 0..20 {\"n\":1} final", "{} 20..40 {\"n\":1} final"}));
}

TEST(ViewOverView, an_open_window_grows_with_each_window_that_is_over) {
    EngineRun engine(views_of({kTens,
                               "CREATE MATERIALIZED VIEW m WITH (emit = 'on change') AS "
                               "SELECT window_start, sum(n) AS n "
                               "FROM TUMBLE(tens, window_start, INTERVAL '1 minute') GROUP BY window_start",
                               "CREATE MATERIALIZED VIEW all_time AS SELECT sum(n) AS n FROM tens"}),
                     {});
    engine.events({{.at = 1}, {.at = 16}});
    EXPECT_EQ(rows_of(engine, "m"), std::vector<std::string>{"{} 0..60 {\"n\":1}"});
    engine.events({{.at = 26}});
    EXPECT_EQ(rows_of(engine, "m"), std::vector<std::string>{"{} 0..60 {\"n\":2}"});
    engine.clock(100);
    EXPECT_EQ(rows_of(engine, "all_time"), std::vector<std::string>{"{} -..- {\"n\":2}"});
}

// A chain of three, with HAVING, ranks and windows that overlap.
std::vector<ViewPtr> chain() {
    return views_of(
        {"CREATE MATERIALIZED VIEW a WITH (lateness = '6 s', out_of_orderness = '2 s') AS "
         "SELECT source, user_id, window_start, window_end, count(*) AS n, sum((data->>'v')::numeric) AS total "
         "FROM HOP(events, timestamp, INTERVAL '5 s', INTERVAL '10 s') GROUP BY source, user_id, window_start "
         "HAVING count(*) > 1",
         "CREATE MATERIALIZED VIEW b AS SELECT user_id, window_start, window_end, sum(n) AS n, max(total) AS most, "
         "count(*) AS k FROM TUMBLE(a, window_start, INTERVAL '20 s') WHERE n < 6 GROUP BY user_id, window_start",
         "CREATE MATERIALIZED VIEW c WITH (emit = 'on close') AS SELECT window_start, sum(n) AS n, sum(k) AS k, "
         "max(most) AS most FROM TUMBLE(b, window_start, INTERVAL '1 minute') GROUP BY window_start",
         "CREATE MATERIALIZED VIEW best WITH (lateness = '4 s') AS SELECT * FROM (SELECT source, window_start, "
         "count(*) AS n, row_number() OVER (PARTITION BY window_start ORDER BY count(*) DESC) AS place "
         "FROM TUMBLE(events, timestamp, INTERVAL '10 s') GROUP BY source, window_start) AS t WHERE place = 1",
         "CREATE MATERIALIZED VIEW wins AS SELECT source, window_start, count(*) AS wins, sum(n) AS n "
         "FROM TUMBLE(best, window_start, INTERVAL '30 s') GROUP BY source, window_start"});
}

struct ChainStep {
    Partition partition = 0;
    models::EventBatchPtr batch;  // Null: a flush.
};

std::vector<ChainStep> steps(unsigned seed) {
    std::mt19937 random(seed);
    std::vector<ChainStep> all;
    double now = 0;
    for (int i = 0; i < 60; ++i) {
        std::vector<TestEvent> events;
        for (unsigned n = 1 + random() % 8; n > 0; --n) {
            now += random() % 2;
            events.push_back({.at = std::max(0.0, now - (random() % 5 == 0 ? random() % 20 : random() % 3)),
                              .source = std::string(1, static_cast<char>('a' + random() % 3)),
                              .data = fmt::format(R"({{"v":{}.{}}})", random() % 40, random() % 10),
                              .user = "u" + std::to_string(random() % 3),
                              .received = 1e9});
        }
        all.push_back({static_cast<Partition>(random() % 2), batch_of(events)});
        if (random() % 20 == 0) all.push_back({});
    }
    for (Partition p = 0; p < 2; ++p) all.push_back({p, batch_of({{.at = 2000, .received = 1e9}})});
    return all;
}

void apply_to(EngineRun& engine, const ChainStep& step) {
    if (step.batch) engine.batch(step.batch, step.partition);
    else engine.flush();
}

std::vector<std::string> final_rows(const std::map<std::string, models::MetricPoint>& points, std::string_view view) {
    std::vector<std::string> texts;
    for (const auto& [identity, point] : points) {
        if (point.view == view && point.final && !point.deleted && to_micros(*point.window_start) < 1'900'000'000)
            texts.push_back(text_of(point));
    }
    return texts;
}

// What the statement of view b says over the rows of a.
std::vector<std::string> computed_b(const std::map<std::string, models::MetricPoint>& points) {
    struct Sum {
        long n = 0, k = 0;
        sql::Decimal most;
    };
    std::map<std::pair<std::string, std::int64_t>, Sum> sums;
    for (const auto& [identity, point] : points) {
        if (point.view != "a" || point.deleted || to_micros(*point.window_start) >= 1'900'000'000) continue;
        const auto member = [](const std::string& json, const std::string& name) {
            const std::size_t begin = json.find('"' + name + "\":") + name.size() + 3;
            return json.substr(begin, json.find_first_of(",}", begin) - begin);
        };
        const long n = std::stol(member(point.values, "n"));
        if (n >= 6) continue;
        const std::string user = member(point.keys, "user_id");
        const auto value = sql::Decimal::parse(member(point.values, "total"));
        Sum& sum = sums[{user, floor_div(to_micros(*point.window_start), 20'000'000) * 20}];
        if (sum.k == 0 || compare(sum.most, *value) < 0) sum.most = *value;
        sum.n += n;
        ++sum.k;
    }
    std::vector<std::string> rows;
    for (const auto& [key, sum] : sums)
        rows.push_back(fmt::format(R"({{"user_id":{}}} {}..{} {{"n":{},"most":{},"k":{}}} final)", key.first,
                                   key.second, key.second + 20, sum.n, sum.most.to_text(), sum.k));
    std::ranges::sort(rows);
    return rows;
}

std::vector<std::string> sorted(std::vector<std::string> texts) {
    std::ranges::sort(texts);
    return texts;
}

constexpr EngineRun::Options kChainRun{.partitions = 2, .shards = 3};

TEST(ViewOverView, is_what_its_statement_says_over_the_rows_of_the_view_that_it_reads) {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE(seed);
        EngineRun engine(chain(), kChainRun);
        for (const ChainStep& step : steps(seed)) apply_to(engine, step);
        const auto points = engine.latest();
        EXPECT_EQ(sorted(final_rows(points, "b")), computed_b(points));
        EXPECT_FALSE(final_rows(points, "b").empty());
        EXPECT_FALSE(final_rows(points, "c").empty());
        EXPECT_FALSE(final_rows(points, "wins").empty());
    }
}

// Each shard begins again from a checkpoint of its own, some of them older than others, and what every shard had at the
// older one is no longer kept.
TEST(ViewOverView, a_crash_with_shards_at_different_checkpoints_changes_no_row) {
    std::mt19937 random(7);
    for (unsigned seed = 1; seed <= 12; ++seed) {
        const std::vector<ChainStep> all = steps(seed);
        EngineRun whole(chain(), kChainRun);
        for (const ChainStep& step : all) apply_to(whole, step);
        for (int round = 0; round < 6; ++round) {
            const std::size_t older = random() % all.size();
            const std::size_t newer = older + random() % (all.size() - older);
            const std::size_t end = newer + random() % (all.size() - newer);
            SCOPED_TRACE(fmt::format("seed {} older {} newer {} end {}", seed, older, newer, end));
            EngineRun first(chain(), kChainRun);
            std::size_t at = 0;
            for (; at < older; ++at) apply_to(first, all[at]);
            const auto saved_before = first.save();
            for (; at < newer; ++at) apply_to(first, all[at]);
            first.forget_settled();
            const auto saved = first.save();
            for (; at < end; ++at) apply_to(first, all[at]);
            std::vector<std::vector<std::byte>> mixed;
            for (std::size_t i = 0; i < saved.size(); ++i)
                mixed.push_back(random() % 2 == 0 ? saved[i] : saved_before[i]);
            EngineRun second(chain(), {.partitions = 2, .shards = 3, .epoch = 2}, mixed);
            std::vector<Offset> next = {0, 0};
            for (const ChainStep& step : all) {
                // A record of the log, or a flush in every partition; each partition is read from where a shard needs
                // it.
                for (Partition p = 0; p < 2; ++p) {
                    if (step.batch && p != step.partition) continue;
                    const bool needed = next[p]++ >= second.start(p);
                    if (needed && step.batch) second.batch(step.batch, p);
                    else if (needed) second.flush(p);
                }
            }
            std::map<std::string, models::MetricPoint> rows = first.latest();
            for (const auto& [identity, point] : second.latest()) rows[identity] = point;
            for (const std::string view : {"a", "b", "c", "best", "wins"})
                ASSERT_EQ(final_rows(rows, view), final_rows(whole.latest(), view)) << view;
        }
    }
}

TEST(ViewOverView, a_snapshot_from_before_it_was_made_is_refused) {
    EngineRun engine({views_of({kTens, kMinutes})[0]}, {});
    engine.events({{.at = 1}});
    Shard shard({});
    EXPECT_FALSE(shard.restore(engine.save()[0], views_of({kTens, kMinutes})));
}

TEST(ViewOverView, what_is_dropped_is_read_no_more_and_one_that_comes_later_begins_there) {
    const std::vector<ViewPtr> views = views_of({kTens, kMinutes});
    EngineRun engine({views[0]}, {});
    engine.events({{.at = 1, .data = R"({"v":1})"}, {.at = 21, .data = R"({"v":1})"}});
    engine.shard(0).add(views[1], {engine.shard(0).settled_before(1)});
    engine.events({{.at = 41, .data = R"({"v":1})"}});
    EXPECT_EQ(engine.counters(2).events, 1u);  // The window of second 21; that of second 1 was over before.
    engine.shard(0).remove(2);
    engine.events({{.at = 100, .data = R"({"v":1})"}});
    EXPECT_TRUE(engine.shard(0).take_settled().empty());
}

}  // namespace
}  // namespace sf::engine::testing
