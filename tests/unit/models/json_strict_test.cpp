// Our second stage against simdjson's: both must take and refuse the same texts, but for what we refuse on purpose.
#include "models/json_strict.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <random>

namespace sf::models {
namespace {

struct Verdict {
    bool well_formed = false;
    std::vector<JsonComplaint> complaints;
};

Verdict judge(const std::string& text) {
    std::string padded = text + std::string(JsonIndex::kPadding, ' ');
    JsonIndex index;
    JsonError error;
    Verdict verdict;
    const std::string_view view = std::string_view(padded).substr(0, text.size());
    if (!index.build(view, error)) return verdict;
    StrictJson json;
    json.start(view, index);
    std::string_view raw;
    verdict.well_formed = json.skip_value(raw, 0, verdict.complaints) && json.at_end();
    return verdict;
}

bool simdjson_takes(const std::string& text) {
    simdjson::dom::parser parser;
    return parser.parse(text).error() == simdjson::SUCCESS;
}

TEST(StrictJson, takes_what_the_rfc_allows) {
    for (const char* text :
         {"0", "-0", "1.5e3", "-1E-2", "true", "false", "null", "\"\"", "[]", "{}", " [ 1 , 2 ] ", "{\"a\":{\"b\":[]}}",
          "\"\\u00e9\\ud83d\\ude00\\n\"", "[[[]],{}]", "123456789012345678901234567890", "1.10"}) {
        EXPECT_TRUE(judge(text).well_formed) << text;
        EXPECT_TRUE(judge(text).complaints.empty()) << text;
    }
}

TEST(StrictJson, refuses_what_it_does_not) {
    for (const char* text : {"",
                             " ",
                             "tru",
                             "truee",
                             "nul",
                             "01",
                             "-",
                             "-a",
                             "1.",
                             ".5",
                             "1e",
                             "1e+",
                             "+1",
                             "NaN",
                             "Infinity",
                             "-Infinity",
                             "0x1",
                             "[1,]",
                             "[,1]",
                             "[1 2]",
                             "[",
                             "]",
                             "{",
                             "{\"a\"}",
                             "{\"a\":}",
                             "{\"a\":1,}",
                             "{a:1}",
                             "{\"a\":1 \"b\":2}",
                             "{\"a\":1]",
                             "[1}",
                             "\"a\" \"b\"",
                             "1 1",
                             "'a'",
                             "\"a",
                             "[1]x",
                             "\"a\"x",
                             "[\"a\"x]",
                             "{1:2}",
                             "\f[]",
                             "[1\v]",
                             "{\"a\":1,,\"b\":2}",
                             "[true,fals]",
                             "// x\n1",
                             "\xEF\xBB\xBF{}",
                             "\"\xED\xA0\x80\"",
                             "\"\x01\"",
                             "[:]",
                             "{:1}"}) {
        EXPECT_FALSE(judge(text).well_formed) << text;
    }
}

TEST(StrictJson, complains_about_what_breaks_other_readers) {
    for (const char* text : {"{\"a\":1,\"a\":2}", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u0000\"", "1e400", "-1e400",
                             "\"\\x\"", "\"\\u12g4\""}) {
        EXPECT_TRUE(judge(text).well_formed) << text;
        EXPECT_EQ(judge(text).complaints.size(), 1u) << text;
    }
}

// Random edits of valid texts reach the odd corners that a list misses.
TEST(StrictJson, agrees_with_the_dom_parser_on_random_texts) {
    const std::vector<std::string> seeds = {
        R"({"type":"web.click","n":[1,2.5,-3e4,true,false,null],"s":"a\"b\\c\u00e9","o":{"x":{},"y":[]}})",
        R"([{"a":"b"},{"a":"c"},[[["d"]]], 0, -0.0, 12345678901234567, "", " ", "\ud83d\ude00"])",
    };
    const std::string alphabet = "{}[]:,\"\\ \n\t0123456789.eE+-truefalsn/ux\x01\xC3\xA9";
    std::mt19937 random(20260301);
    int agreed_valid = 0;
    for (int round = 0; round < 200'000; ++round) {
        std::string text = seeds[random() % seeds.size()];
        const int edits = 1 + static_cast<int>(random() % 3);
        for (int i = 0; i < edits; ++i) {
            const std::size_t at = random() % text.size();
            switch (random() % 4) {
                case 0: text[at] = alphabet[random() % alphabet.size()]; break;
                case 1: text.insert(at, 1, alphabet[random() % alphabet.size()]); break;
                case 2: text.erase(at, 1 + random() % 3); break;
                default: text.insert(at, text.substr(random() % text.size(), random() % 6)); break;
            }
            if (text.empty()) text = "0";
        }
        const Verdict ours = judge(text);
        const bool theirs = simdjson_takes(text);
        const bool clean = ours.well_formed && ours.complaints.empty();
        if (clean) {
            // Integers past 64 bits are fine as text.
            ASSERT_TRUE(theirs || text.find_first_of("0123456789") != std::string::npos) << text;
            if (theirs) ++agreed_valid;
        } else if (theirs) {
            ASSERT_FALSE(ours.complaints.empty()) << "refused what the DOM parser takes, without a reason: " << text;
        }
        if (!theirs && clean) {
            simdjson::dom::parser parser;
            ASSERT_EQ(parser.parse(text).error(), simdjson::NUMBER_ERROR) << text;
        }
    }
    EXPECT_GT(agreed_valid, 10'000);
}

}  // namespace
}  // namespace sf::models
