// JSON values as jsonb: what is printed, what is equal, and the canonical texts of plain values.
#include "sql/values/jsonb.hpp"

#include <gtest/gtest.h>

namespace sf::sql {
namespace {

std::string printed(std::string_view value) {
    std::string out;
    return append_jsonb(out, value, 1 << 20) ? out : "refused" + out;
}

std::string canonical(std::string_view value) {
    std::string out;
    const bool fine = append_json_scalar(out, value);
    EXPECT_TRUE(!is_canonical_scalar(value) || out == value) << value;
    return fine ? out : "none" + out;
}

TEST(Jsonb, prints_as_postgresql) {
    EXPECT_EQ(printed(R"({ "bb":1 , "a":[1,2.50,[ ]],"c":{"z":null}, "Ä":true,"":"x" })"),
              R"({"": "x", "a": [1, 2.50, []], "c": {"z": null}, "bb": 1, "Ä": true})");
    EXPECT_EQ(printed(R"("a\u0041\/\n\u001f\"\\é\ud83d\ude00")"), "\"aA/\\n\\u001f\\\"\\\\é😀\"");
    EXPECT_EQ(printed(R"({"\u0062":1,"a":2})"), R"({"a": 2, "b": 1})");
    for (const auto& [number, wanted] : {std::pair{"1e3", "1000"},
                                         {"1.50", "1.50"},
                                         {"-0", "0"},
                                         {"-0.0", "0.0"},
                                         {"1.5e1", "15"},
                                         {"1.5e-3", "0.0015"},
                                         {"12.340e1", "123.40"},
                                         {"0e5", "0"},
                                         {"0.00e1", "0.0"},
                                         {"-12E+2", "-1200"},
                                         {"1e-5", "0.00001"}})
        EXPECT_EQ(printed(number), wanted) << number;
    EXPECT_EQ(printed("1e-99999"), "refused");
    EXPECT_EQ(printed("[1, {\"a\": 1e-99999}]"), "refused");
}

TEST(Jsonb, prints_up_to_a_size) {
    for (const std::string_view value : {R"({"a": [1, 2.50, []], "bb": "x"})", "[1, 2]", "\"abc\"", "true", "1000",
                                         "-0.001", "{}", "[[[]]]", "0.00"}) {
        std::string out = "before";
        EXPECT_TRUE(append_jsonb(out, value, value.size())) << value;
        EXPECT_EQ(out, "before" + std::string(value));
        for (std::size_t size = 0; size < value.size(); ++size) {
            out = "before";
            EXPECT_FALSE(append_jsonb(out, value, size)) << value;
            EXPECT_EQ(out, "before");
        }
    }
}

TEST(Jsonb, is_not_printed_before_its_size_is_asked_for) {
    std::string value = "[";
    for (int i = 0; i < 30'000; ++i) value += i == 0 ? "1e-16383" : ",1e-16383";
    value += ']';
    std::string out;
    EXPECT_FALSE(append_jsonb(out, value, 1 << 20));
    EXPECT_LT(out.capacity(), 3u << 20);
    EXPECT_FALSE(append_jsonb(out, "1e131000", 100));
    EXPECT_LT(out.capacity(), 3u << 20);
}

TEST(Jsonb, is_equal_by_value) {
    EXPECT_TRUE(jsonb_equal("1", "1.00"));
    EXPECT_TRUE(jsonb_equal("100", "1e2"));
    EXPECT_TRUE(jsonb_equal("-0", "0.0"));
    EXPECT_TRUE(jsonb_equal(R"({"a":1,"b":[true]})", R"({"b" : [true], "a" : 1.0})"));
    EXPECT_TRUE(jsonb_equal(R"("a")", R"("\u0061")"));
    EXPECT_FALSE(jsonb_equal("1", "\"1\""));
    EXPECT_FALSE(jsonb_equal("[1,2]", "[2,1]"));
    EXPECT_FALSE(jsonb_equal("12345678901234567890", "12345678901234567891"));
    EXPECT_FALSE(jsonb_equal("{}", R"({"a":null})"));
}

TEST(Jsonb, steps) {
    EXPECT_EQ(json_member(R"({"a":{"b":1}, "\u0062":"x"})", "a"), R"({"b":1})");
    EXPECT_EQ(json_member(R"({"a":1, "\u0062":"x"})", "b"), "\"x\"");
    EXPECT_EQ(json_member(R"({"a":1})", "z"), std::nullopt);
    EXPECT_EQ(json_member("[1]", "a"), std::nullopt);
    EXPECT_EQ(json_element("[1, \"]\", [2]]", 1), "\"]\"");
    EXPECT_EQ(json_element("[1, \"]\", [2]]", -1), "[2]");
    EXPECT_EQ(json_element("[1]", 1), std::nullopt);
    EXPECT_EQ(json_element("[1]", -2), std::nullopt);
    EXPECT_EQ(json_element("[]", 0), std::nullopt);
    EXPECT_EQ(json_element("5", 0), "5");
    EXPECT_EQ(json_element("\"a\"", -1), "\"a\"");
    EXPECT_EQ(json_element("5", 1), std::nullopt);
    EXPECT_EQ(json_element("5", -2), std::nullopt);
    EXPECT_EQ(json_element("{\"0\":1}", 0), std::nullopt);
    EXPECT_TRUE(json_exists(R"({"a":null})", "a"));
    EXPECT_TRUE(json_exists(R"(["a", 1])", "a"));
    EXPECT_TRUE(json_exists("\"a\"", "a"));
    EXPECT_FALSE(json_exists(R"(["1", 1, {"a":1}])", "a"));
    EXPECT_FALSE(json_exists("1", "1"));
}

TEST(Jsonb, canonical_texts) {
    for (const auto& [value, wanted] : {std::pair{"1", "1"},
                                        {"1.0", "1"},
                                        {"-0", "0"},
                                        {"0.0", "0"},
                                        {"1e2", "100"},
                                        {"100", "100"},
                                        {"1.50", "1.5"},
                                        {"-1.5e-3", "-0.0015"},
                                        {"1e39", "1000000000000000000000000000000000000000"},
                                        {"1e40", "1e40"},
                                        {"10000000000000000000000000000000000000000", "1e40"},
                                        {"123e-60", "123e-60"},
                                        {"0.1e-59", "1e-60"},
                                        {"0e999999999999", "0"},
                                        {"\"a\"", "\"a\""},
                                        {"\"\\u0061\\/\"", "\"a/\""},
                                        {"\"\\\"\"", "\"\\\"\""},
                                        {"\"\\u0009\"", "\"\\t\""},
                                        {"true", "true"},
                                        {"null", "none"},
                                        {"{}", "none"},
                                        {"[1]", "none"}})
        EXPECT_EQ(canonical(value), wanted) << value;
}

TEST(Jsonb, checks_texts_of_other_origin) {
    EXPECT_TRUE(is_jsonb(" {\"a\": [1, true]} "));
    for (const char* text :
         {"", "{", "{a:1}", "'a'", "tru", "01", "\"\\u0000\"", "\"\\ud800\"", "{\"a\":1,\"a\":2}", "[1] x"})
        EXPECT_FALSE(is_jsonb(text)) << text;
    EXPECT_FALSE(is_jsonb(std::string(40, '[') + std::string(40, ']')));
}

}  // namespace
}  // namespace sf::sql
