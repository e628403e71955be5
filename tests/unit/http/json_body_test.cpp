#include "http/json_body.hpp"

#include <gtest/gtest.h>

namespace sf::http {
namespace {

struct Sample {
    std::string name;
    std::int64_t count = 0;
    double ratio = 0;
    bool enabled = false;
    std::optional<std::string> note;
    std::optional<std::int64_t> limit;
};
BOOST_DESCRIBE_STRUCT(Sample, (), (name, count, ratio, enabled, note, limit))

// The response's status and problems, or what was read.
std::string parsed(std::string_view json) {
    const Body body = Body::copy_of(json);
    Sample sample;
    if (const auto refusal = parse_body(body.view(), sample))
        return std::to_string(refusal->status) + ' ' + refusal->body;
    return sample.name + '|' + std::to_string(sample.count) + '|' + std::to_string(sample.ratio) + '|' +
           (sample.enabled ? "yes" : "no") + '|' + sample.note.value_or("-") + '|' +
           (sample.limit ? std::to_string(*sample.limit) : "-");
}

TEST(JsonBody, reads_every_kind_of_member) {
    EXPECT_EQ(parsed(R"({"name":"a","count":-7,"ratio":1.5e1,"enabled":true,"note":"n","limit":3})"),
              "a|-7|15.000000|yes|n|3");
    EXPECT_EQ(parsed(R"( { "limit" : null , "enabled":false,"ratio":2,"count":0,"name":"\u00e9\n\"" } )"),
              "\u00e9\n\"|0|2.000000|no|-|-");
}

TEST(JsonBody, lists_every_problem_with_its_pointer) {
    const std::string answer =
        parsed(R"({"name":1,"count":1.5,"ratio":"x","extra/~":0,"enabled":null,"note":[],"note":"again"})");
    EXPECT_TRUE(answer.starts_with("422 ")) << answer;
    for (const auto& part : {R"({"pointer":"/name","detail":"must be of type string"})",
                             R"({"pointer":"/count","detail":"must be of type integer"})",
                             R"({"pointer":"/ratio","detail":"must be of type number"})",
                             R"({"pointer":"/extra~1~0","detail":"there is no such member"})",
                             R"({"pointer":"/enabled","detail":"must be of type boolean"})",
                             R"({"pointer":"/note","detail":"must be of type string"})",
                             R"({"pointer":"/note","detail":"this key stands twice"})"}) {
        EXPECT_NE(answer.find(part), std::string::npos) << part << " in " << answer;
    }
    EXPECT_NE(parsed("{}").find(R"({"pointer":"/count","detail":"is required"})"), std::string::npos);
    EXPECT_EQ(parsed("{}").find("/note"), std::string::npos);
}

struct Inner {
    std::string name;
    std::optional<std::int64_t> count;
};
BOOST_DESCRIBE_STRUCT(Inner, (), (name, count))

struct Nested {
    Inner one;
    std::optional<Inner> two;
    std::vector<Inner> many;
    std::optional<std::vector<std::string>> words;
};
BOOST_DESCRIBE_STRUCT(Nested, (), (one, two, many, words))

TEST(JsonBody, objects_and_lists_are_read_all_the_way_down) {
    const Body good = Body::copy_of(
        R"({"one":{"name":"a","count":1},"two":null,"many":[{"name":"b"},{"name":"c, ]}"}],"words":["x","\u00e9",""]})");
    Nested nested;
    ASSERT_FALSE(parse_body(good.view(), nested));
    EXPECT_EQ(nested.one.name, "a");
    EXPECT_FALSE(nested.two);
    ASSERT_EQ(nested.many.size(), 2u);
    EXPECT_EQ(nested.many[1].name, "c, ]}");
    EXPECT_EQ(nested.words, (std::vector<std::string>{"x", "\u00e9", ""}));

    const Body bad =
        Body::copy_of(R"({"one":[],"two":{"name":1,"more":2},"many":[{"name":"a"},{"count":"x"},3],"words":["a",1]})");
    Nested other;
    std::string told;
    for (const FieldError& error : read_members(bad.view(), members_of(other)))
        told += error.pointer + ": " + error.detail + '\n';
    EXPECT_EQ(told,
              "/one: must be of type object\n/two/name: must be of type string\n/two/more: there is no such member\n"
              "/many/1/count: must be of type integer\n/many/1/name: is required\n/many/2: must be of type object\n"
              "/words/1: must be of type string\n");
    EXPECT_NE(json_schema<Nested>().find(R"("many":{"type":"array","items":{"type":"object")"), std::string::npos);
}

TEST(JsonBody, after_twenty_problems_nobody_reads_on) {
    std::string json = "{\"k0\":1";
    for (int i = 1; i < 100'000; ++i) json += ",\"k" + std::to_string(i) + "\":1";
    const Body body = Body::copy_of(json + "}");
    Sample sample;
    EXPECT_EQ(read_members(body.view(), members_of(sample)).size(), 20u);
}

TEST(JsonBody, integers_are_exact_or_refused) {
    EXPECT_TRUE(parsed(R"({"name":"","count":9223372036854775807,"ratio":0,"enabled":true})")
                    .starts_with("|9223372036854775807|"));
    for (const auto& number : {"9223372036854775808", "1e3", "1.0", "-", "\"1\""}) {
        EXPECT_TRUE(
            parsed(R"({"name":"","ratio":0,"enabled":true,"count":)" + std::string(number) + "}").starts_with("4"))
            << number;
    }
}

TEST(JsonBody, what_is_no_json_is_400) {
    for (const auto& text : {"",
                             " ",
                             "null",
                             "[]",
                             "7",
                             "{",
                             "}",
                             "{]",
                             R"({"name")",
                             R"({"name":})",
                             R"({"name":"a",})",
                             R"({,"name":"a"})",
                             R"({"name":"a"}})",
                             R"({"name":"a"} x)",
                             R"({name:"a"})",
                             R"({'name':'a'})",
                             R"({"name":"a" "count":1})",
                             R"({"name":tru})",
                             R"({"count":01})",
                             R"({"count":NaN})",
                             "{\"name\":\"\x01\"}",
                             "{\"name\":\"\xff\"}",
                             R"({"name":"a)",
                             "\xEF\xBB\xBF{}"}) {
        EXPECT_TRUE(parsed(text).starts_with("400 ")) << text << " gave " << parsed(text);
    }
}

TEST(JsonBody, deep_nesting_is_an_error_not_a_crash) {
    EXPECT_TRUE(parsed(R"({"name":)" + std::string(100'000, '[')).starts_with("400 "));
    EXPECT_TRUE(parsed(R"({"extra":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}").starts_with("4"));
}

TEST(JsonBody, the_schema_says_the_same) {
    EXPECT_EQ(
        json_schema<Sample>(),
        R"({"type":"object","additionalProperties":false,"properties":{"name":{"type":"string"},"count":{"type":"integer"},)"
        R"("ratio":{"type":"number"},"enabled":{"type":"boolean"},"note":{"type":["string","null"]},"limit":{"type":["integer","null"]}},)"
        R"("required":["name","count","ratio","enabled"]})");
}

}  // namespace
}  // namespace sf::http
