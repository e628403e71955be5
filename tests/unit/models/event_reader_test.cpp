#include "models/event_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sf::models {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kId = "018f4e9c-1c2b-7a3d-8e4f-5a6b7c8d9e0f";

class EventReaderTest : public ::testing::Test {
protected:
    std::optional<BodyProblem> read(std::string text, EventReader::Form form) {
        size_ = text.size();
        body_ = std::move(text);
        body_.resize(size_ + JsonIndex::kPadding, '\0');
        return reader_.read(std::string_view(body_).substr(0, size_), form, now_, ids_, reading_);
    }
    std::optional<BodyProblem> single(std::string text) { return read(std::move(text), EventReader::Form::single); }
    std::optional<BodyProblem> batch(std::string text) { return read(std::move(text), EventReader::Form::batch); }
    std::optional<BodyProblem> lines(std::string text) { return read(std::move(text), EventReader::Form::lines); }

    // The one complaint about the one event of a body.
    EventComplaint complaint_about(std::string text) {
        const auto problem = single(std::move(text));
        if (problem) return {"body", problem->detail};
        if (reading_.refused.size() != 1 || reading_.refused[0].complaints.size() != 1) return {"none", ""};
        return reading_.refused[0].complaints[0];
    }

    const Timestamp now_ = *parse_rfc3339("2026-03-01T12:00:00Z");
    UuidGenerator ids_;
    EventReader reader_;
    EventReading reading_;
    std::string body_;
    std::size_t size_ = 0;
};

TEST_F(EventReaderTest, reads_every_member) {
    ASSERT_FALSE(single(
        R"({"id":"018F4E9C-1c2b-7a3d-8e4f-5a6b7c8d9e0f","type":"web.click","source":"shop","timestamp":"2026-03-01T11:59:59.25+01:00",
        "severity":"high","user_id":"u-1","correlation_id":"c-1","tags":["a","b\u00e9"],"data":{"x":1.50,"y":[true,null]}})"));
    ASSERT_EQ(reading_.rows.size(), 1u);
    const EventRow& row = reading_.rows[0];
    EXPECT_EQ(to_string(row.id), kId);
    EXPECT_TRUE(row.id_from_client);
    EXPECT_EQ(row.type, "web.click");
    EXPECT_EQ(row.source, "shop");
    EXPECT_EQ(format_rfc3339(timestamp_from_micros(row.timestamp)), "2026-03-01T10:59:59.25Z");
    EXPECT_EQ(row.received_at, to_micros(now_));
    EXPECT_EQ(row.severity, Severity::high);
    EXPECT_EQ(row.user_id, "u-1");
    EXPECT_EQ(row.correlation_id, "c-1");
    EXPECT_EQ(row.data, R"({"x":1.50,"y":[true,null]})");
    TagReader tags(row.tags_encoded);
    std::string_view tag;
    ASSERT_TRUE(tags.next(tag));
    EXPECT_EQ(tag, "a");
    ASSERT_TRUE(tags.next(tag));
    EXPECT_EQ(tag, "b\xC3\xA9");
    EXPECT_FALSE(tags.next(tag));
}

TEST_F(EventReaderTest, fills_in_id_time_and_data) {
    ASSERT_FALSE(
        single(R"({"type":"a","source":"s","user_id":null,"timestamp":null,"id":null,"data":null,"tags":null})"));
    ASSERT_EQ(reading_.rows.size(), 1u);
    const EventRow& row = reading_.rows[0];
    EXPECT_FALSE(row.id_from_client);
    EXPECT_EQ(row.id.bytes[6] >> 4, 7);
    EXPECT_EQ(row.timestamp, to_micros(now_));
    EXPECT_EQ(row.data, "{}");
    EXPECT_FALSE(row.has_user_id);
}

TEST_F(EventReaderTest, says_where_an_event_is_wrong) {
    EXPECT_EQ(complaint_about(R"({"source":"s"})").pointer, "/type");
    EXPECT_EQ(complaint_about(R"({"type":"a"})").pointer, "/source");
    EXPECT_EQ(complaint_about(R"({"type":"Web.Click","source":"s"})").pointer, "/type");
    EXPECT_EQ(complaint_about(R"({"type":"a..b","source":"s"})").pointer, "/type");
    EXPECT_EQ(complaint_about(R"({"type":"a","source":""})").pointer, "/source");
    EXPECT_EQ(complaint_about(R"({"type":1,"source":"s"})").pointer, "/type");
    EXPECT_EQ(complaint_about(R"({"type":"a","source":"s","id":"7"})").pointer, "/id");
    EXPECT_EQ(complaint_about(R"({"type":"a","source":"s","timestamp":"yesterday"})").pointer, "/timestamp");
    EXPECT_EQ(complaint_about(R"({"type":"a","source":"s","timestamp":1700000000})").pointer, "/timestamp");
    EXPECT_EQ(complaint_about(R"({"type":"a","source":"s","severity":"urgent"})").pointer, "/severity");
    EXPECT_EQ(complaint_about(R"({"type":"a","source":"s","tags":["x",1]})").pointer, "/tags/1");
    EXPECT_EQ(complaint_about(R"({"type":"a","source":"s","data":[1]})").pointer, "/data");
    EXPECT_EQ(complaint_about(R"({"type":"a","source":"s","data":{"a":{"b~/":[1,{"c":1,"c":2}]}}})").pointer,
              "/data/a/b~0~1/1/c");
    EXPECT_EQ(complaint_about(R"({"type":"a","source":"s","data":{"x":[1e999]}})").pointer, "/data/x/0");
    EXPECT_EQ(complaint_about(R"({"type":"a","source":"s","data":{"x":"\ud800"}})").pointer, "/data/x");
    EXPECT_EQ(complaint_about(R"({"type":"a","source":"s","source":"t"})").pointer, "/source");
    EXPECT_EQ(complaint_about(R"(["type"])").detail, "an event is a JSON object");
    const auto unknown = complaint_about(R"({"type":"a","source":"s","userid":"u"})");
    EXPECT_EQ(unknown.pointer, "/userid");
    EXPECT_THAT(unknown.detail, HasSubstr("Did you mean \"user_id\"?"));
}

TEST_F(EventReaderTest, duplicate_keys_are_found_however_they_are_spelled) {
    EXPECT_EQ(complaint_about(R"({"type":"a","source":"s","data":{"a":1,"\u0061":2}})").pointer, "/data/a");
    EXPECT_EQ(complaint_about(R"({"type":"a","source":"s","data":{"\u0061":1,"a":2}})").pointer, "/data/a");
    std::string many = R"({"type":"a","source":"s","data":{)";
    for (int i = 0; i < 500; ++i) many += "\"k" + std::to_string(i) + "\":0,";
    ASSERT_FALSE(single(many + R"("last":1}})"));
    EXPECT_EQ(reading_.rows.size(), 1u);
    EXPECT_EQ(complaint_about(many + R"("k17":1}})").pointer, "/data/k17");
    ASSERT_FALSE(single(R"({"type":"a","source":"s","data":{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}})"));
    EXPECT_EQ(reading_.rows.size(), 1u) << "the same key in different objects is no duplicate";
}

TEST_F(EventReaderTest, a_wrong_event_leaves_its_neighbours_alone) {
    ASSERT_FALSE(batch(R"([{"type":"a","source":"s"}, {"type":"A","source":"s"}, 7, {"type":"b","source":"s"}])"));
    EXPECT_EQ(reading_.count, 4u);
    EXPECT_THAT(reading_.indexes, ::testing::ElementsAre(0, 3));
    ASSERT_EQ(reading_.refused.size(), 2u);
    EXPECT_EQ(reading_.refused[0].complaints[0].pointer, "/1/type");
    EXPECT_EQ(reading_.refused[1].complaints[0].pointer, "/2");
    EXPECT_EQ(reading_.refused[1].json, "7");
}

TEST_F(EventReaderTest, takes_the_events_member_and_points_into_it) {
    ASSERT_FALSE(batch(R"({"events":[{"type":"a","source":"s"},{"source":"s"}]})"));
    EXPECT_EQ(reading_.rows.size(), 1u);
    EXPECT_EQ(reading_.refused[0].complaints[0].pointer, "/events/1/type");
    EXPECT_EQ(batch(R"({"event":[]})")->pointer, "/event");
    EXPECT_EQ(batch(R"({"events":{}})")->pointer, "/events");
    ASSERT_FALSE(batch("[]"));
    EXPECT_EQ(reading_.count, 0u);
}

TEST_F(EventReaderTest, a_syntax_error_names_event_and_byte) {
    const auto problem = batch(R"([{"type":"a","source":"s"},{"type":tru}])");
    ASSERT_TRUE(problem);
    EXPECT_EQ(problem->pointer, "/1");
    EXPECT_THAT(problem->detail, HasSubstr("(byte 35)"));
    EXPECT_TRUE(single(""));
    EXPECT_TRUE(single(R"({"type":"a","source":"s"} {})"));
    EXPECT_THAT(single("{\"type\":\"a\xFF\"}")->detail, HasSubstr("UTF-8 (byte 10)"));
    EXPECT_THAT(single("{\"type\":\"a\nb\"}")->detail, HasSubstr("control character"));
}

TEST_F(EventReaderTest, far_times_are_quarantined_unless_the_event_is_wrong_too) {
    ASSERT_FALSE(batch(R"([{"type":"a","source":"s","timestamp":"9999-12-31T23:59:59Z"},
                           {"type":"a","source":"s","timestamp":"1969-12-31T23:59:59Z"},
                           {"type":"a","source":"s","timestamp":"2026-03-01T12:05:00Z"},
                           {"type":"a","source":"s","timestamp":"2026-03-01T12:05:00.000001Z"},
                           {"type":"A","source":"s","timestamp":"9999-12-31T23:59:59Z"}])"));
    EXPECT_THAT(reading_.indexes, ::testing::ElementsAre(2));
    ASSERT_EQ(reading_.refused.size(), 4u);
    EXPECT_EQ(reading_.refused[0].refusal, Refusal::quarantined);
    EXPECT_EQ(reading_.refused[1].refusal, Refusal::quarantined);
    EXPECT_EQ(reading_.refused[2].refusal, Refusal::quarantined);
    EXPECT_EQ(reading_.refused[3].refusal, Refusal::rejected);
    EXPECT_EQ(reading_.refused[0].complaints[0].pointer, "/0/timestamp");
}

TEST_F(EventReaderTest, a_broken_line_is_one_refused_event) {
    ASSERT_FALSE(
        lines("{\"type\":\"a\",\"source\":\"s\"}\r\n\nnonsense\n{\"type\":\"b\",\"source\":\"s\"}{}\n{\"type\":\"c\","
              "\"source\":\"s\"}"));
    EXPECT_EQ(reading_.count, 4u);
    EXPECT_THAT(reading_.indexes, ::testing::ElementsAre(0, 3));
    ASSERT_EQ(reading_.refused.size(), 2u);
    EXPECT_EQ(reading_.refused[0].json, "nonsense");
    EXPECT_EQ(reading_.refused[0].complaints[0].pointer, "/1");
    EXPECT_EQ(reading_.refused[1].index, 2u);
}

TEST_F(EventReaderTest, limits_are_kept) {
    std::string many = "[";
    for (int i = 0; i < 10'000; ++i) many += R"({"type":"a","source":"s"},)";
    EXPECT_TRUE(batch(many + R"({"type":"a","source":"s"}])")->too_many);
    many.back() = ']';
    ASSERT_FALSE(batch(many));
    EXPECT_EQ(reading_.rows.size(), 10'000u);

    const std::string big = R"({"type":"a","source":"s","data":{"x":")" + std::string(kEventBytesMax, 'x') + R"("}})";
    EXPECT_THAT(complaint_about(big).detail, HasSubstr("256 KiB"));
    EXPECT_THAT(complaint_about(R"({"type":"a","source":")" + std::string(257, 'x') + R"("})").detail,
                HasSubstr("256 bytes"));

    const auto nested = [](std::size_t depth) {
        return R"({"type":"a","source":"s","data":{"x":)" + std::string(depth - 2, '[') + std::string(depth - 2, ']') +
               "}}";
    };
    ASSERT_FALSE(single(nested(32)));
    EXPECT_EQ(reading_.rows.size(), 1u);
    EXPECT_THAT(complaint_about(nested(33)).detail, HasSubstr("deeper than 32"));
    EXPECT_THAT(single(nested(100'000))->detail, HasSubstr("deeper than 1024"));
}

TEST_F(EventReaderTest, escaped_names_are_resolved) {
    ASSERT_FALSE(single(R"({"ty\u0070e":"a","source":"caf\u00e9 \ud83d\ude00","user_id":"a\/b"})"));
    ASSERT_EQ(reading_.rows.size(), 1u);
    EXPECT_EQ(reading_.rows[0].source, "caf\xC3\xA9 \xF0\x9F\x98\x80");
    EXPECT_EQ(reading_.rows[0].user_id, "a/b");
}

}  // namespace
}  // namespace sf::models
