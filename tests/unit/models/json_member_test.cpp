#include "models/json_member.hpp"

#include <gtest/gtest.h>

#include <random>

namespace sf::models {
namespace {

std::string text_of(std::string_view object, std::string_view name) {
    const auto value = json_member(object, name);
    if (!value) return "absent";
    const auto text = json_value_text(*value);
    return text ? *text : "null";
}

TEST(JsonMember, finds_values_of_every_kind) {
    const std::string_view object =
        R"({"text":"shop","empty":"","number":-12.50,"big":123456789012345678901234567890.12345,"yes":true,"none":null,)"
        R"("list":[1,{"text":"inner"},"]"],"object":{"a":"}","b":[{}]},"last":1e5})";
    EXPECT_EQ(text_of(object, "text"), "shop");
    EXPECT_EQ(text_of(object, "empty"), "");
    EXPECT_EQ(text_of(object, "number"), "-12.50");
    EXPECT_EQ(text_of(object, "big"), "123456789012345678901234567890.12345");
    EXPECT_EQ(text_of(object, "yes"), "true");
    EXPECT_EQ(text_of(object, "none"), "null");
    EXPECT_EQ(text_of(object, "list"), R"([1,{"text":"inner"},"]"])");
    EXPECT_EQ(text_of(object, "object"), R"({"a":"}","b":[{}]})");
    EXPECT_EQ(text_of(object, "last"), "1e5");
    EXPECT_EQ(text_of(object, "inner"), "absent");
    EXPECT_EQ(text_of(object, ""), "absent");
    EXPECT_EQ(text_of("{}", "a"), "absent");
}

TEST(JsonMember, takes_spaces_and_escapes) {
    const std::string_view object = " {\n \"a\\\"b\" : \"x\\u00e9\\n\\\\\" ,\t\"\\u0063\" : 7 , \"d\":[ 1 , 2 ] } ";
    EXPECT_EQ(text_of(object, "a\"b"), "x\xc3\xa9\n\\");
    EXPECT_EQ(text_of(object, "c"), "7");
    EXPECT_EQ(text_of(object, "d"), "[ 1 , 2 ]");
}

TEST(JsonMember, the_first_of_two_counts) { EXPECT_EQ(text_of(R"({"a":1,"a":2})", "a"), "1"); }

TEST(JsonMember, text_that_is_no_object_gives_nothing_or_a_piece_of_it) {
    for (const std::string_view text :
         {"", " ", "[]", "[\"a\",1]", "null", "{", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":}", "{\"a\":\"x",
          "{\"a\":\"x\\", "{\"a\":[", "{\"a\":[1", "{\"a\":{\"b\":1", "{a:1}", "{\"b\" 1,\"a\":2}"}) {
        EXPECT_EQ(text_of(text, "a"), "absent") << text;
    }
    EXPECT_EQ(json_value_text("\"bad \\escape\""), "bad \\escape");
    EXPECT_EQ(json_value_text("\""), "\"");
}

TEST(JsonMember, damage_never_leads_out_of_the_text) {
    const std::string object = R"({"a":"x\u00e9\n","b":[1,{"c":"}"}],"d":-1.5e3,"e":{"f":null}})";
    std::mt19937 random(3);
    for (int round = 0; round < 20'000; ++round) {
        std::string damaged = object.substr(0, round % 3 == 0 ? random() % object.size() : object.size());
        for (int i = 0; i < 2 && !damaged.empty(); ++i)
            damaged[random() % damaged.size()] = "\"\\{}[]:, \0x1"[random() % 12];
        const std::string exact(damaged.begin(), damaged.end());
        for (const char* name : {"a", "b", "d", "e", "zz"}) {
            const auto value = json_member(exact, name);
            if (!value) continue;
            EXPECT_GE(value->data(), exact.data());
            EXPECT_LE(value->data() + value->size(), exact.data() + exact.size());
            (void)json_value_text(*value);
        }
    }
}

}  // namespace
}  // namespace sf::models
