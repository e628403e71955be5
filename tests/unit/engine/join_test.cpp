// Views over events that are joined with a reference table.
#include "sql/planner.hpp"
#include "unit/engine/engine_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sf::engine::testing {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> rows_of(const std::string& select, const std::vector<TestEvent>& events) {
    EngineRun run({view_of("CREATE MATERIALIZED VIEW v AS " + select)}, {});
    run.events(events);
    run.flush();
    return run.rows();
}

constexpr const char* kRates = "(VALUES ('de', 19, true), ('fr', 20, NULL), (NULL, 1, false)) AS r (country, rate, eu)";

const std::vector<TestEvent> kSales = {{.at = 1, .data = R"({"country":"de","price":10})"},
                                       {.at = 2, .data = R"({"country":"fr","price":5})"},
                                       {.at = 3, .data = R"({"country":"us","price":7})"},
                                       {.at = 4, .data = R"({"price":1})"},
                                       {.at = 11, .data = R"({"country":"de","price":2})"}};

TEST(JoinedView, an_inner_join_leaves_out_events_without_a_row) {
    EXPECT_THAT(rows_of(std::string("SELECT r.rate, sum(e.data.price * r.rate) AS tax FROM events AS e JOIN ") +
                            kRates + " ON r.country = e.data.country GROUP BY r.rate",
                        kSales),
                ElementsAre(R"({"rate":19} -..- {"tax":228} final)", R"({"rate":20} -..- {"tax":100} final)"));
}

TEST(JoinedView, a_left_join_keeps_them) {
    EXPECT_THAT(
        rows_of(std::string("SELECT rate, count(*) AS n, bool_eu FROM (SELECT r.rate, r.eu AS bool_eu FROM events "
                            "LEFT JOIN ") +
                    kRates + " ON events.data.country = country) AS j GROUP BY rate, bool_eu",
                kSales),
        ElementsAre(R"({"rate":19,"bool_eu":true} -..- {"n":2} final)",
                    R"({"rate":20,"bool_eu":null} -..- {"n":1} final)",
                    R"({"rate":null,"bool_eu":null} -..- {"n":2} final)"));
}

TEST(JoinedView, in_windows_and_by_several_columns) {
    EXPECT_THAT(
        rows_of("SELECT window_start, c.name, count(*) AS n FROM TUMBLE(events, timestamp, INTERVAL '10 s') AS e "
                "JOIN (VALUES ('shop', 'de', 'Berlin'), ('shop', 'fr', 'Paris'), ('app', 'de', 'Bonn')) AS "
                "c (source, country, name) ON c.source = e.source AND e.data.country = c.country "
                "GROUP BY window_start, c.name",
                kSales),
        ElementsAre(R"({"name":"Berlin"} 0..10 {"n":1} final)", R"({"name":"Paris"} 0..10 {"n":1} final)",
                    R"({"name":"Berlin"} 10..20 {"n":1} final)"));
}

TEST(JoinedView, one_table_after_another) {
    EXPECT_THAT(
        rows_of("SELECT k.name, count(*) AS n FROM events JOIN (VALUES ('de', 1), ('fr', 2)) AS c (country, id) ON "
                "c.country = data.country JOIN (VALUES (1, 'north'), (2, 'south')) AS k (id, name) ON k.id = c.id "
                "GROUP BY k.name",
                kSales),
        ElementsAre(R"({"name":"north"} -..- {"n":2} final)", R"({"name":"south"} -..- {"n":1} final)"));
}

std::string refusal_of(const std::string& select) {
    const auto plan = sql::plan_view("CREATE MATERIALIZED VIEW v AS " + select, aggregate_catalog());
    return plan ? "accepted" : plan.error().text();
}

TEST(JoinedView, refuses_what_would_not_be_one_row_an_event) {
    const auto joined = [](const std::string& table, const std::string& on) {
        return refusal_of("SELECT count(*) FROM events JOIN " + table + " ON " + on);
    };
    EXPECT_THAT(joined("(VALUES ('a', 1), ('a', 2)) AS t (k, v)", "t.k = user_id"),
                ::testing::HasSubstr("row 2 of t has the key of another one"));
    EXPECT_THAT(joined("(VALUES ('a', 1)) AS t (k, v)", "t.k > user_id"), ::testing::HasSubstr("ON takes equalities"));
    EXPECT_THAT(joined("(VALUES ('a', 1)) AS t (k, v)", "user_id = source"),
                ::testing::HasSubstr("one side must be a column of t"));
    EXPECT_THAT(joined("(VALUES ('a', 1)) AS t (k, v)", "t.v = user_id"), ::testing::HasSubstr("can't be both"));
    EXPECT_THAT(joined("nowhere AS t", "t.k = user_id"), ::testing::HasSubstr("there is no table \"nowhere\""));
    EXPECT_THAT(refusal_of("SELECT count(*) FROM events RIGHT JOIN (VALUES ('a')) AS t (k) ON t.k = user_id"),
                ::testing::HasSubstr("only JOIN and LEFT JOIN"));
    EXPECT_THAT(
        refusal_of("SELECT source, count(*) FROM events JOIN (VALUES ('a')) AS t (source) ON t.source = user_id "
                   "GROUP BY source"),
        ::testing::HasSubstr("is a column of events and of t"));
}

}  // namespace
}  // namespace sf::engine::testing
