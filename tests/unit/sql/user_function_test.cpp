// Functions that were written in SQL: what a call of them means, and what is refused.
#include "sql/planner.hpp"
#include "unit/sql/refusal.hpp"
#include "unit/sql/test_aggregates.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace sf::sql {
namespace {

class Functions final : public FunctionCatalog {
public:
    explicit Functions(const std::vector<std::string>& statements) {
        for (const std::string& sql : statements) {
            auto read = read_function(sql);
            EXPECT_TRUE(read) << sql << "\n" << read.error().text();
            if (!read) continue;
            const auto checked = check_function(**read, TestAggregates(), *this);
            EXPECT_TRUE(checked) << sql << "\n" << checked.error().text();
            functions_[(*read)->name] = *read;
        }
    }

    [[nodiscard]] UserFunctionPtr function(std::string_view name) const override {
        const auto found = functions_.find(name);
        return found == functions_.end() ? nullptr : found->second;
    }
    [[nodiscard]] std::vector<std::string> function_names() const override {
        std::vector<std::string> names;
        for (const auto& [name, function] : functions_) names.push_back(name);
        return names;
    }

private:
    std::map<std::string, UserFunctionPtr, std::less<>> functions_;
};

Result<ViewPlan> plan(const std::string& select, const Functions& functions) {
    return plan_view("CREATE MATERIALIZED VIEW v AS " + select, TestAggregates(), no_tables(), functions);
}

// The text of the only output.
std::string value_of(const std::string& select, const Functions& functions) {
    const auto made = plan("SELECT " + select + " AS x", functions);
    if (!made) return made.error().text();
    return std::string(to_string(made->outputs.back().type)) + ": " + canonical_text(*made->outputs.back().expression);
}

TEST(UserFunction, a_call_is_the_body_with_arguments_in_the_places_of_parameters) {
    const Functions functions(
        {"CREATE FUNCTION net(price numeric, rate float8) RETURNS float8 LANGUAGE sql AS $$ SELECT price / (1 + rate) "
         "$$",
         "CREATE FUNCTION numbered(integer, integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2;'",
         "CREATE FUNCTION returned(a text) RETURNS text RETURN upper(returned.a) || '!'",
         "CREATE OR REPLACE FUNCTION twice(a integer) RETURNS integer LANGUAGE SQL AS $body$ SELECT numbered(a, "
         "-a)::int $body$",
         "CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 1'"});
    EXPECT_EQ(value_of("net(3, data.rate) FROM events", functions),
              "double precision: (3::double precision / (1::double precision + data.rate::double precision))");
    EXPECT_EQ(value_of("numbered(cardinality(tags), 5) FROM events", functions),
              "bigint: (cardinality(tags) - 5)::bigint");
    EXPECT_EQ(value_of("returned(type) FROM events", functions), "text: (upper(type) || '!')");
    EXPECT_EQ(value_of("twice(cardinality(tags)) FROM events", functions),
              "integer: (cardinality(tags) - (- cardinality(tags)))::bigint::integer");
    EXPECT_EQ(value_of("twice(2) + one() FROM events", functions), "integer: 5");
    EXPECT_EQ(
        value_of(
            "numbered(b => 1, a => 2) FROM events",
            Functions(
                {"CREATE FUNCTION numbered(a integer, b integer) RETURNS integer LANGUAGE sql AS 'SELECT a - b'"})),
        "integer: 1");
}

TEST(UserFunction, arguments_become_what_parameters_are) {
    const Functions functions(
        {"CREATE FUNCTION tax(price numeric) RETURNS numeric LANGUAGE sql AS 'SELECT price * 0.19'",
         "CREATE FUNCTION day(at timestamptz) RETURNS date LANGUAGE sql AS 'SELECT at'",
         "CREATE FUNCTION status(d jsonb) RETURNS integer LANGUAGE sql AS $$ SELECT (d->>'status')::int $$",
         "CREATE FUNCTION whole(x float8) RETURNS integer LANGUAGE sql AS 'SELECT x'",
         "CREATE FUNCTION shown(x integer) RETURNS text LANGUAGE sql AS 'SELECT x'"});
    EXPECT_EQ(value_of("tax(cardinality(tags)) FROM events", functions),
              "numeric: (cardinality(tags)::numeric * 0.19::numeric)");
    EXPECT_EQ(value_of("day('2026-01-01 10:00Z') FROM events", functions), "date: '2026-01-01'::date");
    EXPECT_EQ(value_of("status(data) FROM events", functions), "integer: (data->>'status')::integer");
    EXPECT_EQ(value_of("whole(2.5) FROM events", functions), "integer: 2");
    EXPECT_EQ(value_of("shown(7) || 'x' FROM events", functions), "text: '7x'");
}

TEST(UserFunction, strict_is_null_where_an_argument_is) {
    const Functions functions(
        {"CREATE FUNCTION named(a text, b text) RETURNS text LANGUAGE sql STRICT AS $$ SELECT concat(a, b) $$"});
    EXPECT_EQ(value_of("named(user_id, 'x') FROM events", functions),
              "text: CASE WHEN ((user_id IS NULL) OR false) THEN NULL::text ELSE concat(user_id, 'x') END");
}

TEST(UserFunction, aggregates_in_the_body_are_the_group_s) {
    const Functions functions(
        {"CREATE FUNCTION weighted(x float8, w float8) RETURNS float8 LANGUAGE sql AS $$ SELECT sum(x * w) / sum(w) $$",
         "CREATE FUNCTION share(part bigint, whole bigint) RETURNS float8 LANGUAGE sql AS 'SELECT part::float8 / "
         "whole'",
         "CREATE FUNCTION middle(x float8, q float8) RETURNS float8 LANGUAGE sql AS 'SELECT approx_quantile(x, q)'",
         "CREATE FUNCTION newest(x text) RETURNS text LANGUAGE sql AS 'SELECT last(x)'"});
    const auto made = plan(
        "SELECT weighted(data.price, data.amount) AS w, share(count(*), count(user_id)) AS s, middle(data.ms, 0.9) AS "
        "m, "
        "newest(source) AS n, window_start FROM TUMBLE(events, timestamp, '1 min') GROUP BY window_start "
        "HAVING weighted(data.price, data.amount) > 1",
        functions);
    ASSERT_TRUE(made) << made.error().text();
    std::string aggregates;
    for (const AggregateCall& call : made->aggregates) aggregates += call.text() + "\n";
    EXPECT_EQ(aggregates,
              "sum((data.price::double precision * data.amount::double precision))\n"
              "sum(data.amount::double precision)\n"
              "count(*)\n"
              "count(user_id)\n"
              "approx_quantile(data.ms::double precision, 0.9)\n"
              "last(source)\n");
    EXPECT_EQ(made->aggregates[5].row_order_columns(), 2U);
    EXPECT_EQ(canonical_text(*made->having),
              "((sum((data.price::double precision * data.amount::double precision)) / sum(data.amount::double "
              "precision)) > 1::double precision)");
}

TEST(UserFunction, statements_that_are_refused) {
    const Functions known({"CREATE FUNCTION known(a integer) RETURNS integer LANGUAGE sql AS 'SELECT a'"});
    const std::vector<Refused> cases = {
        {"SELECT 1", "this is no function", "SELECT", "CREATE FUNCTION"},
        {"CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1'", "this is no function", "CREATE", ""},
        {"CREATE FUNCTION s.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'", "no schema", "s.f", ""},
        {"CREATE FUNCTION \"F\"() RETURNS integer LANGUAGE sql AS 'SELECT 1'", "is no name for a function", "\"F\"",
         ""},
        {"CREATE FUNCTION lower(a text) RETURNS text LANGUAGE sql AS 'SELECT a'",
         "there is a function \"lower\" already", "lower", "built in"},
        {"CREATE FUNCTION sum(a integer) RETURNS integer LANGUAGE sql AS 'SELECT a'", "there is a function \"sum\"",
         "sum", ""},
        {"CREATE FUNCTION now() RETURNS integer LANGUAGE sql AS 'SELECT 1'", "there is a function \"now\"", "now", ""},
        {"CREATE FUNCTION f() RETURNS integer AS 'SELECT 1'", "names no language", "f()", "LANGUAGE sql"},
        {"CREATE FUNCTION f() RETURNS integer LANGUAGE plpgsql AS 'SELECT 1'", "the language plpgsql", "LANGUAGE",
         "sql"},
        {"CREATE FUNCTION f() LANGUAGE sql AS 'SELECT 1'", "does not say what it returns", "f()", "RETURNS"},
        {"CREATE FUNCTION f() RETURNS SETOF integer LANGUAGE sql AS 'SELECT 1'", "several rows", "integer", ""},
        {"CREATE FUNCTION f(OUT a integer) LANGUAGE sql AS 'SELECT 1'", "OUT, INOUT", "integer", ""},
        {"CREATE FUNCTION f(a integer DEFAULT 1) RETURNS integer LANGUAGE sql AS 'SELECT 1'", "defaults", "integer",
         ""},
        {"CREATE FUNCTION f(a integer, a text) RETURNS integer LANGUAGE sql AS 'SELECT 1'", "two parameters", "text",
         ""},
        {"CREATE FUNCTION f(a numeric(10, 2)) RETURNS integer LANGUAGE sql AS 'SELECT 1'", "no precision", "numeric",
         "cast in the body"},
        {"CREATE FUNCTION f(a money) RETURNS integer LANGUAGE sql AS 'SELECT 1'", "the type money", "money", ""},
        {"CREATE FUNCTION f() RETURNS integer LANGUAGE sql COST 10 AS 'SELECT 1'", "the option cost", "COST", ""},
        {"CREATE FUNCTION f() RETURNS integer LANGUAGE sql", "has no body", "CREATE", "RETURN"},
        {"CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS $$ SELECT a FROM events $$", "one expression",
         "SELECT a", "FROM and WHERE stand in the view"},
        {"CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS $$\n  SELECT a +\n  * 2 $$", "syntax error",
         "* 2", ""},
        {"CREATE FUNCTION f(price integer) RETURNS integer LANGUAGE sql AS $$ SELECT\n 1 + prise $$",
         "has no parameter \"prise\"", "prise", "is it \"price\""},
        {"CREATE FUNCTION f(a text) RETURNS text LANGUAGE sql AS 'SELECT ''x'' || a || b'", "has no parameter \"b\"",
         "b'", ""},
        {"CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS $$ SELECT $2 $$", "has no parameter $2", "$2",
         "$1 to $1"},
        {"CREATE FUNCTION f(a integer) RETURNS integer RETURN a + data.x", "has no parameter \"data\"", "data.x", ""},
        {"CREATE FUNCTION f(a integer) RETURNS integer RETURN f(a)", "calls itself", "f(a)", ""},
        {"CREATE FUNCTION f(a integer) RETURNS integer RETURN knwn(a)", "there is no function \"knwn\"", "knwn",
         "is it \"known\""},
        {"CREATE FUNCTION f(a text) RETURNS integer RETURN known(a)", "expected integer, not text", "a)", "::integer"},
        {"CREATE FUNCTION f(a text) RETURNS integer RETURN lower(a)", "the body is text, not integer", "lower",
         "::integer"},
        {"CREATE FUNCTION f(a integer) RETURNS bigint RETURN row_number() OVER ()", "row_number() can't stand in",
         "row_number", ""},
        {"CREATE FUNCTION f(a integer) RETURNS bigint LANGUAGE sql STRICT RETURN count(a)", "STRICT has no meaning",
         "f(a", ""},
    };
    for (const Refused& one : cases) {
        const auto read = read_function(one.sql);
        if (!read) {
            expect_refusal(one.sql, read.error(), one);
            continue;
        }
        const auto checked = check_function(**read, TestAggregates(), known);
        ASSERT_FALSE(checked) << one.sql;
        expect_refusal(one.sql, checked.error(), one);
    }
}

TEST(UserFunction, calls_that_are_refused) {
    const Functions functions(
        {"CREATE FUNCTION weighted(x float8, w float8) RETURNS float8 LANGUAGE sql AS $$ SELECT sum(x * w) / sum(w) $$",
         "CREATE FUNCTION half(a integer) RETURNS integer LANGUAGE sql AS 'SELECT a / 2'",
         "CREATE FUNCTION odds(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 100 / half(a)'",
         "CREATE FUNCTION middle(x float8, q float8) RETURNS float8 LANGUAGE sql AS 'SELECT approx_quantile(x, q)'"});
    const std::vector<Refused> cases = {
        {"SELECT half() AS x FROM events", "takes 1 argument, not 0", "half", "half(a integer)"},
        {"SELECT half(1, 2) AS x FROM events", "takes 1 argument, not 2", "2", ""},
        {"SELECT half(b => 1) AS x FROM events", "no parameter \"b\"", "b", ""},
        {"SELECT half(1.5) AS x FROM events", "expected integer, not numeric", "1.5", "::integer"},
        {"SELECT half('x') AS x FROM events", "invalid input syntax for type integer", "'x'", ""},
        {"SELECT odds(1) AS x FROM events", "in function \"odds\": this always fails", "odds", ""},
        {"SELECT hafl(1) AS x FROM events", "there is no function \"hafl\"", "hafl", "is it \"half\""},
        {"SELECT half(1) FILTER (WHERE true) AS x FROM events", "takes arguments and nothing else", "half",
         "aggregate"},
        {"SELECT count(*) AS n FROM events WHERE weighted(1, 2) > 1", "an aggregate can't stand in WHERE", "weighted",
         "HAVING"},
        {"SELECT weighted(count(*), 1) AS x FROM events", "count(*) can't stand in an aggregate's arguments",
         "weighted", ""},
        {"SELECT source, half(cardinality(tags)) AS x FROM events GROUP BY source", "neither in GROUP BY", "tags", ""},
        {"SELECT middle(data.ms, data.q) AS x FROM events", "the fraction must be a literal number", "middle", ""},
        {"SELECT $1 AS x FROM events", "a view has no parameters", "$1", ""},
    };
    for (const Refused& one : cases) {
        const std::string sql = "CREATE MATERIALIZED VIEW v AS " + one.sql;
        const auto made = plan(one.sql, functions);
        ASSERT_FALSE(made) << one.sql;
        expect_refusal(sql, made.error(), one);
    }
}

// Each level calls the one below twice: the bodies would be without end.
TEST(UserFunction, calls_in_a_statement_are_limited) {
    std::vector<std::string> statements = {"CREATE FUNCTION f0() RETURNS integer LANGUAGE sql AS 'SELECT 1'"};
    for (int level = 1; level < 12; ++level)
        statements.push_back(fmt::format(
            "CREATE FUNCTION f{}() RETURNS integer LANGUAGE sql AS 'SELECT CASE WHEN true THEN f{} () - f{} () END'",
            level, level - 1, level - 1));
    const Functions functions(std::vector<std::string>(statements.begin(), statements.begin() + 9));
    EXPECT_EQ(value_of("f8() FROM events", functions), "integer: 0");
    const auto made = plan("SELECT f8() AS a, f8() AS b FROM events", functions);
    ASSERT_FALSE(made);
    EXPECT_NE(made.error().message.find("more than 1000 calls"), std::string::npos) << made.error().text();
}

TEST(UserFunction, statements_that_make_functions_are_told_apart) {
    EXPECT_TRUE(makes_function("-- one\ncreate or /* x */ replace function f("));
    EXPECT_TRUE(makes_function("CREATE FUNCTION"));
    EXPECT_FALSE(makes_function("CREATE MATERIALIZED VIEW function AS SELECT 1"));
    EXPECT_FALSE(makes_function("SELECT 'CREATE FUNCTION'"));
    EXPECT_FALSE(makes_function("CREATE 'FUNCTION"));
}

}  // namespace
}  // namespace sf::sql
