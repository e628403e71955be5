#include "unit/cli/recording/recorded_events.hpp"

#include <gtest/gtest.h>

namespace sf::recording {
namespace {

RecordingOptions with(const std::string& yaml, Format format = Format::csv) {
    auto mapping = parse_mapping(yaml, "m.yaml");
    EXPECT_TRUE(mapping) << mapping.error().text();
    return {.format = format, .mapping = *mapping};
}

TEST(TableRecording, mapping_makes_the_event) {
    const auto all = read_text("when,who,n,flag,note\n1500000000.25,17850.0,007,yes,\n1500000001,,,,x\n",
                               with("event: {type: a.b, source: s, severity: high, timestamp: {column: when, format: "
                                    "epoch_s}, user_id: {column: who, as: integer},"
                                    "tags: [red, {column: note}],"
                                    "data: {n: {column: n, as: integer, empty: 0}, flag: {column: flag, as: boolean, "
                                    "empty: null}, note: {column: note}, k: 5}}"));
    ASSERT_EQ(all.events.size(), 2u);
    EXPECT_EQ(
        without_id(all.events[0]),
        R"({"type":"a.b","source":"s","user_id":"17850","severity":"high","timestamp":"2017-07-14T02:40:00.25Z","tags":["red"],)"
        R"("data":{"n":7,"flag":true,"k":5}})");
    EXPECT_EQ(without_id(all.events[1]),
              R"({"type":"a.b","source":"s","severity":"high","timestamp":"2017-07-14T02:40:01Z","tags":["red","x"],)"
              R"("data":{"n":0,"flag":null,"note":"x","k":5}})");
}

TEST(TableRecording, tags_are_texts) {
    const auto all = read_text("17850.0\n7\n",
                               with("columns: [n]\nevent: {type: t, source: s, tags: [5, {column: n, as: integer}]}"));
    EXPECT_EQ(without_id(all.events.at(0)), R"({"type":"t","source":"s","tags":["5","17850"],"data":{}})");
    EXPECT_EQ(without_id(all.events.at(1)), R"({"type":"t","source":"s","tags":["5","7"],"data":{}})");
    const auto empty =
        read_text(",x\n", with("columns: [n, m]\nevent: {type: t, source: s, user_id: {column: n, empty: 0},"
                               "tags: [{column: n, empty: 1}]}"));
    EXPECT_EQ(without_id(empty.events.at(0)), R"({"type":"t","source":"s","user_id":"0","tags":["1"],"data":{}})");
}

TEST(TableRecording, csv_quotes_newlines_and_crlf) {
    const auto all =
        read_text("\xEF\xBB\xBFtype,\"a b\",c\r\nx.y,\"say \"\"hi\"\", you\",\"two\r\nlines\"\r\nx.z,,\"\"\r\n",
                  {.format = Format::csv});
    ASSERT_EQ(all.events.size(), 2u);
    EXPECT_EQ(without_id(all.events[0]),
              R"({"type":"x.y","source":"test","data":{"a b":"say \"hi\", you","c":"two\r\nlines"}})");
    EXPECT_EQ(without_id(all.events[1]), R"({"type":"x.z","source":"test","data":{}})");
    EXPECT_EQ(all.lines, (std::vector<std::uint64_t>{2, 4}));
}

TEST(TableRecording, tsv_has_no_quotes) {
    const auto all = read_text("type\tv\tw\na\t\"x\t\n", {.format = Format::tsv});
    EXPECT_EQ(without_id(all.events.at(0)), R"({"type":"a","source":"test","data":{"v":"\"x"}})");
}

TEST(TableRecording, other_delimiters_and_no_header) {
    const auto all = read_text("1;-;x\n", with("delimiter: ';'\ncolumns: [a, b, c]\nempty_texts: ['-']\nevent: {type: "
                                               "t, source: s, data: {b: {column: b, empty: 0}, c: {column: c}}}"));
    EXPECT_EQ(without_id(all.events.at(0)), R"({"type":"t","source":"s","data":{"b":0,"c":"x"}})");
}

TEST(TableRecording, bad_records_are_problems_with_their_line) {
    const auto all = read_text(
        "type,n,t\na,1,x\na,1\na,y,2020-01-01T00:00:00Z\na,1,2020-01-01T00:00:00Z\n\"a\"b,1,2\n",
        with("event: {type: {column: type}, source: s, timestamp: {column: t}, data: {n: {column: n, as: number}}}"));
    EXPECT_EQ(all.lines, (std::vector<std::uint64_t>{5}));
    ASSERT_EQ(all.problems.size(), 4u);
    EXPECT_EQ(all.problems[0].line, 2u);
    EXPECT_EQ(all.problems[0].why, "\"x\" in column \"t\" is not a time of the given format");
    EXPECT_EQ(all.problems[1].why, "2 fields where the header has 3");
    EXPECT_EQ(all.problems[2].why, "\"y\" in column \"n\" is no number");
    EXPECT_EQ(all.problems[3].why, "something stands between a field's closing quote and the next delimiter");
    EXPECT_EQ(all.problems[3].line, 6u);
}

TEST(TableRecording, open_quote_costs_one_line) {
    const auto all = read_text("type,v\na,\"x\nb,y\nc,z\n", {.format = Format::csv});
    ASSERT_EQ(all.problems.size(), 1u);
    EXPECT_EQ(all.problems[0].line, 2u);
    EXPECT_EQ(all.problems[0].text, "a,\"x");
    EXPECT_EQ(all.problems[0].why, "a field's closing quote is missing");
    EXPECT_EQ(all.lines, (std::vector<std::uint64_t>{3, 4}));
}

TEST(TableRecording, missing_column_is_an_error_of_the_file) {
    const auto opened = open_recording(TextInput::from_text("Time,host\n1,2\n"),
                                       with("event: {type: t, timestamp: {column: time, format: epoch_s}}"));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().text(),
              "there is no column \"time\"\ndetail: the columns are: Time, host\nhint: did you mean \"Time\"?");
}

TEST(TableRecording, type_must_come_from_somewhere) {
    const auto opened = open_recording(TextInput::from_text("a,b\n1,2\n"), {.format = Format::csv});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().text(),
              "nothing says what type the events have\ndetail: the file has no column \"type\"\nhint: add --type "
              "web.click, or a mapping file with --mapping");
}

TEST(TableRecording, empty_file_has_no_events) {
    EXPECT_TRUE(read_text("", {.format = Format::csv}).events.empty());
    EXPECT_TRUE(read_text("type\n", {.format = Format::csv}).events.empty());
}

}  // namespace
}  // namespace sf::recording
