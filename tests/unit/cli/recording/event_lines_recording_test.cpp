#include "unit/cli/recording/recorded_events.hpp"

#include <gtest/gtest.h>

namespace sf::recording {
namespace {

TEST(EventLines, line_goes_out_as_it_is_with_an_id) {
    const auto all = read_text("{\"type\": \"web.click\",\"source\":\"s\",\"data\":{\"a\":1.50}}\r\n\n", {});
    ASSERT_EQ(all.events.size(), 1u);
    EXPECT_EQ(without_id(all.events[0]), R"({"type":"web.click","source":"s","data":{"a":1.50}})");
}

TEST(EventLines, own_id_stays) {
    const std::string line = R"({"source":"s","id":"018f4e9c-1c2b-7a3d-8e4f-5a6b7c8d9e0f"})";
    EXPECT_EQ(read_text(line, {}).events.at(0), line);
    EXPECT_NE(id_of(read_text(R"({"id":null,"type":"a"})", {}).events.at(0)), "null");
}

TEST(EventLines, overrides_replace) {
    RecordingOptions options{.type = "x.y", .source = "z"};
    EXPECT_EQ(without_id(read_text(R"({"type":"a","user_id":"u","source":"b"})", options).events.at(0)),
              R"({"user_id":"u","type":"x.y","source":"z"})");
}

TEST(EventLines, times_are_shifted) {
    RecordingOptions options{.shift = std::chrono::hours{1}};
    EXPECT_EQ(without_id(read_text(R"({"timestamp":"2020-01-01T00:00:00.5Z"})", options).events.at(0)),
              R"({"timestamp":"2020-01-01T01:00:00.5Z"})");
}

TEST(EventLines, broken_lines_are_problems) {
    const auto all = read_text("{\"a\":1}\n{\"a\":tru}\n[]\n{} {}\n\xff\n{\"a\":1}", {});
    EXPECT_EQ(all.lines, (std::vector<std::uint64_t>{1, 6}));
    ASSERT_EQ(all.problems.size(), 4u);
    EXPECT_EQ(all.problems[0].line, 2u);
    EXPECT_EQ(all.problems[0].why, "not a JSON value (byte 5)");
    EXPECT_EQ(all.problems[1].why, "an event is a JSON object (byte 0)");
    EXPECT_EQ(all.problems[2].why, "something follows the event (byte 3)");
    EXPECT_EQ(all.problems[3].why, "not valid UTF-8 (byte 0)");
}

}  // namespace
}  // namespace sf::recording
