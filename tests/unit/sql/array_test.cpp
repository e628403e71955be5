// Arrays: their bytes and texts, and what expressions make of them.
#include "sql/values/array.hpp"

#include "sql/functions/array_order.hpp"
#include "unit/sql/events_of.hpp"
#include "unit/sql/expression_values.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sf::sql {
namespace {

std::string read(Type element, std::string_view text) {
    std::string array;
    return read_array(array, array_type(element), text) ? array : "no array";
}

std::string written(Type element, std::string_view array) {
    std::string text;
    append_array_text(text, array_type(element), array);
    return text;
}

std::string again(Type element, std::string_view text) { return written(element, read(element, text)); }

TEST(Array, tags_of_events_are_arrays_as_they_stand) {
    const auto batch = events_of(R"([{"type":"a.b","source":"s","tags":["mobile","a b",""],"data":{}}])");
    EXPECT_EQ(written(Type::text, batch->tags_encoded(0)), R"({mobile,"a b",""})");
}

TEST(Array, elements_of_any_length) {
    for (const std::size_t size : {0u, 1u, 65'533u, 65'534u, 65'535u, 65'536u, 200'000u}) {
        const std::string text(size, 'x');
        std::string array;
        append_element(array, std::string_view(text));
        append_element(array, std::nullopt);
        ArrayReader reader(array);
        Element element;
        ASSERT_TRUE(reader.next(element));
        EXPECT_EQ(element, text) << size;
        ASSERT_TRUE(reader.next(element));
        EXPECT_FALSE(element);
        EXPECT_FALSE(reader.next(element));
        EXPECT_TRUE(is_array_value(kTextArray, array));
        EXPECT_FALSE(is_array_value(kTextArray, array.substr(0, array.size() - 1)));
    }
}

TEST(Array, bytes_of_another_type_are_no_array) {
    const std::string integers = read(Type::bigint, "{1,2,NULL}");
    EXPECT_TRUE(is_array_value(array_type(Type::bigint), integers));
    EXPECT_TRUE(is_array_value(kTextArray, integers));
    EXPECT_FALSE(is_array_value(array_type(Type::numeric), integers));
}

TEST(Array, texts_are_read_and_written_as_in_PostgreSQL) {
    EXPECT_EQ(again(Type::text, "{}"), "{}");
    EXPECT_EQ(again(Type::text, " { } "), "{}");
    EXPECT_EQ(again(Type::text, "{a, b  c ,NULL,null}"), "{a,\"b  c\",NULL,NULL}");
    EXPECT_EQ(again(Type::text, R"({"NULL","",a\ ,"x\"y\\z","{}"})"), R"({"NULL","","a ","x\"y\\z","{}"})");
    EXPECT_EQ(again(Type::boolean, "{true,off}"), "{t,f}");
    EXPECT_EQ(again(Type::integer, "{1,\" -2 \"}"), "{1,-2}");
    EXPECT_EQ(again(Type::double_precision, "{1.50,NaN,-0}"), "{1.5,NaN,-0}");
    EXPECT_EQ(again(Type::numeric, "{1.50,1e3}"), "{1.50,1000}");
    EXPECT_EQ(again(Type::timestamptz, "{2024-01-05 10:00Z}"), "{\"2024-01-05 10:00:00+00\"}");
    EXPECT_EQ(again(Type::jsonb, R"({1.0,"{\"b\":1}"})"), R"({1.0,"{\"b\": 1}"})");
    for (const char* const wrong : {"", "a", "{", "{a", "{a}}", "{,}", "{a,}", "{a,,b}", "{\"a\"b}", "{a\"b\"}", "{a\\",
                                    "{\"a}", "{{a},{b}}", "[0:0]={a}"})
        EXPECT_EQ(read(Type::text, wrong), "no array") << wrong;
    EXPECT_EQ(read(Type::integer, "{1,x}"), "no array");
}

TEST(Array, equal_arrays_have_one_normalized_form) {
    const auto normalized_form = [](Type element, std::string_view text) {
        std::string out;
        append_normalized_array(out, array_type(element), read(element, text));
        return out;
    };
    EXPECT_EQ(normalized_form(Type::numeric, "{1.50}"), normalized_form(Type::numeric, "{1.5}"));
    EXPECT_EQ(normalized_form(Type::double_precision, "{-0,NaN}"), normalized_form(Type::double_precision, "{0,nan}"));
    EXPECT_EQ(normalized_form(Type::interval, "{1 mon}"), normalized_form(Type::interval, "{720:00}"));
    EXPECT_EQ(normalized_form(Type::jsonb, "{1.0}"), normalized_form(Type::jsonb, "{1}"));
    EXPECT_NE(normalized_form(Type::text, "{a,b}"), normalized_form(Type::text, "{ab}"));
    for (const Type element : {Type::double_precision, Type::numeric, Type::interval})
        EXPECT_TRUE(is_array_value(array_type(element), normalized_form(element, "{1,2,NULL}")));
    EXPECT_NE(normalized_form(Type::text, "{NULL}"), normalized_form(Type::text, "{}"));
}

TEST(Array, order_is_that_of_the_elements_then_of_the_lengths) {
    const auto order = [](std::string_view a, std::string_view b) {
        return order_arrays(array_type(Type::integer), read(Type::integer, a), read(Type::integer, b));
    };
    EXPECT_EQ(order("{1,2}", "{1,2}"), 0);
    EXPECT_LT(order("{1}", "{1,0}"), 0);
    EXPECT_LT(order("{9}", "{10}"), 0);
    EXPECT_GT(order("{NULL}", "{1,2}"), 0);
    EXPECT_EQ(order("{NULL}", "{NULL}"), 0);
    EXPECT_LT(order("{}", "{NULL}"), 0);
}

TEST(ArrayExpression, tags) {
    const auto batch = events_of(R"([{"type":"a.b","source":"a","tags":["mobile","a b"],"data":{"x":"mobile"}},
                                     {"type":"a.b","source":"b","tags":[],"data":{}}])");
    expect_values(batch, {
                             {"tags", R"(["mobile","a b"] [])"},
                             {"cardinality(tags)", "2 0"},
                             {"array_length(tags, 1)", "2 null"},
                             {"'mobile' = ANY(tags)", "true false"},
                             {"data.x = ANY(tags)", "true false"},  // Of an empty array the value does not matter.
                             {"data.x <> ALL(tags)", "false true"},
                             {"source = ANY('{a,c}')", "true false"},
                             {"source LIKE ANY(ARRAY['a%', 'c'])", "true false"},
                             {"tags @> ARRAY['a b']", "true false"},
                             {"tags && '{x,mobile}'", "true false"},
                             {"tags <@ '{x,mobile}'", "false true"},
                             {"ARRAY[1.5, 2, 3, 1] @> ARRAY[1, cardinality(tags) + 0.5]", "false false"},
                             {"ARRAY[2::float8, 1, 1, 0] @> ARRAY[cardinality(tags)::float8, 1]", "true true"},
                             {"tags[1]", "\"mobile\" null"},
                             {"tags[2:]", "[\"a b\"] []"},
                             {"tags || 'x'::text", R"(["mobile","a b","x"] ["x"])"},
                             {"array_to_string(tags, '+')", "\"mobile+a b\" \"\""},
                             {"tags::text", R"("{mobile,\"a b\"}" "{}")"},
                             {"tags = ARRAY[source, 'a b']", "false false"},
                             {"tags IS NOT DISTINCT FROM '{mobile,a b}'", "true false"},
                         });
}

TEST(ArrayExpression, nulls_among_elements_are_unknown) {
    expect_values(events_with_data({R"({"x":1})"}), {
                                                        {"data.x::int = ANY('{1,NULL}')", "true"},
                                                        {"data.x::int = ANY('{2,NULL}')", "null"},
                                                        {"data.x::int <> ALL('{2,NULL}')", "null"},
                                                        {"data.x::int <> ALL('{1,NULL}')", "false"},
                                                        {"data.x::int = ANY(ARRAY[data.y::int, 1])", "true"},
                                                        {"data.x::int = ANY(ARRAY[data.y::int, 2])", "null"},
                                                        {"data.x::int = ANY(ARRAY[1 / (data.x::int - 1)])", "!"},
                                                        {"data.x::int = ANY(NULL)", "null"},
                                                        {"ARRAY[data.y::int] @> ARRAY[data.y::int]", "false"},
                                                        {"ARRAY[data.y::int] = ARRAY[data.y::int]", "true"},
                                                    });
}

TEST(ArrayExpression, types_of_elements) {
    expect_values(events_with_data({R"({"x":1.5,"s":"{1,2}"})"}),
                  {
                      {"ARRAY[1, data.x]", "[1,1.5]"},
                      {"ARRAY['a', data.s]", R"(["a","{1,2}"])"},
                      {"data.s::int[]", "[1,2]"},
                      {"(data.s::text::int[])[2] + 1", "3"},
                      {"array_append(ARRAY[1], 2.5)", "[1,2.5]"},
                      {"ARRAY[1.6, 2]::int[]", "[2,2]"},
                      {"ARRAY[]::text[]", "[]"},
                      {"ARRAY['1', '2']::bigint[]", "[1,2]"},
                      {"data.s::boolean[]", "!"},
                      {"ARRAY[data.x, data.x]", "the elements of the array have no known type"},
                      {"ARRAY[]", "the type of an empty array is not known"},
                      {"ARRAY[1, 'x']", "invalid input syntax for type integer: \"x\""},
                      {"ARRAY[tags]", "arrays of more than one dimension are not supported"},
                      {"1 = ANY(2)", "ANY needs an array, not integer"},
                      {"1 + ANY(ARRAY[1])", "+ gives no boolean"},
                      {"1 = ANY(tags)", "there is no operator integer = text"},
                      {"source[1]", "this form of access is not supported"},
                  });
}

}  // namespace
}  // namespace sf::sql
