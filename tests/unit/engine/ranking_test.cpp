// The best n of a window, or of all time: docs/views.md, "The best n".
#include "unit/engine/engine_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sf::engine::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The two sources with the most events of ten seconds.
std::string best(const std::string& ranks, const std::string& where, const std::string& emit = "on close") {
    return "CREATE MATERIALIZED VIEW v WITH (emit = '" + emit +
           "', lateness = '10 s', out_of_orderness = '0 s') AS SELECT * FROM (SELECT source, window_start, count(*) AS "
           "n, " +
           ranks + " FROM TUMBLE(events, timestamp, INTERVAL '10 s') GROUP BY source, window_start) AS t WHERE " +
           where;
}
const std::string kRowNumber = "row_number() OVER (PARTITION BY window_start ORDER BY count(*) DESC) AS r";

std::vector<TestEvent> from(const std::string& sources, double at = 1) {
    std::vector<TestEvent> events;
    for (const char source : sources) events.push_back({.at = at, .source = std::string(1, source)});
    return events;
}

TEST(Ranking, the_best_two_of_each_window) {
    EngineRun engine({view_of(best(kRowNumber, "r <= 2"))}, {});
    engine.events(from("aabccc"));
    engine.events(from("bb", 11));
    EXPECT_THAT(engine.taken(),
                ElementsAre(R"({"source":"a"} 0..10 {"n":2,"r":2})", R"({"source":"c"} 0..10 {"n":3,"r":1})"));
    engine.flush();
    EXPECT_THAT(engine.rows(), ElementsAre(R"({"source":"a"} 0..10 {"n":2,"r":2} final)",
                                           R"({"source":"c"} 0..10 {"n":3,"r":1} final)",
                                           R"({"source":"b"} 10..20 {"n":2,"r":1} final)"));
}

// Groups that ORDER BY leaves equal are numbered by their keys, whatever the order in which they came.
TEST(Ranking, ties) {
    for (const std::string order : {"dcba", "bcad"}) {
        EngineRun engine(
            {view_of(best(kRowNumber + ", rank() OVER (PARTITION BY window_end ORDER BY count(*) DESC) AS k, "
                                       "dense_rank() OVER (PARTITION BY window_start ORDER BY count(*) "
                                       "DESC) AS d",
                          "r < 9"))},
            {});
        engine.events(from(order + "dc" + "ed"));
        engine.flush();
        EXPECT_THAT(engine.rows(), ElementsAre(R"({"source":"a"} 0..10 {"n":1,"r":3,"k":3,"d":3} final)",
                                               R"({"source":"b"} 0..10 {"n":1,"r":4,"k":3,"d":3} final)",
                                               R"({"source":"c"} 0..10 {"n":2,"r":2,"k":2,"d":2} final)",
                                               R"({"source":"d"} 0..10 {"n":3,"r":1,"k":1,"d":1} final)",
                                               R"({"source":"e"} 0..10 {"n":1,"r":5,"k":3,"d":3} final)"))
            << order;
    }
}

// A row that leaves the best n is a tombstone; one whose rank alone changes is a row; others are not said again.
TEST(Ranking, says_what_changed) {
    EngineRun engine({view_of(best(kRowNumber, "r <= 2", "on change"))}, {});
    engine.events(from("aaab"));
    EXPECT_THAT(engine.taken(),
                ElementsAre(R"({"source":"a"} 0..10 {"n":3,"r":1})", R"({"source":"b"} 0..10 {"n":1,"r":2})"));
    engine.events(from("cc"));
    EXPECT_THAT(engine.taken(),
                ElementsAre(R"({"source":"c"} 0..10 {"n":2,"r":2})", R"({"source":"b"} 0..10 deleted)"));
    engine.events(from("d"));
    EXPECT_THAT(engine.taken(), IsEmpty());
    engine.events(from("ccc"));
    EXPECT_THAT(engine.taken(),
                ElementsAre(R"({"source":"a"} 0..10 {"n":3,"r":2})", R"({"source":"c"} 0..10 {"n":5,"r":1})"));
    engine.events(from("dddd"));
    EXPECT_THAT(engine.taken(),
                ElementsAre(R"({"source":"d"} 0..10 {"n":5,"r":2})", R"({"source":"a"} 0..10 deleted)"));
}

TEST(Ranking, a_late_event_corrects_ranks) {
    EngineRun engine({view_of(best(kRowNumber, "r = 1"))}, {});
    engine.events(from("aab"));
    engine.events(from("x", 11));
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"a"} 0..10 {"n":2,"r":1})"));
    engine.events(from("bb", 2));
    EXPECT_THAT(engine.taken(),
                ElementsAre(R"({"source":"b"} 0..10 {"n":3,"r":1})", R"({"source":"a"} 0..10 deleted)"));
    engine.events(from("x", 21));
    EXPECT_THAT(engine.taken(),
                ElementsAre(R"({"source":"x"} 10..20 {"n":1,"r":1})", R"({"source":"b"} 0..10 {"n":3,"r":1} final)"));
}

// HAVING comes before ranks, WHERE around them after.
TEST(Ranking, filters_before_and_after) {
    EngineRun engine(
        {view_of("CREATE MATERIALIZED VIEW v AS SELECT source, r FROM (SELECT source, count(*) AS n, row_number() "
                 "OVER (ORDER BY count(*)) AS r FROM events GROUP BY source HAVING count(*) > 1) AS t WHERE n <> 3")},
        {});
    engine.events(from("abbcccdddd"));
    engine.flush();
    EXPECT_THAT(engine.rows(),
                ElementsAre(R"({"source":"b"} -..- {"r":1} final)", R"({"source":"d"} -..- {"r":3} final)"));
}

TEST(Ranking, null_first_and_last) {
    const auto ranks = [](const std::string& order) {
        EngineRun engine(
            {view_of("CREATE MATERIALIZED VIEW v AS SELECT source, row_number() OVER (ORDER BY max(data.x) " + order +
                     ") AS r FROM events GROUP BY source")},
            {});
        engine.events({{.source = "a", .data = R"({"x":1})"}, {.source = "b"}, {.source = "c", .data = R"({"x":-2})"}});
        engine.flush();
        std::string order_of;
        for (const auto& [name, point] : engine.latest()) order_of += point.values.substr(5, 1);
        return order_of;
    };
    EXPECT_EQ(ranks(""), "231");
    EXPECT_EQ(ranks("NULLS FIRST"), "312");
    EXPECT_EQ(ranks("DESC"), "213");
    EXPECT_EQ(ranks("DESC NULLS LAST"), "132");
}

// All groups that are ranked together are in one shard, and a snapshot knows which rows readers have.
TEST(Ranking, over_shards_and_a_restart) {
    for (const std::string partition : {"", "PARTITION BY type ", "PARTITION BY type, source "}) {
        const auto view = view_of(
            "CREATE MATERIALIZED VIEW v WITH (emit = 'on change') AS SELECT * FROM (SELECT type, source, "
            "count(*) AS n, rank() OVER (" +
            partition + "ORDER BY count(*) DESC) AS r FROM events GROUP BY type, source) AS t WHERE r = 1");
        EngineRun one({view}, {}), three({view}, {.shards = 3});
        std::vector<std::vector<TestEvent>> batches;
        for (int batch = 0; batch < 6; ++batch) {
            batches.emplace_back();
            for (int i = 0; i < 40; ++i) {
                const int source = (i * 7 + batch * batch) % (3 + batch);
                batches.back().push_back(
                    {.source = std::string(1, static_cast<char>('a' + source)), .type = (i % 3 == 0) ? "x.y" : "z"});
            }
        }
        for (int batch = 0; batch < 3; ++batch) {
            one.events(batches[static_cast<std::size_t>(batch)]);
            three.events(batches[static_cast<std::size_t>(batch)]);
        }
        EXPECT_EQ(one.rows(), three.rows()) << partition;
        const auto saved = three.save();
        EngineRun again({view}, {.shards = 3, .epoch = 2}, saved);
        auto after = three.latest();
        for (std::size_t batch = 3; batch < 6; ++batch) {
            one.events(batches[batch]);
            again.events(batches[batch]);
        }
        one.flush();
        again.flush();
        for (const auto& [identity, point] : again.latest()) after[identity] = point;
        std::vector<std::string> rows;
        for (const auto& [identity, point] : after) {
            if (!point.deleted) rows.push_back(text_of(point));
        }
        EXPECT_EQ(rows, one.rows()) << partition;
    }
}

// The dearest sale of each source, and the last two events of each user: events themselves are ranked.
TEST(RankedEvents, the_best_of_each_window) {
    EngineRun engine(
        {view_of("CREATE MATERIALIZED VIEW v WITH (lateness = '0 s', out_of_orderness = '0 s') AS SELECT source, "
                 "price, r FROM "
                 "(SELECT source, data.price AS price, row_number() OVER (PARTITION BY source, window_start ORDER BY "
                 "data.price::numeric DESC NULLS LAST, timestamp) AS r FROM TUMBLE(events, timestamp, INTERVAL '10 "
                 "s')) AS t WHERE r <= 1")},
        {.shards = 2});
    engine.events({{.at = 1, .source = "a", .data = R"({"price":5})"},
                   {.at = 2, .source = "a", .data = R"({"price":7})"},
                   {.at = 3, .source = "a", .data = R"({"price":7})"},
                   {.at = 4, .source = "b", .data = "{}"}});
    engine.events({{.at = 12, .source = "a", .data = R"({"price":1})"}});
    engine.flush();
    std::vector<std::string> rows;
    for (const auto& [identity, point] : engine.latest()) {
        if (!point.deleted) rows.push_back(point.keys.substr(point.keys.find(R"("source")")) + ' ' + point.values);
    }
    EXPECT_THAT(rows, ::testing::UnorderedElementsAre(::testing::HasSubstr(R"("source":"a","price":7)"),
                                                      ::testing::HasSubstr(R"("source":"b","price":null)"),
                                                      ::testing::HasSubstr(R"("source":"a","price":1)")));
}

// Without windows a better one takes the place of another, which gets a tombstone.
TEST(RankedEvents, of_all_time) {
    const Uuid first = *parse_uuid("00000000-0000-0000-0000-000000000001"),
               second = *parse_uuid("00000000-0000-0000-0000-000000000002"),
               third = *parse_uuid("00000000-0000-0000-0000-000000000003");
    EngineRun engine(
        {view_of(
            "CREATE MATERIALIZED VIEW v WITH (emit = 'on change') AS SELECT id, r FROM (SELECT id, source, "
            "row_number() OVER (PARTITION BY source ORDER BY timestamp DESC) AS r FROM events) AS t WHERE r <= 2")},
        {});
    const auto shown = [&] {
        std::vector<std::string> rows;
        for (const auto& [identity, point] : engine.latest()) {
            if (!point.deleted) rows.push_back(point.keys.substr(0, point.keys.find(',')) + point.values);
        }
        return rows;
    };
    engine.events({{.at = 5, .source = "a", .id = first}, {.at = 3, .source = "a", .id = second}});
    EXPECT_THAT(shown(), ElementsAre(R"({"id":"00000000-0000-0000-0000-000000000001"{"r":1})",
                                     R"({"id":"00000000-0000-0000-0000-000000000002"{"r":2})"));
    engine.events({{.at = 4, .source = "a", .id = third}});
    EXPECT_THAT(shown(), ElementsAre(R"({"id":"00000000-0000-0000-0000-000000000001"{"r":1})",
                                     R"({"id":"00000000-0000-0000-0000-000000000003"{"r":2})"));
}

TEST(RankedEvents, two_that_look_the_same_are_two_rows) {
    EngineRun engine({view_of("CREATE MATERIALIZED VIEW v AS SELECT source, r FROM (SELECT source, rank() OVER "
                              "(PARTITION BY window_start ORDER BY "
                              "source) AS r FROM TUMBLE(events, timestamp, INTERVAL '10 s')) AS t WHERE r = 1")},
                     {});
    engine.events({{.at = 1, .source = "a"}, {.at = 1, .source = "a"}, {.at = 2, .source = "b"}});
    engine.flush();
    EXPECT_EQ(engine.rows().size(), 2U);
}

}  // namespace
}  // namespace sf::engine::testing
