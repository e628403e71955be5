// Views over a UNION ALL: what each SELECT of it has in the places of its columns.
#include "sql/planner.hpp"
#include "unit/sql/test_aggregates.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sf::sql {
namespace {

// "where ...; keys; aggregates", a line a SELECT.
std::string branches_of(const std::string& select) {
    const auto plan = plan_view("CREATE MATERIALIZED VIEW v AS " + select, TestAggregates());
    if (!plan) return plan.error().text();
    std::string text;
    const auto add = [&](const ViewPlan& branch) {
        text += branch.where != nullptr ? canonical_text(*branch.where) : "all";
        for (const KeyColumn& key : branch.keys) text += "; " + key.name + " = " + canonical_text(*key.expression);
        for (const AggregateCall& call : branch.aggregates) text += "; " + call.text();
        text += '\n';
    };
    add(*plan);
    for (const ViewPlan& branch : plan->branches) add(branch);
    return text;
}

TEST(UnionAll, each_select_has_a_plan_of_its_own) {
    EXPECT_EQ(branches_of("SELECT who, sum(worth) AS total, count(*) AS n FROM "
                          "(SELECT source AS who, data.price AS worth FROM events WHERE type = 'sale' "
                          "UNION ALL SELECT user_id, data.fee FROM events) AS u "
                          "WHERE worth > 0 GROUP BY who"),
              "((type = 'sale') AND (data.price::double precision > 0::double precision)); who = source; "
              "sum(data.price::double precision); count(*)\n"
              "(data.fee::double precision > 0::double precision); who = user_id; sum(data.fee::double precision); "
              "count(*)\n");
}

TEST(UnionAll, types_are_those_of_postgresql) {
    // integer and numeric are numeric, a literal without a type is what the others are, and from left to right.
    const std::string late = branches_of(
        "SELECT max(a) AS a FROM (SELECT NULL AS a FROM events UNION ALL SELECT NULL FROM events UNION ALL SELECT 2 "
        "FROM "
        "events) AS u");
    EXPECT_TRUE(late.starts_with("column \"a\" of the UNION ALL can't be both text and integer")) << late;
    EXPECT_EQ(
        branches_of("SELECT max(a) AS a FROM (SELECT NULL AS a FROM events UNION ALL SELECT 2 FROM events UNION ALL "
                    "SELECT '9' FROM events) AS u"),
        "all; max(NULL::integer)\nall; max(2)\nall; max(9)\n");
    EXPECT_EQ(
        branches_of("SELECT k, max(a) AS a FROM (SELECT cardinality(tags) AS a, 'x' AS k FROM events "
                    "UNION ALL SELECT 1.5, source FROM events UNION ALL SELECT '7', 'y' FROM events) AS u GROUP BY k"),
        "all; k = 'x'; max(cardinality(tags)::numeric)\n"
        "all; k = source; max(1.5::numeric)\n"
        "all; k = 'y'; max(7::numeric)\n");
    // A plain JSON value beside a number is one.
    EXPECT_EQ(
        branches_of("SELECT sum(a) AS a FROM (SELECT data.x AS a FROM events UNION ALL SELECT 1 FROM events) AS u"),
        "all; sum(data.x::double precision)\nall; sum(1::double precision)\n");
}

TEST(UnionAll, columns_that_are_equal_stay_apart_where_they_differ_elsewhere) {
    EXPECT_EQ(branches_of("SELECT a, b, sum(x) AS x, sum(y) AS y FROM (SELECT source AS a, source AS b, data.x AS x, "
                          "data.x AS y FROM events "
                          "UNION ALL SELECT source, type, data.x, data.y FROM events) AS u GROUP BY a, b"),
              "all; a = source; b = source; sum(data.x::double precision); sum(data.x::double precision)\n"
              "all; a = source; b = type; sum(data.x::double precision); sum(data.y::double precision)\n");
}

TEST(UnionAll, windows_stand_around_it_or_in_all_selects) {
    const std::string around =
        "WITH u AS (SELECT timestamp AS at, source AS who FROM events UNION ALL SELECT timestamp, user_id FROM events "
        "WHERE "
        "user_id IS NOT NULL) SELECT who, window_start, count(*) AS n FROM TUMBLE(u, at, '1 min') GROUP BY who, "
        "window_start";
    EXPECT_EQ(branches_of(around), "all; who = source; count(*)\n(user_id IS NOT NULL); who = user_id; count(*)\n");
    const std::string inside =
        "SELECT window_start, count(*) AS n FROM (SELECT window_start FROM TUMBLE(events, timestamp, '1 min') WHERE "
        "type = 'a' "
        "UNION ALL SELECT window_start FROM TUMBLE(events, timestamp, '1 min')) AS u GROUP BY window_start";
    EXPECT_EQ(branches_of(inside), "(type = 'a'); count(*)\nall; count(*)\n");
}

TEST(UnionAll, one_in_another_is_all_of_their_selects) {
    EXPECT_EQ(
        branches_of(
            "SELECT k, count(*) AS n FROM (SELECT upper(k) AS k FROM (SELECT source AS k FROM events WHERE type = 'a' "
            "UNION ALL "
            "SELECT type FROM events) AS inside WHERE k <> 'x' UNION ALL SELECT user_id FROM events) AS u GROUP BY k"),
        "((type = 'a') AND (source <> 'x')); k = upper(source); count(*)\n"
        "(type <> 'x'); k = upper(type); count(*)\n"
        "all; k = user_id; count(*)\n");
    EXPECT_EQ(
        branches_of(
            "SELECT k, count(*) AS n FROM (WITH a AS (SELECT lower(source) AS k FROM events) SELECT k FROM a UNION ALL "
            "(SELECT k FROM a WHERE k = 'b' UNION ALL SELECT type FROM events)) AS u GROUP BY k"),
        "all; k = lower(source); count(*)\n"
        "(lower(source) = 'b'); k = lower(source); count(*)\n"
        "all; k = type; count(*)\n");
}

// Their texts are not made of their arguments' alone.
TEST(UnionAll, lists_and_lookups_are_told_apart_by_select) {
    EXPECT_EQ(branches_of("SELECT count(*) FILTER (WHERE k IN ('a', 'b')) AS n, max(t.v) AS v FROM (SELECT source AS k "
                          "FROM events UNION ALL "
                          "SELECT type FROM events) AS u JOIN (VALUES ('a', 1)) AS t (code, v) ON t.code = u.k")
                  .find("always"),
              std::string::npos);
}

struct RefusedUnion {
    std::string sql, message, hint;
};

TEST(UnionAll, what_is_refused) {
    const std::vector<RefusedUnion> cases = {
        {"SELECT source FROM events UNION ALL SELECT type FROM events", "a view of single events has no UNION ALL",
         "a view of each"},
        {"SELECT count(*) FROM (SELECT source FROM events UNION SELECT type FROM events) AS u", "UNION without ALL",
         "UNION ALL"},
        {"SELECT count(*) FROM (SELECT source FROM events EXCEPT SELECT type FROM events) AS u", "INTERSECT and EXCEPT",
         ""},
        {"SELECT count(*) FROM (SELECT source FROM events UNION ALL SELECT type, id FROM events) AS u",
         "has 2 columns, the first one 1", ""},
        {"SELECT count(*) FROM (SELECT source FROM events UNION ALL SELECT id FROM events) AS u",
         "can't be both text and uuid", ""},
        {"SELECT count(*) FROM (SELECT source FROM events UNION ALL SELECT type FROM events GROUP BY type) AS u",
         "has groups", "around the UNION ALL"},
        {"SELECT count(*) FROM (SELECT source FROM events UNION ALL SELECT type FROM events LIMIT 1) AS u", "LIMIT",
         ""},
        {"SELECT window_start FROM (SELECT window_start FROM TUMBLE(events, timestamp, '1 min') UNION ALL SELECT "
         "window_start FROM "
         "TUMBLE(events, timestamp, '2 min')) AS u GROUP BY window_start",
         "different windows", "the same one"},
        {"SELECT k, v FROM (SELECT source AS k, type AS v FROM events UNION ALL SELECT type, source FROM events) AS u "
         "GROUP BY k",
         "union.v is neither in GROUP BY nor inside an aggregate", ""},
    };
    for (const RefusedUnion& one : cases) {
        const auto plan = plan_view("CREATE MATERIALIZED VIEW v AS " + one.sql, TestAggregates());
        ASSERT_FALSE(plan) << one.sql;
        EXPECT_NE(plan.error().message.find(one.message), std::string::npos) << one.sql << "\n" << plan.error().text();
        EXPECT_NE(plan.error().hint.find(one.hint), std::string::npos) << one.sql << "\n" << plan.error().text();
        EXPECT_TRUE(plan.error().detail.starts_with("line 1")) << one.sql << "\n" << plan.error().text();
    }
}

}  // namespace
}  // namespace sf::sql
