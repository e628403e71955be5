// Rows of a view, read back from what append_json() wrote.
#include "sql/stored_rows.hpp"

#include "base/json_text.hpp"
#include "sql/expression_tree.hpp"
#include "sql/functions/catalog.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sf::sql {
namespace {

using Part = ViewSource::Part;

// What a text cast to the type is written as, and what the value that is read from that is written as.
std::pair<std::string, std::string> written_twice(Type type, std::string_view text) {
    const std::string_view texts[] = {text};
    const Column input{.type = Type::text, .size = 1, .texts = texts};
    RowEvaluator cast(
        {make_call(*cast_function(Type::text, type), type, {make_input(0, Type::text, "t")}, nullptr, -1)});
    cast.begin(std::span(&input, 1), 1);
    std::string once = "{\"v\":";
    append_json(once, cast.column(0), 0);
    once += '}';
    StoredRows reader({.columns = {{.name = "v", .type = type, .part = Part::values, .member = "v"}}});
    const StoredRows::Row row{.keys = "{}", .values = once};
    const std::span<const Column> columns = reader.read(std::span(&row, 1));
    EXPECT_EQ(columns[0].type, type);
    std::string twice = "{\"v\":";
    append_json(twice, columns[0], 0);
    return {once, twice + '}'};
}

TEST(StoredRows, every_type_comes_back_as_it_was) {
    const std::vector<std::pair<Type, std::vector<std::string>>> cases = {
        {Type::boolean, {"true", "false"}},
        {Type::integer, {"-2147483648", "7"}},
        {Type::bigint, {"9223372036854775807", "-9223372036854775808"}},
        {Type::double_precision, {"0.1", "1e300", "NaN", "-Infinity", "-0"}},
        {Type::numeric, {"19.90", "12345678901234567890123456789012345678", "-0.000000001"}},
        {Type::timestamptz, {"2026-11-26 01:02:03.456789+00", "12026-01-01 00:00:00+00"}},
        {Type::timestamp, {"2026-11-26 01:02:03.456789"}},
        {Type::date, {"2026-11-26"}},
        {Type::interval, {"1 mon 2 days 03:04:05.678", "-1 days"}},
        {Type::uuid, {"01234567-89ab-cdef-0123-456789abcdef"}},
        {Type::jsonb, {R"({"a":[1,null,"x"]})", "\"text\"", "[]"}},
        {kTextArray, {R"({a,"b c","with \"quotes\" and \\",NULL,"NULL",""})", "{}"}},
        {array_type(Type::bigint), {"{1,NULL,-3}"}},
        {array_type(Type::numeric), {"{1.50,2}"}},
        {array_type(Type::double_precision), {"{NaN,0.1}"}},
        {array_type(Type::timestamptz), {R"({"2026-11-26 01:02:03+00"})"}},
        {array_type(Type::boolean), {"{t,f}"}},
        {array_type(Type::jsonb), {R"({"{\"a\": [1, \"x\"]}",NULL})"}},
    };
    for (const auto& [type, texts] : cases) {
        for (const std::string& text : texts) {
            const auto [once, twice] = written_twice(type, text);
            EXPECT_EQ(once, twice) << to_string(type) << " " << text;
            EXPECT_NE(once, R"({"v":null})") << to_string(type) << " " << text;
        }
    }
}

// No cast of a text reads them: a limit that docs/views.md states.
TEST(StoredRows, a_time_before_christ_is_null_and_counted) {
    StoredRows reader({.columns = {{.name = "t", .type = Type::timestamptz, .part = Part::values, .member = "t"}}});
    const StoredRows::Row row{.keys = "{}", .values = R"({"t":"0044-03-15 12:00:00+00 BC"})"};
    const Column& column = reader.read(std::span(&row, 1))[0];
    EXPECT_FALSE(column.is_valid(0));
    EXPECT_EQ(column.failed[0], 1);
}

TEST(StoredRows, text_keeps_every_character) {
    const std::string text = "q\"uote \\ back\n\t\x01 \xC3\xA4 \xF0\x9F\x98\x80 null";
    const std::string keys = "{\"k\":" + json_string(text) + "}";
    StoredRows reader({.columns = {{.name = "k", .type = Type::text, .part = Part::keys, .member = "k"}}});
    const StoredRows::Row row{.keys = keys, .values = "{}"};
    EXPECT_EQ(reader.read(std::span(&row, 1))[0].texts[0], text);
}

TEST(StoredRows, rows_have_bounds_and_null_and_members_of_both_objects) {
    StoredRows reader({.columns = {{.name = "s", .type = Type::timestamptz, .part = Part::window_start},
                                   {.name = "e", .type = Type::timestamptz, .part = Part::window_end},
                                   {.name = "a", .type = Type::bigint, .part = Part::keys, .member = "x"},
                                   {.name = "b", .type = Type::text, .part = Part::values, .member = "x"}}});
    const std::vector<StoredRows::Row> rows = {
        {.keys = R"({"x":1})", .values = R"({"x":"one"})", .window_start = 10, .window_end = 20},
        {.keys = R"({"x":null})", .values = "{}", .window_start = 30, .window_end = 40},
        {.keys = R"({"x":"no number"})", .values = R"({"x":"null"})"},
    };
    const std::span<const Column> columns = reader.read(rows);
    EXPECT_EQ(columns[0].integers[1], 30);
    EXPECT_EQ(columns[1].integers[0], 20);
    EXPECT_EQ(columns[2].integers[0], 1);
    EXPECT_FALSE(columns[2].is_valid(1));
    EXPECT_FALSE(columns[2].is_valid(2));
    EXPECT_EQ(columns[2].failed[2], 1);
    EXPECT_EQ(columns[3].texts[0], "one");
    EXPECT_FALSE(columns[3].is_valid(1));
    EXPECT_TRUE(columns[3].is_valid(2));
    EXPECT_EQ(columns[3].texts[2], "null");
}

}  // namespace
}  // namespace sf::sql
