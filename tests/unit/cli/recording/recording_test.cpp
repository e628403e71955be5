#include "unit/cli/recording/recorded_events.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sf::recording {
namespace {

constexpr const char* kLines = "{\"type\":\"a\",\"source\":\"s\"}\n{\"type\":\"a\",\"source\":\"s\"}\n";

std::vector<std::string> ids(const std::string& text, RecordingOptions options = {}) {
    std::vector<std::string> result;
    for (const std::string& event : read_text(text, std::move(options)).events) result.push_back(id_of(event));
    return result;
}

TEST(RecordingIds, stay_the_same) {
    // Golden: these ids are a promise. If they change, replaying an old file again would count it twice.
    EXPECT_EQ(ids(kLines, {.name = "a.ndjson"}), (std::vector<std::string>{"9ebc9776-6c08-81c4-940c-b2ef2c15a3c3",
                                                                           "4217f6e1-5759-87a7-ad7f-98f508cdbd3a"}));
}

TEST(RecordingIds, equal_lines_are_different_events) {
    const auto made = ids(kLines);
    EXPECT_NE(made.at(0), made.at(1));
}

TEST(RecordingIds, depend_on_name_run_line_and_content_only) {
    const auto plain = ids(kLines, {.name = "a"});
    EXPECT_NE(ids(kLines, {.name = "b"}), plain);
    EXPECT_NE(ids(kLines, {.name = "a", .run = "2"}), plain);
    EXPECT_EQ(ids(kLines, {.name = "a", .type = "x", .source = "y", .shift = std::chrono::hours{1}}), plain);
    // More lines behind change nothing: a log that has grown can be sent again.
    auto grown = ids(std::string(kLines) + "{\"type\":\"b\"}", {.name = "a"});
    grown.pop_back();
    EXPECT_EQ(grown, plain);
    // Nor do line ends.
    EXPECT_EQ(ids("{\"type\":\"a\",\"source\":\"s\"}\r\n{\"type\":\"a\",\"source\":\"s\"}", {.name = "a"}), plain);
}

TEST(Formats, are_guessed_by_extension) {
    EXPECT_EQ(guess_format("x/access.LOG"), Format::clf);
    EXPECT_EQ(guess_format("a.jsonl"), Format::ndjson);
    EXPECT_EQ(guess_format("a.csv"), Format::csv);
    EXPECT_EQ(guess_format("a.tsv"), Format::tsv);
    EXPECT_FALSE(guess_format("a.txt"));
    EXPECT_FALSE(guess_format("-"));
    EXPECT_EQ(parse_format("combined"), Format::clf);
    EXPECT_FALSE(parse_format("xml"));
}

TEST(Recording, mapping_is_only_for_tables) {
    RecordingOptions options{.format = Format::clf, .mapping = Mapping{}};
    EXPECT_FALSE(open_recording(TextInput::from_text(""), options));
    options.format = Format::ndjson;
    EXPECT_FALSE(open_recording(TextInput::from_text(""), options));
}

}  // namespace
}  // namespace sf::recording
