// Results: every type exactly, as JSON.

#include "database/lakehouse/lakehouse.hpp"
#include "sql/user_function.hpp"
#include "unit/database/stored_events.hpp"

namespace sf::database::testing {
namespace {

class LakehouseQuery : public ::testing::Test {
protected:
    void SetUp() override { SF_ASSERT_OK(store_.start()); }

    [[nodiscard]] LakehouseOptions options() const {
        LakehouseOptions made;
        made.dir = folder_.path();
        return made;
    }
    [[nodiscard]] std::string value(const std::string& expression) {
        const std::string answer = rows(store_, "SELECT " + expression);
        return answer.starts_with("[[") ? answer.substr(2, answer.size() - 4) : answer;
    }
    [[nodiscard]] std::string type(const std::string& expression) {
        const auto result = store_.query("SELECT " + expression, {}, {});
        return result ? result->columns.at(0).type : result.error().text();
    }

    TestFolder folder_;
    Lakehouse store_{options()};
};

TEST_F(LakehouseQuery, numbers_are_exact) {
    EXPECT_EQ(value("9223372036854775807::bigint"), "9223372036854775807");
    EXPECT_EQ(value("(-9223372036854775807 - 1)::bigint"), "-9223372036854775808");
    EXPECT_EQ(value("-5::int, 2147483647"), "-5, 2147483647");
    EXPECT_EQ(value("sum(x) FROM (VALUES (9223372036854775807), (1)) t(x)"), "9223372036854775808");
    EXPECT_EQ(value("7 / 2, -7 / 2, 7 % -3"), "3, -3, 1");
    EXPECT_EQ(value("x + 1 FROM (VALUES (2147483647)) t(x)"), "null") << "what overflows is NULL";
}

TEST_F(LakehouseQuery, functions_in_sql_are_known_from_the_moment_that_they_are_there) {
    EXPECT_NE(value("net(1.19)").find("there is no function \"net\""), std::string::npos);
    auto functions = std::make_shared<sql::NamedFunctions>();
    functions->add(
        *sql::read_function("CREATE FUNCTION net(x numeric) RETURNS numeric LANGUAGE sql RETURN round(x / 1.19, 2)"));
    functions->add(
        *sql::read_function("CREATE FUNCTION mean(x numeric) RETURNS numeric LANGUAGE sql RETURN avg(net(x))"));
    store_.points().set_functions(functions);
    EXPECT_EQ(value("net(1.19), mean(x), net(x => max(x)) FROM (VALUES (1.19), (2.38)) t(x)"),
              "1.00, 1.5000000000000000, 2.00");
}

TEST_F(LakehouseQuery, not_of_a_key_is_over_the_key) {
    SF_ASSERT_OK(add(store_, 0, 0, {{.name = "a", .severity = models::Severity::high}, {.name = "b"}}));
    EXPECT_EQ(value("severity = 'high', count(*), NOT (severity = 'high') FROM events GROUP BY severity = 'high' "
                    "HAVING severity = 'high'"),
              "true, 1, false");
}

TEST_F(LakehouseQuery, what_is_read_from_events_has_their_order) {
    SF_ASSERT_OK(add(store_, 0, 0,
                     {{.name = "a", .time = at("2015-05-17T10:05:04Z"), .data = R"({"x":"later"})"},
                      {.name = "b", .time = at("2015-05-17T10:05:03Z"), .data = R"({"x":"first"})"}}));
    EXPECT_EQ(value("first(x::text) FROM (SELECT *, data.x FROM events WHERE type <> 'other') AS e"), "\"first\"");
    EXPECT_EQ(
        value("last(y) FROM (SELECT timestamp, data->>'x' AS y, id FROM events) e LEFT JOIN (VALUES ('first', 1)) "
              "AS r (x, n) ON r.x = y"),
        "\"later\"");
    EXPECT_NE(value("first(y) FROM (SELECT timestamp, data->>'x' AS y FROM events) e").find("no order of their own"),
              std::string::npos)
        << "the id is not there";
}

TEST_F(LakehouseQuery, arrays_of_json_are_told_apart_by_what_they_say) {
    SF_ASSERT_OK(add(store_, 0, 0,
                     {{.name = "a", .data = R"({"x": [1.5, "a"]})"},
                      {.name = "b", .data = R"({"x": [1.50, "\u0061"]})"},
                      {.name = "c", .data = R"({"x": [2, "a"]})"}}));
    EXPECT_EQ(value("count(DISTINCT ARRAY[data->'x', data->'y']) FROM events"), "2");
}

TEST_F(LakehouseQuery, intervals_are_told_apart_by_their_length) {
    const std::string lengths =
        " FROM (VALUES (INTERVAL '1 day -2 hours'), (INTERVAL '22 hours'), (INTERVAL '1 day')) t(x)";
    EXPECT_EQ(value("count(DISTINCT x), count(DISTINCT ARRAY[x])" + lengths), "2, 2");
    EXPECT_EQ(value("count(*) FROM (SELECT x" + lengths + " GROUP BY x) g"), "2");
    EXPECT_EQ(value("count(*) FROM (SELECT DISTINCT x" + lengths + ") d"), "2");
    EXPECT_EQ(
        value("string_agg(r::text, '' ORDER BY x, r) FROM (SELECT x, rank() OVER (ORDER BY x) AS r" + lengths + ") w"),
        "\"113\"");
    EXPECT_EQ(rows(store_, "SELECT x" + lengths + " UNION ALL SELECT INTERVAL '23 hours' ORDER BY x DESC LIMIT 2"),
              "[[\"1 day\"],[\"23:00:00\"]]")
        << "and not the one of 22 hours that says 1 day";
    EXPECT_EQ(value("x" + lengths + " WHERE x > INTERVAL '21 hours' ORDER BY x DESC LIMIT 1"), "\"1 day\"");
}

TEST_F(LakehouseQuery, arrays_of_intervals_are_told_apart_by_their_lengths) {
    const std::string lengths =
        " FROM (VALUES ('{1 day -2 hours,NULL}'::interval[]), ('{22 hours,NULL}'), ('{1 day}')) t(x)";
    EXPECT_EQ(value("count(*) FROM (SELECT x" + lengths + " GROUP BY x) g"), "2");
    EXPECT_EQ(value("count(*) FROM (SELECT DISTINCT x" + lengths + ") d"), "2");
    EXPECT_EQ(value("count(*) FROM (SELECT x" + lengths + " INTERSECT SELECT '{22:00,NULL}'::interval[]) s"), "1");
    EXPECT_EQ(rows(store_, "SELECT x" + lengths + " UNION ALL SELECT '{23 hours}' ORDER BY x DESC LIMIT 2"),
              R"([[["1 day"]],[["23:00:00"]]])");
}

TEST_F(LakehouseQuery, json_is_taken_apart_in_from) {
    SF_ASSERT_OK(add(store_, 0, 0,
                     {{.name = "a", .data = R"({"lines": [{"p": "x", "n": 2}, {"p": "y", "n": 1}, null]})"},
                      {.name = "b", .data = R"({"lines": [{"p": "x", "n": 5}], "k\u00e9y": [1.50, "\n"]})"},
                      {.name = "c", .data = R"({"lines": "none"})"},
                      {.name = "d", .data = "{}"}}));
    const std::string lines = " FROM events, jsonb_array_elements(data->'lines') AS l";
    EXPECT_EQ(rows(store_, "SELECT l->>'p', sum((l->>'n')::int)" + lines + " GROUP BY 1 ORDER BY 1"),
              R"([["x", 7],["y", 1],[null, null]])")
        << "an alias is the value; what is no array has no rows";
    EXPECT_EQ(rows(store_, "SELECT l.p, value->'n'" + lines + " WHERE value.n::int > 1 ORDER BY 2"),
              R"([["x", 2],["x", 5]])");
    EXPECT_EQ(value("count(*), count(e.p) FROM events LEFT JOIN LATERAL jsonb_array_elements(data.lines) e ON true"),
              "6, 3");
    EXPECT_EQ(value("count(*), count(e.p) FROM events LEFT JOIN LATERAL jsonb_array_elements(data->'lines') e ON "
                    "e.p = 'x' OR id IS NULL"),
              "4, 2")
        << "a condition of any form";
    EXPECT_EQ(value("count(*), sum(n) FROM events LEFT JOIN LATERAL (SELECT count(*) AS n FROM "
                    "jsonb_object_keys(data)) s ON n > 1"),
              "4, 2");
    EXPECT_EQ(rows(store_, "SELECT k, count(*) FROM events, jsonb_object_keys(data) k GROUP BY k ORDER BY k"),
              "[[\"k\u00e9y\", 1],[\"lines\", 3]]");
    EXPECT_EQ(rows(store_, "SELECT * FROM jsonb_each('{\"bb\": null, \"a\": {\"x\": 1}}')"),
              R"([["a", {"x": 1}],["bb", null]])")
        << "keys in the order of jsonb";
    EXPECT_EQ(rows(store_, R"(SELECT * FROM jsonb_array_elements_text('["a\n", null, [1,2], 1.50]') WITH ORDINALITY)"),
              R"([["a\n", 1],[null, 2],["[1, 2]", 3],["1.50", 4]])");
    EXPECT_EQ(rows(store_, "SELECT * FROM unnest(ARRAY[1, 2], ARRAY['a']) WITH ORDINALITY AS t(x, y, place)"),
              R"([[1, "a", 1],[2, null, 2]])");
}

TEST_F(LakehouseQuery, lists_of_large_events_do_not_fill_the_memory) {
    std::string list;
    for (int i = 1; i < 3'000; ++i) list += fmt::format(",{}.123456789012345", i);
    for (int i = 0; i < 64; ++i) {
        const std::string name = std::to_string(i);
        const std::string data = fmt::format(R"({{"list": [{}{}]}})", i, list);
        SF_ASSERT_OK(add(store_, 0, i, {{.name = name.c_str(), .data = data.c_str()}}));
    }
    EXPECT_EQ(value("count(*), max(x::text::float8)::int FROM events, jsonb_array_elements(data->'list') AS x"),
              "192000, 2999")
        << "each element with its event's data would be 12 GB";
    EXPECT_EQ(value("count(x) FROM events LEFT JOIN LATERAL jsonb_array_elements(data->'list') AS x ON true"),
              "192000");
}

TEST_F(LakehouseQuery, aggregates_of_our_own_over_whole_partitions) {
    const std::string numbers = " FROM generate_series(1, 5000) AS x) t";
    for (const char* over :
         {"()", "(PARTITION BY x % 2)", "(ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)",
          "(RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"}) {
        const std::string rounded = std::string("SELECT round(stddev(x) OVER ") + over + ", 3) AS v" + numbers;
        EXPECT_EQ(value("count(*), count(DISTINCT v) FROM (" + rounded), std::string("5000, 1")) << over;
    }
    EXPECT_EQ(value("max(v) FROM (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) OVER () AS v" + numbers),
              "2500.5");
    EXPECT_EQ(value("max(v) FROM (SELECT bit_or(x) FILTER (WHERE x < 4) OVER () AS v" + numbers), "3");
}

TEST_F(LakehouseQuery, numerics_keep_digits_that_come_later) {
    EXPECT_EQ(rows(store_, "SELECT lag(x, 1, 0.5) OVER (ORDER BY x) FROM (VALUES (1), (2)) t(x)"), "[[0.5],[1]]");
    EXPECT_EQ(rows(store_,
                   "WITH RECURSIVE r(n, s) AS (SELECT 1, 100.0 UNION ALL SELECT n + 1, s * 1.05 FROM r WHERE n < "
                   "3) SELECT s FROM r ORDER BY n"),
              "[[100],[105],[110.25]]");
    EXPECT_EQ(
        value("max(f)::text FROM (WITH RECURSIVE r(n, f) AS (SELECT 1, 1::numeric UNION ALL SELECT n + 1, f * (n + "
              "1) FROM r WHERE n < 25) SELECT f FROM r) t"),
        "\"15511210043330985984000000\"")
        << "whole numbers have room for 38 digits";
    EXPECT_EQ(
        value("count(*) FROM (WITH RECURSIVE r(x) AS (SELECT '{\"a\":1}'::jsonb UNION SELECT '{\"a\":1.0}'::jsonb "
              "FROM r) SELECT * FROM r) t"),
        "1")
        << "equal rows of a recursion are one";
}

TEST_F(LakehouseQuery, one_bound_of_a_window_brings_the_other_one) {
    SF_ASSERT_OK(add(store_, 0, 0, {{.name = "a"}}));
    EXPECT_EQ(
        value(
            "window_start, window_end, count(*) FROM TUMBLE(events, timestamp, INTERVAL '1 min') GROUP BY window_end"),
        R"("2015-05-17T10:05:00Z", "2015-05-17T10:06:00Z", 1)");
    EXPECT_EQ(value("DISTINCT source, window_end FROM SESSION(events, timestamp, INTERVAL '1 min')"),
              R"("shop", "2015-05-17T10:06:03Z")");
    EXPECT_EQ(type("regr_count(data.x, data.y) FROM events"), "bigint");
    EXPECT_EQ(value("regr_count(data.x, data.y) FILTER (WHERE data.z) FROM events"), "0");
}

TEST_F(LakehouseQuery, decimals_keep_their_digits) {
    EXPECT_EQ(value("1.10::numeric(4,2), -0.05::decimal(4,2), 0::numeric(9,3), -12.5"), "1.10, -0.05, 0.000, -12.5");
    EXPECT_EQ(value("99999999999999999999999999999999999.999::numeric"), "99999999999999999999999999999999999.999");
    EXPECT_EQ(value("1 / 3::numeric, 1.5 * x FROM (VALUES (2.50)) t(x)"), "0.33333333333333333333, 3.750");
    EXPECT_EQ(value("'1.50'::numeric"), "1.50");
    EXPECT_EQ(value("avg(x), sum(x), max(x) FROM (VALUES (1), (2), (2)) t(x)"), "1.6666666666666667, 5, 2");
    EXPECT_EQ(value("max(x::numeric) FROM (VALUES ('1.50'), ('-3')) t(x)"), "1.5")
        << "where texts became numbers of no one scale, zeros behind the point are not kept";
    EXPECT_EQ(type("1.10::numeric(4,2)"), "numeric");
}

TEST_F(LakehouseQuery, a_numeric_that_a_column_has_no_room_for_is_an_error_and_not_another_number) {
    EXPECT_NE(
        value("max(x::numeric) FROM (VALUES ('12345678901234567890123.5')) t(x)").find("more digits before the point"),
        std::string::npos);
    EXPECT_EQ(value("max(x::numeric) FROM (VALUES ('1234567890123456789012.5')) t(x)"), "1234567890123456789012.5");
    SF_ASSERT_OK(add(store_, 0, 0, {{.name = "a"}}));
    EXPECT_NE(value("max(x) FROM (SELECT factorial(length(source) - length(source) + 24) AS x FROM events UNION ALL "
                    "SELECT sqrt(length(source)::numeric) FROM events) t")
                  .find("more digits before the point"),
              std::string::npos)
        << "between two scales, too";
}

TEST_F(LakehouseQuery, sums_of_prices_are_exact_to_the_cent) {
    std::vector<TestEvent> events;
    for (int i = 0; i < 1000; ++i) {
        TestEvent event;
        event.name = std::to_string(i);
        event.data = R"({"q": "3", "p": "0.10"})";
        events.push_back(event);
    }
    SF_ASSERT_OK(add(store_, 0, 0, events));
    const std::string sql = "sum(CAST(data->>'q' AS INT) * CAST(data->>'p' AS DECIMAL(18,2))) FROM events";
    EXPECT_EQ(value(sql), "300.00");
    EXPECT_EQ(value("sum((data->>'p')::numeric) FROM events"), "100");
    SF_ASSERT_OK(store_.flush());
    EXPECT_EQ(value(sql), "300.00");
}

TEST_F(LakehouseQuery, doubles_are_as_short_as_they_can_be_and_come_back_the_same) {
    EXPECT_EQ(value("0.1::float8, 0.1::float8 + 0.2::float8, 1e300::float8, 5::double precision"),
              "0.1, 0.30000000000000004, 1e+300, 5");
    EXPECT_EQ(value("'NaN'::float8, 'Infinity'::float8, '-Infinity'::float8"), R"("NaN", "Infinity", "-Infinity")");
}

TEST_F(LakehouseQuery, times_are_rfc_3339_in_utc) {
    EXPECT_EQ(value("TIMESTAMPTZ '2015-05-17 10:05:03.5+02:00'"), "\"2015-05-17T08:05:03.5Z\"");
    EXPECT_EQ(value("INTERVAL '1 day 2 hours', INTERVAL '-90 seconds'"), "\"1 day 02:00:00\", \"-00:01:30\"");
    EXPECT_EQ(value("date_trunc('day', TIMESTAMPTZ '2015-05-17 23:30:00-05:00')"), "\"2015-05-18T00:00:00Z\"");
    EXPECT_EQ(value("now() = current_timestamp, now() > '2020-01-01'"), "true, true");
}

TEST_F(LakehouseQuery, other_values) {
    EXPECT_EQ(value("true, NULL, NULL::int, ''"), "true, null, null, \"\"");
    EXPECT_EQ(value("'00112233-4455-6677-8899-aabbccddeeff'::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid"),
              "\"00112233-4455-6677-8899-aabbccddeeff\", \"ffffffff-ffff-ffff-ffff-ffffffffffff\"");
    EXPECT_EQ(value("'q\"u\\o\n'"), R"("q\"u\\o\n")");
    EXPECT_EQ(value("'{\"a\": [1, \"x\"]}'::jsonb, '5'::jsonb, 'null'::jsonb, NULL::jsonb"),
              R"({"a": [1, "x"]}, 5, null, null)");
}

TEST_F(LakehouseQuery, columns_have_postgresql_names_for_their_types) {
    EXPECT_EQ(type("1"), "integer");
    EXPECT_EQ(type("1::bigint"), "bigint");
    EXPECT_EQ(type("sum(1)"), "bigint");
    EXPECT_EQ(type("sum(1::bigint)"), "numeric");
    EXPECT_EQ(type("1.5::float8"), "double precision");
    EXPECT_EQ(type("'x'"), "text");
    EXPECT_EQ(type("now()"), "timestamp with time zone");
    EXPECT_EQ(type("tags FROM events"), "text[]");
    EXPECT_EQ(type("data FROM events"), "jsonb");
    EXPECT_EQ(type("data.x FROM events"), "jsonb");
    EXPECT_EQ(type("id FROM events"), "uuid");
    EXPECT_EQ(type("timestamp FROM events"), "timestamp with time zone");
    EXPECT_EQ(type("INTERVAL '1' DAY"), "interval");
    const auto result = store_.query("SELECT 1 AS a, 2 AS \"Weird \"\"name\", 3", {}, {});
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->columns.at(1).name, "Weird \"name");
    EXPECT_EQ(result->columns.at(2).name, "?column?");
}

// Strings change their form inside DuckDB at 12 bytes.
TEST_F(LakehouseQuery, strings_around_the_inline_size_survive) {
    std::vector<TestEvent> events;
    for (std::size_t size : {0, 1, 4, 11, 12, 13, 14, 100, 5000}) {
        TestEvent event;
        event.name = std::to_string(size);
        event.user = std::string(size, 'u');
        event.correlation = std::string(size, 'c');
        event.source = "s" + std::string(size, 's');
        event.tags = {std::string(size, 't'), "x"};
        event.data = "{\"v\": \"" + std::string(size, 'v') + "\"}";
        events.push_back(event);
    }
    SF_ASSERT_OK(add(store_, 0, 0, events));
    const std::string sql =
        "count(*), sum(length(user_id)), sum(length(source)), sum(length(data->>'v')), "
        "count(*) FILTER (WHERE user_id = 'uuuuuuuuuuuu'), count(*) FILTER (WHERE user_id = 'uuuuuuuuuuuuu'), "
        "count(DISTINCT correlation_id), count(*) FILTER (WHERE user_id IS NULL) FROM events";
    const std::string expected = "9, 5155, 5164, 5155, 1, 1, 9, 0";
    EXPECT_EQ(value(sql), expected);
    SF_ASSERT_OK(store_.flush());
    EXPECT_EQ(value(sql), expected);
}

TEST_F(LakehouseQuery, absent_users_are_null_and_tags_are_lists) {
    std::vector<TestEvent> events = numbered("e", 5000);
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (i % 3 == 0) events[i].user = "user-" + std::to_string(i % 7);
        for (std::size_t tag = 0; tag < i % 4; ++tag) events[i].tags.push_back("tag-" + std::to_string(tag));
    }
    SF_ASSERT_OK(add(store_, 0, 0, {events.begin(), events.begin() + 2500}));
    SF_ASSERT_OK(add(store_, 1, 0, {events.begin() + 2500, events.end()}));
    const std::string sql =
        "count(*), count(user_id), count(DISTINCT user_id), count(*) FILTER (WHERE 'tag-2' = ANY(tags)), "
        "sum((data->>'n')::INT) FROM events";
    const std::string expected = "5000, 1667, 7, 1250, 12497500";
    EXPECT_EQ(value(sql), expected);
    SF_ASSERT_OK(store_.flush());
    EXPECT_EQ(value(sql), expected);
}

TEST_F(LakehouseQuery, many_small_batches_read_like_one) {
    for (int i = 0; i < 3000; ++i) {
        SF_ASSERT_OK(add(store_, 0, static_cast<messaging::Offset>(i), numbered("b" + std::to_string(i), 1 + i % 3)));
    }
    EXPECT_EQ(value("count(*), count(DISTINCT id), sum((data->>'n')::INT) FROM events"), "6000, 6000, 4000");
    EXPECT_EQ(value("count(*) FROM events"), "6000");
    EXPECT_EQ(value("1 FROM events LIMIT 1"), "1");
}

}  // namespace
}  // namespace sf::database::testing
