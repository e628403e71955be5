// Samples of the scalar functions, and what of them is refused. That they do what PostgreSQL does is tested against
// PostgreSQL itself, in tests/integration/sql.
#include "sql/functions/regular_expression.hpp"
#include "sql/values/jsonb_contains.hpp"
#include "sql/values/md5.hpp"
#include "unit/sql/events_of.hpp"
#include "unit/sql/expression_values.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sf::sql {
namespace {

const models::EventBatchPtr& one_event() {
    static const auto batch = events_of(
        R"([{"type":"a.b","source":"Büro-7","tags":["x"],"data":{"a":{"b":[1,{"c":"d"}]},"k":"b","n":2.5,"s":"user_42"}}])");
    return batch;
}

TEST(ScalarFunctions, texts) {
    expect_values(one_event(), {
                                   {"initcap('hello wORLD_x é')", "\"Hello World_X é\""},
                                   {"reverse(source)", "\"7-orüB\""},
                                   {"lpad(source, 8, '日本')", "\"日本Büro-7\""},
                                   {"rpad(source, 3)", "\"Bür\""},
                                   {"repeat('ab', 3)", "\"ababab\""},
                                   {"repeat(source, 2147483647)", "!"},
                                   {"chr(8364) || ascii('€')::text", "\"€8364\""},
                                   {"chr(0)", "this always fails"},
                                   {"translate(source, 'Bü-', 'bu')", "\"buro7\""},
                                   {"overlay(source placing 'XX' from 2 for 3)", "\"BXX-7\""},
                                   {"concat_ws('-', 'a', NULL, 1, true)", "\"a-1-t\""},
                                   {"format('%s|%5s|%-5s|%L|%I|%%', source, 1, 'a', 'it''s', 'Sel')",
                                    R"("Büro-7|    1|a    |'it''s'|\"Sel\"|%")"},
                                   {"format('%*s', 1)", "format() takes no width from an argument here"},
                                   {"octet_length(source)", "7"},
                                   {"to_hex(-1)", "\"ffffffff\""},
                                   {"source ^@ 'Bü'", "true"},
                                   {"source SIMILAR TO 'B(ü|u)ro-[0-9]'", "true"},
                                   {"source SIMILAR TO 'Büro'", "false"},
                               });
}

TEST(ScalarFunctions, pieces_of_texts) {
    expect_values(
        one_event(),
        {
            {"regexp_replace(data.s, '[0-9]+', '<\\&>')", "\"user_<42>\""},
            {"regexp_replace(data.s, '([a-z]+)_([0-9]+)', '\\2 \\1')", "\"42 user\""},
            {"regexp_replace('aab', 'a*', 'x', 'g')", "\"xxbx\""},
            {"regexp_match(data.s, '([a-z]+)_(\\d+)')", R"(["user","42"])"},
            {"regexp_match(data.s, 'nothing')", "null"},
            {"regexp_match('foo', '(oo)?(x)?')", R"([null,null])"},
            {"regexp_split_to_array('aXbXXc', 'X*')", R"(["a","b","c"])"},
            {"regexp_count('abcabc', 'B', 1, 'i')", "2"},
            {"regexp_substr('foobarbaz', 'b..', 1, 2)", "\"baz\""},
            {"regexp_instr('fßobarbaz', 'b..', 1, 2)", "7"},
            {"regexp_instr('fßobarbaz', 'B..', 1, 1, 1, 'i')", "7"},
            {"regexp_instr('foobarbaz', 'b..', 8)", "0"},
            {"regexp_instr(source, 'b', 1, 1, 2)", "!"},
            {"substring('foobar' from 'o(.)b')", "\"o\""},
            {"regexp_match(data.s, data.s)", "a regular expression must be a literal"},
            {"regexp_match(data.s, 'a', 'g')", "the flag \"g\" of a regular expression is not supported here"},
            {"regexp_replace(data.s, 'a.*?b', '')",
             "quantifiers that take as little as possible are not supported here"},
            {"regexp_match(data.s, '(a|ab)(c|bcd)')",
             "alternatives beside groups of a regular expression are not supported here"},
            {"regexp_match(data.s, '(a.)+')", "a repeated group of a regular expression is not supported here"},
        });
}

// As PostgreSQL writes {ab,c,d}, RE2 would say {a,bcd,""}: such patterns are refused where groups are asked for.
TEST(ScalarFunctions, patterns_with_groups_are_taken_where_both_agree) {
    using Wanted = RegularExpression::Wanted;
    const auto taken = [](std::string_view pattern, Wanted wanted) {
        return RegularExpression::compile(pattern, false, wanted).has_value();
    };
    for (const char* const pattern : {"(web|api)/(.*)", "a|ab", "(?:x|y)z", "([a|b])(\\|)", "x(y)?"})
        EXPECT_TRUE(taken(pattern, Wanted::place_and_groups)) << pattern;
    for (const char* const pattern : {"(a|ab)", "(a|b.)", "(.|x)y", "((a|ab)c)", "(a)*", "(a){2}", "(a)+?"})
        EXPECT_FALSE(taken(pattern, Wanted::place_and_groups)) << pattern;
    EXPECT_TRUE(taken("(a|ab)*", Wanted::place));
    EXPECT_FALSE(taken("a??", Wanted::place));
    EXPECT_TRUE(taken("a??", Wanted::whether));
}

TEST(ScalarFunctions, numbers) {
    expect_values(one_event(), {
                                   {"cbrt(8)", "2"},
                                   {"log(1000)", "3"},
                                   {"log(2.0, 8)", "powers, exp and logarithms of numeric are not supported"},
                                   {"round(pi()::numeric, 4)", "3.1416"},
                                   {"acos(data.n)", "!"},
                                   {"width_bucket(data.n, 0::float8, 10::float8, 5)", "2"},
                                   {"width_bucket(5.35, 0.024, 10.06, 5)", "3"},
                                   {"width_bucket(7.0, 10, 0, 10)", "4"},
                                   {"width_bucket(10, 0.0, 10, 10)", "11"},
                                   {"gcd(12, -18) + lcm(4, 6)", "18"},
                                   {"lcm(2147483647, 2)", "this always fails"},
                                   {"factorial(20)", "2432902008176640000"},
                                   {"factorial(33)", "8683317618811886495518194401280000000"},
                                   {"factorial(34)", "this always fails"},
                                   {"div(-7.5, 2)", "-3"},
                                   {"(5 & 3) + (5 | 3) + (5 # 3) + (~ 0) + (1 << 4)", "29"},
                                   {"1 << 33", "2"},
                                   {"|/ 16.0", "4"},
                                   {"@ -3", "3"},
                                   {"trim_scale(1.500)", "1.5"},
                                   {"scale(1.500)", "3"},
                               });
}

TEST(ScalarFunctions, bytes) {
    expect_values(one_event(), {
                                   {"encode(sha256('abc'), 'hex')",
                                    "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\""},
                                   {"encode(sha256(convert_to('', 'UTF8')), 'hex')",
                                    "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\""},
                                   {"encode(source::bytea, 'base64')", "\"QsO8cm8tNw==\""},
                                   {"encode(repeat('x', 57)::bytea, 'base64') LIKE '%eHh4\n'", "true"},
                                   {"convert_from(decode('QsO8cm8tNw==', 'base64'), 'UTF8') = source", "true"},
                                   {"convert_from(decode('42 c3BC', 'hex'), 'utf-8')", "\"Bü\""},
                                   {"convert_from(decode('ff', 'hex'), 'UTF8')", "this always fails"},
                                   {"encode('\\x4aB1'::bytea, 'hex')", "\"4ab1\""},
                                   {"encode('a\\\\b\\001'::bytea, 'hex')", "\"615c6201\""},
                                   {"encode(data.s::bytea, 'escape')", "encode takes 'hex' or 'base64'"},
                                   {"encode(source, 'hex')", "expected bytes"},
                                   {"sha256(source::bytea)", "sha256() is not supported here"},
                               });
}

TEST(ScalarFunctions, types_with_limits) {
    expect_values(one_event(), {
                                   {"source::varchar(3)", "\"Bür\""},
                                   {"CAST(source AS character varying)", "\"Büro-7\""},
                                   {"'abc'::varchar(2) || 'x'", "\"abx\""},
                                   {"data.n::smallint", "2"},
                                   {"(data.n * 100000)::smallint", "!"},
                                   {"'32768'::int2", "this always fails"},
                                   {"(-32768)::smallint", "-32768"},
                               });
}

TEST(ScalarFunctions, dates_and_clocks) {
    expect_values(
        one_event(),
        {
            {"DATE '2024-02-29' + 1", "\"2024-03-01\""},
            {"DATE '2024-03-01' - DATE '2024-02-28'", "2"},
            {"DATE '2024-02-29' + INTERVAL '1 year'", "\"2025-02-28T00:00:00\""},
            {"TIMESTAMP '2024-02-29 12:00+02'", "\"2024-02-29T12:00:00\""},
            {"TIMESTAMPTZ '2024-01-01 12:00Z' AT TIME ZONE '+02'", "\"2024-01-01T10:00:00\""},
            {"TIMESTAMPTZ '2024-01-01 12:00Z' AT TIME ZONE INTERVAL '2 hours'", "\"2024-01-01T14:00:00\""},
            {"TIMESTAMP '2024-01-01 12:00' AT TIME ZONE 'UTC'", "\"2024-01-01T12:00:00Z\""},
            {"date_bin('15 min', TIMESTAMPTZ '2024-01-01 12:34Z', TIMESTAMPTZ '2024-01-01Z')",
             "\"2024-01-01T12:30:00Z\""},
            {"date_bin('1 month', TIMESTAMPTZ '2024-01-01Z', TIMESTAMPTZ '2024-01-01Z')", "this always fails"},
            {"age(TIMESTAMP '2024-03-01', TIMESTAMP '2023-01-31')", "\"1 year 1 mon 1 day\""},
            {"make_date(2023, 2, 29)", "this always fails"},
            {"make_interval(days => 1, secs => 1.5)", "\"1 day 00:00:01.5\""},
            {"justify_interval(INTERVAL '1 mon -1 hour')", "\"29 days 23:00:00\""},
            {"INTERVAL '1 month' * 1.5", "\"1 mon 15 days\""},
            {"extract(julian from DATE '2000-01-01')", "2451545"},
            {"date_trunc('hour', INTERVAL '-3 days -04:05:06')", "\"-3 days -04:00:00\""},
            {"date_trunc('decade', INTERVAL '-13 years 5 mons 3 days')", "\"-10 years\""},
            {"date_trunc('week', INTERVAL '1 day')", "date_trunc can't cut an interval to this unit"},
            {"ARRAY[DATE '2024-01-01']::text[]", R"(["2024-01-01"])"},
        });
}

TEST(ScalarFunctions, jsonb) {
    expect_values(one_event(), {
                                   {"data->'a'->'b'->1->>data.k", "null"},
                                   {"data->'a'->data.k->0", "1"},
                                   {"data #>> ARRAY['a', data.k, '1', 'c']", "\"d\""},
                                   {"jsonb_extract_path_text(data, 'a', 'b', '1', 'c')", "\"d\""},
                                   {"data @> '{\"a\": {\"b\": [{\"c\": \"d\"}]}}'", "true"},
                                   {"data @> '{\"a\": {\"b\": [{\"c\": \"e\"}]}}'", "false"},
                                   {"data ?| tags", "false"},
                                   {"data ?& '{a,k}'", "true"},
                                   {"jsonb_array_length(data->'a'->'b')", "2"},
                                   {"jsonb_array_length(data->'a')", "!"},
                                   {"(data->'a') || '{\"b\": 1, \"x\": null}'", R"({"b": 1, "x": null})"},
                                   {"(data->'a'->'b') - 0", R"([{"c": "d"}])"},
                                   {"data - 'a'::text - 'k'::text", R"({"n": 2.5, "s": "user_42"})"},
                                   {"to_jsonb(tags)", R"(["x"])"},
                                   {"jsonb_build_object('t', tags, 'n', NULL)", R"({"n": null, "t": ["x"]})"},
                                   {"jsonb_object_keys(data)", "jsonb_object_keys() is not supported here"},
                               });
}

TEST(ScalarFunctions, jsonb_changed_at_a_path) {
    expect_values(one_event(), {
                                   {"jsonb_set(data->'a', '{b,0}', '9')", R"({"b": [9, {"c": "d"}]})"},
                                   {"jsonb_set(data->'a', '{b,-1,c}', 'null')", R"({"b": [1, {"c": null}]})"},
                                   {"jsonb_set(data->'a', '{x}', '[1.0]')", R"({"b": [1, {"c": "d"}], "x": [1.0]})"},
                                   {"jsonb_set(data->'a', '{x}', '1', false)", R"({"b": [1, {"c": "d"}]})"},
                                   {"jsonb_set(data->'a', '{x,y}', '1')", R"({"b": [1, {"c": "d"}]})"},
                                   {"jsonb_set(data->'a', '{b,7}', '2')", R"({"b": [1, {"c": "d"}, 2]})"},
                                   {"jsonb_set(data->'a', '{b,-7}', '2')", R"({"b": [2, 1, {"c": "d"}]})"},
                                   {"jsonb_set(data->'k', '{a}', '2')", "!"},
                                   {"jsonb_set(data->'a', '{b,c}', '2')", "!"},
                                   {"jsonb_set(data->'a', ARRAY[user_id], '2')", "!"},
                                   {"jsonb_insert(data->'a', '{b,0}', '9')", R"({"b": [9, 1, {"c": "d"}]})"},
                                   {"jsonb_insert(data->'a', '{b,-1}', '9', true)", R"({"b": [1, {"c": "d"}, 9]})"},
                                   {"jsonb_insert(data->'a', '{x}', '9')", R"({"b": [1, {"c": "d"}], "x": 9})"},
                                   {"jsonb_insert(data->'a', '{b}', '9')", "!"},
                                   {"data->'a' #- '{b,1,c}'", R"({"b": [1, {}]})"},
                                   {"data->'a' #- tags", R"({"b": [1, {"c": "d"}]})"},
                                   {"data->'a' #- '{b,5}'", R"({"b": [1, {"c": "d"}]})"},
                                   {"data->'n' #- '{a}'", "!"},
                               });
}

TEST(ScalarFunctions, spans_that_overlap) {
    expect_values(
        one_event(),
        {
            {"(DATE '2024-01-01', DATE '2024-01-31') OVERLAPS (DATE '2024-01-30', DATE '2024-02-01')", "true"},
            {"(DATE '2024-01-01', DATE '2024-01-30') OVERLAPS (DATE '2024-01-30', DATE '2024-02-01')", "false"},
            {"(DATE '2024-01-31', DATE '2024-01-01') OVERLAPS (DATE '2024-01-30', INTERVAL '1 day')", "true"},
            {"(DATE '2024-01-30', DATE '2024-01-30') OVERLAPS (DATE '2024-01-30', DATE '2024-02-01')", "true"},
            {"(DATE '2024-01-01', NULL) OVERLAPS (DATE '2023-01-30', DATE '2024-02-01')", "true"},
            {"(DATE '2024-01-01', NULL) OVERLAPS (DATE '2024-01-30', DATE '2024-02-01')", "null"},
        });
}

TEST(JsonbContains, compares_a_bounded_number_of_times) {
    std::string whole = "[";
    std::string part = "[";
    for (int i = 0; i < 3000; ++i) {
        whole += (i > 0 ? ",[" : "[") + std::to_string(i) + "]";
        part += (i > 0 ? ",[" : "[") + std::to_string(2999 - i) + "]";
    }
    EXPECT_FALSE(jsonb_contains(whole + "]", part + "]").has_value());
    EXPECT_EQ(jsonb_contains("[[1],[2]]", "[[2]]"), true);
    EXPECT_EQ(jsonb_contains("[1,\"a\"]", "\"a\""), true);
    EXPECT_EQ(jsonb_contains("[[1]]", "[1]"), false);
    EXPECT_EQ(jsonb_contains("{\"a\":[]}", "[]"), false);
}

// The test suite of RFC 1321, and lengths around a block's end.
TEST(Md5, known_digests) {
    EXPECT_EQ(md5_hex(""), "d41d8cd98f00b204e9800998ecf8427e");
    EXPECT_EQ(md5_hex("abc"), "900150983cd24fb0d6963f7d28e17f72");
    EXPECT_EQ(md5_hex("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
              "d174ab98d277d9f5a5611c2c9f419d9f");
    EXPECT_EQ(md5_hex("12345678901234567890123456789012345678901234567890123456789012345678901234567890"),
              "57edf4a22be3c955ac49da2e2107b67a");
}

}  // namespace
}  // namespace sf::sql
