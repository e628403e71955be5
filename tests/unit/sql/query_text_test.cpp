// Ad-hoc queries as the text that DuckDB gets: what it is told in its own words, what calls our expressions, and what
// is refused where. What the texts mean is compared with PostgreSQL in tests/integration/sql/query_differential.py.

#include "sql/query_text.hpp"

#include "unit/sql/test_aggregates.hpp"

#include <gtest/gtest.h>

namespace sf::sql {
namespace {

class Tables final : public RelationCatalog {
public:
    [[nodiscard]] const std::vector<RelationColumn>* find(std::string_view table) const override {
        static const std::vector<RelationColumn> events = {
            {"id", Type::uuid}, {"type", Type::text}, {"timestamp", Type::timestamptz}, {"data", Type::jsonb}};
        static const std::vector<RelationColumn> prices = {{"product", Type::text}, {"price", Type::numeric}};
        return table == "events" ? &events : table == "prices" ? &prices : nullptr;
    }
    [[nodiscard]] std::vector<std::string> names() const override { return {"events", "prices"}; }
};

Result<QueryText> adhoc_plan(std::string_view sql) {
    return query_for_duckdb(sql, Tables(), TestAggregates(), *parse_rfc3339("2026-01-01T00:00:00Z"));
}

std::string adhoc_text(std::string_view sql) {
    const auto query = adhoc_plan(sql);
    return query ? query->text : "error: " + query.error().text();
}

std::string adhoc_error(std::string_view sql) {
    const auto query = adhoc_plan(sql);
    return query ? "" : query.error().text();
}

TEST(QueryText, filters_that_both_read_alike_are_written_in_duckdbs_words) {
    EXPECT_EQ(
        adhoc_text("SELECT id FROM events WHERE type = 'a' AND type LIKE 'b%' AND id IS NOT NULL"),
        R"(SELECT r1.c1 AS c1 FROM "events" AS r1(c1, c2, c3, c4) WHERE ((r1.c2 = 'a') AND (r1.c2 LIKE 'b%') AND )"
        "(r1.c1 IS NOT NULL))");
}

TEST(QueryText, elements_stand_in_the_rows_that_they_are_of) {
    EXPECT_EQ(adhoc_text("SELECT id, x FROM events, jsonb_object_keys(data) AS x"),
              "SELECT r1.c1 AS c1, r1.c5 AS c2 FROM (SELECT *, unnest(streamflow_eval_text_array(0, r1.c4)) FROM "
              "\"events\" AS r1(c1, c2, c3, c4)) AS r1(c1, c2, c3, c4, c5)");
    EXPECT_EQ(adhoc_text("SELECT id, x FROM events LEFT JOIN LATERAL jsonb_object_keys(data) AS x ON true"),
              "SELECT r1.c1 AS c1, r1.c5 AS c2 FROM (SELECT *, unnest(CASE WHEN "
              "greatest(len(streamflow_eval_text_array(0, r1.c4))) > 0 THEN streamflow_eval_text_array(0, r1.c4) ELSE "
              "[NULL] END) FROM \"events\" AS r1(c1, c2, c3, c4)) AS r1(c1, c2, c3, c4, c5)");
    EXPECT_EQ(
        adhoc_text("SELECT id, x FROM prices LEFT JOIN events ON type = product, jsonb_object_keys(data) AS x"),
        "SELECT r2.c1 AS c1, r3.c1 AS c2 FROM (\"prices\" AS r1(c1, c2) LEFT JOIN \"events\" AS r2(c1, c2, c3, c4) "
        "ON (r2.c2 = r1.c1)), LATERAL (SELECT unnest(streamflow_eval_text_array(0, r2.c4))) AS r3(c1)")
        << "where the join finds no event there is no key, and no row";
}

TEST(QueryText, other_expressions_are_one_call_with_the_columns_that_they_read) {
    const auto query = adhoc_plan("SELECT data.x + 1, upper(type) || (data->>'y') FROM events");
    ASSERT_TRUE(query.has_value());
    EXPECT_EQ(query->text,
              "SELECT streamflow_eval_double(0, r1.c4) AS c1, streamflow_eval_text(1, r1.c2, r1.c4) AS c2 "
              R"(FROM "events" AS r1(c1, c2, c3, c4))");
    EXPECT_EQ(query->expressions.size(), 2u);
}

TEST(QueryText, calls_of_functions_in_sql_stand_for_their_bodies) {
    NamedFunctions functions;
    for (const char* sql :
         {"CREATE FUNCTION twice(x float8) RETURNS float8 LANGUAGE sql AS $$ SELECT x * 2 $$",
          "CREATE FUNCTION spread(x float8) RETURNS float8 LANGUAGE sql RETURN max(twice(x)) - min(x)"}) {
        const auto function = read_function(sql);
        ASSERT_TRUE(function.has_value());
        functions.add(*function);
    }
    const auto text = [&](std::string_view sql) {
        const auto query = query_for_duckdb(sql, Tables(), TestAggregates(), Timestamp{}, functions);
        return query ? query->text : query.error().text();
    };
    const auto body =
        adhoc_text("SELECT max(data.x * 2) - min(data.x) AS s FROM events WHERE data.y * 2 > 1 GROUP BY type");
    EXPECT_EQ(text("SELECT spread(data.x) AS s FROM events WHERE twice(data.y) > 1 GROUP BY type"), body);
    EXPECT_NE(text("SELECT 1 FROM events WHERE spread(data.x) > 1").find("in function \"spread\""), std::string::npos);
    EXPECT_NE(text("SELECT twise(1)").find("is it \"twice\"?"), std::string::npos);
}

TEST(QueryText, a_part_between_ands_stands_alone_and_nothing_else_does) {
    EXPECT_EQ(adhoc_text("SELECT id FROM events WHERE type = 'a' AND data.x > 1").find("((r1.c2 = 'a') AND streamflow"),
              61u);
    EXPECT_NE(adhoc_text("SELECT id FROM events WHERE type = 'a' OR data.x > 1")
                  .find("WHERE streamflow_eval_boolean(0, r1.c2, "),
              std::string::npos)
        << "a part that fails makes OR NULL in a view";
}

TEST(QueryText, groups_and_outputs_are_written_the_same) {
    const std::string written =
        adhoc_text("SELECT date_trunc('hour', timestamp) AS h, count(*) FROM events GROUP BY h ORDER BY 1 DESC");
    EXPECT_EQ(written,
              "SELECT streamflow_eval_timestamptz(0, r1.c3) AS c1, count(*) AS c2 FROM \"events\" AS r1(c1, c2, c3, "
              "c4) GROUP BY streamflow_eval_timestamptz(0, r1.c3) ORDER BY 1 DESC NULLS FIRST");
}

TEST(QueryText, nulls_are_ordered_as_in_postgresql) {
    EXPECT_TRUE(adhoc_text("SELECT id FROM events ORDER BY id").ends_with("ORDER BY 1 ASC NULLS LAST"));
    EXPECT_TRUE(adhoc_text("SELECT id FROM events ORDER BY id DESC").ends_with("ORDER BY 1 DESC NULLS FIRST"));
    EXPECT_TRUE(
        adhoc_text("SELECT id FROM events ORDER BY id DESC NULLS LAST").ends_with("ORDER BY 1 DESC NULLS LAST"));
}

TEST(QueryText, numerics_have_the_scale_that_the_query_says) {
    EXPECT_NE(adhoc_text("SELECT sum((data->>'a')::numeric(18,2)) FROM events").find("sum(streamflow_eval_numeric_2("),
              std::string::npos);
    EXPECT_NE(adhoc_text("SELECT sum((data->>'a')::numeric) FROM events").find("sum(streamflow_eval_numeric_16("),
              std::string::npos);
    EXPECT_NE(adhoc_text("SELECT (data->>'a')::numeric FROM events").find("streamflow_eval_numeric_text("),
              std::string::npos);
}

TEST(QueryText, the_clock_is_a_literal) {
    EXPECT_NE(adhoc_text("SELECT id FROM events WHERE timestamp > now() - INTERVAL '1 day'")
                  .find("(r1.c3 > make_timestamptz(CAST('1767139200000000' AS BIGINT)))"),
              std::string::npos);
}

TEST(QueryText, mistakes_come_with_their_place_and_what_was_meant) {
    EXPECT_NE(adhoc_error("SELECT tpye FROM events").find("there is no column \"tpye\""), std::string::npos);
    EXPECT_NE(adhoc_error("SELECT tpye FROM events").find("is it \"type\"?"), std::string::npos);
    EXPECT_NE(adhoc_error("SELECT * FROM evnts").find("line 1, column 15"), std::string::npos);
    EXPECT_NE(adhoc_error("SELECT * FROM evnts").find("is it \"events\"?"), std::string::npos);
    EXPECT_NE(adhoc_error("SELECT id FROM events GROUP BY type").find("column \"events.id\" must stand in GROUP BY"),
              std::string::npos);
    EXPECT_NE(adhoc_error("SELECT id FROM events a, events b").find("column \"id\" is ambiguous"), std::string::npos);
    EXPECT_NE(adhoc_error("SELECT 1 FROM events, events").find("two tables are called \"events\""), std::string::npos);
    EXPECT_NE(
        adhoc_error("SELECT id FROM events WHERE rank() OVER () = 1").find("a window function can't stand in WHERE"),
        std::string::npos);
    EXPECT_NE(adhoc_error("SELECT id FROM events UNION SELECT 1, 2").find("as many"), std::string::npos);
}

TEST(QueryText, jsonb_is_told_apart_and_sorted_by_forms_of_it) {
    EXPECT_NE(
        adhoc_text("SELECT data, count(*) FROM events GROUP BY 1").find("GROUP BY streamflow_eval_json(0, r1.c4)"),
        std::string::npos);
    EXPECT_NE(adhoc_text("SELECT data FROM events ORDER BY 1").find("ORDER BY streamflow_eval_text(0, r1.c4) ASC"),
              std::string::npos);
    EXPECT_NE(
        adhoc_text("SELECT DISTINCT data FROM events ORDER BY 1").find("ORDER BY streamflow_eval_text(0, o.c1) ASC"),
        std::string::npos);
}

TEST(QueryText, what_is_not_said_in_it_is_refused) {
    for (const char* sql :
         {"SELECT 1 INTO t", "SELECT id FROM events FOR UPDATE", "WITH x AS (DELETE FROM events RETURNING 1) SELECT 1",
          "SELECT * FROM events TABLESAMPLE SYSTEM (1)", "SELECT id FROM events LIMIT -1",
          "SELECT id FROM events FETCH FIRST 1 ROWS WITH TIES", "SELECT $1", "INSERT INTO events VALUES (1)",
          "SELECT pg_sleep(1)", "SELECT * FROM pg_catalog.pg_class", "SELECT * FROM generate_series(1, (SELECT 2))",
          "SELECT (SELECT 1, 2)", "SELECT ARRAY(SELECT 1)",
          "SELECT * FROM SESSION(events, timestamp, INTERVAL '1 min')",
          "SELECT count(*) FROM SESSION(events, timestamp, INTERVAL '1 min') s, prices GROUP BY window_start",
          "SELECT count(*) FROM SESSION(events, timestamp, INTERVAL '1 min') WHERE window_end > now() GROUP BY "
          "window_start"}) {
        EXPECT_NE(adhoc_error(sql), "") << sql;
    }
}

}  // namespace
}  // namespace sf::sql
