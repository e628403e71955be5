// Views over a UNION ALL: an event is a row of each SELECT that takes it.
#include "unit/engine/engine_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sf::engine::testing {
namespace {

using ::testing::ElementsAre;

// What users paid and got back, whichever of both an event says.
constexpr const char* kBalance =
    "CREATE MATERIALIZED VIEW balance WITH (lateness = '0 s', out_of_orderness = '0 s') AS "
    "WITH moved AS (SELECT timestamp, source AS who, data.paid AS amount FROM events WHERE data.paid IS NOT NULL "
    "UNION ALL SELECT timestamp, user_id, - data.back FROM events WHERE data.back > 0) "
    "SELECT who, window_start, count(*) AS n, sum(amount) AS amount FROM TUMBLE(moved, timestamp, INTERVAL '10 s') "
    "GROUP BY who, window_start";

const std::vector<TestEvent> kMoves = {{.at = 1, .source = "ada", .data = R"({"paid":5})"},
                                       {.at = 2, .source = "bob", .data = R"({"paid":7})"},
                                       {.at = 3, .source = "shop", .data = R"({"back":2})", .user = "ada"},
                                       {.at = 4, .source = "eve", .data = R"({"paid":1,"back":4})", .user = "bob"},
                                       {.at = 5, .source = "eve", .data = R"({"other":1})"},
                                       {.at = 12, .source = "ada", .data = R"({"paid":1})"}};

TEST(UnionAllView, an_event_is_a_row_of_each_select_that_takes_it) {
    for (const std::size_t shards : {1U, 3U}) {
        EngineRun run({view_of(kBalance)}, {.shards = shards});
        run.events(kMoves);
        run.flush();
        EXPECT_THAT(run.rows(), ElementsAre(R"({"who":"ada"} 0..10 {"n":2,"amount":3} final)",
                                            R"({"who":"bob"} 0..10 {"n":2,"amount":3} final)",
                                            R"({"who":"eve"} 0..10 {"n":1,"amount":1} final)",
                                            R"({"who":"ada"} 10..20 {"n":1,"amount":1} final)"));
        EXPECT_EQ(run.counters().events, 6U);
    }
}

TEST(UnionAllView, what_is_late_is_late_in_each) {
    EngineRun run({view_of(kBalance)}, {});
    run.events({{.at = 30, .source = "ada", .data = R"({"paid":1})"}});
    run.events({{.at = 4, .source = "eve", .data = R"({"paid":1,"back":4})", .user = "bob"}});
    run.flush();
    EXPECT_THAT(run.rows(), ElementsAre(R"({"who":"ada"} 30..40 {"n":1,"amount":1} final)"));
    EXPECT_EQ(run.counters().events_late, 2U);
    EXPECT_EQ(run.late().size(), 2U);
}

TEST(UnionAllView, goes_on_from_a_snapshot) {
    const std::vector<ViewPtr> views = {view_of(kBalance)};
    EngineRun before(views, {});
    before.events({kMoves[0], kMoves[1], kMoves[2]});
    const auto saved = before.save();
    EngineRun after(views, {.epoch = 2}, saved);
    after.events({kMoves[3]});
    after.flush();
    EXPECT_THAT(after.rows(), ElementsAre(R"({"who":"ada"} 0..10 {"n":2,"amount":3} final)",
                                          R"({"who":"bob"} 0..10 {"n":2,"amount":3} final)",
                                          R"({"who":"eve"} 0..10 {"n":1,"amount":1} final)"));
}

TEST(UnionAllView, sessions_of_all_selects_are_the_same_sessions) {
    EngineRun run({view_of("CREATE MATERIALIZED VIEW v AS WITH u AS (SELECT timestamp, source AS who FROM events UNION "
                           "ALL SELECT timestamp, user_id "
                           "FROM events WHERE user_id IS NOT NULL) SELECT who, window_start, window_end, count(*) AS n "
                           "FROM SESSION(u, timestamp, "
                           "INTERVAL '5 s') GROUP BY who, window_start, window_end")},
                  {});
    run.events({{.at = 1, .source = "ada"},
                {.at = 4, .source = "shop", .user = "ada"},
                {.at = 8, .source = "ada"},
                {.at = 20, .source = "ada", .user = "ada"}});
    run.flush();
    EXPECT_THAT(run.rows(), ElementsAre(R"({"who":"ada"} 1..13 {"n":3} final)", R"({"who":"shop"} 4..9 {"n":1} final)",
                                        R"({"who":"ada"} 20..25 {"n":2} final)"));
}

// A table of the SELECTs, and one around them; lists that are the same text over different columns.
TEST(UnionAllView, lookups_and_lists_are_those_of_each_select) {
    EngineRun run({view_of("CREATE MATERIALIZED VIEW v AS SELECT t.v, count(*) AS n, count(*) FILTER (WHERE k IN ('a', "
                           "'x')) AS some FROM "
                           "(SELECT source AS k FROM events UNION ALL SELECT user_id FROM events) AS u "
                           "LEFT JOIN (VALUES ('a', 1), ('b', 2)) AS t (code, v) ON t.code = u.k GROUP BY t.v")},
                  {});
    run.events({{.at = 1, .source = "a", .user = "b"},
                {.at = 2, .source = "b", .user = "a"},
                {.at = 3, .source = "b", .user = "x"}});
    run.flush();
    EXPECT_THAT(run.rows(),
                ElementsAre(R"({"v":1} -..- {"n":2,"some":2} final)", R"({"v":2} -..- {"n":3,"some":0} final)",
                            R"({"v":null} -..- {"n":1,"some":1} final)"));
}

}  // namespace
}  // namespace sf::engine::testing
