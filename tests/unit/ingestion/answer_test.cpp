#include "services/ingestion/answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sf::ingestion {
namespace {

using ::testing::HasSubstr;

models::EventReading reading_of(std::string text) {
    static std::string body;
    static models::EventReader reader;
    static UuidGenerator ids;
    const std::size_t size = text.size();
    body = std::move(text) + std::string(models::JsonIndex::kPadding, ' ');
    models::EventReading reading;
    EXPECT_FALSE(reader.read(std::string_view(body).substr(0, size), models::EventReader::Form::batch,
                             *parse_rfc3339("2026-03-01T12:00:00Z"), ids, reading));
    return reading;
}

class AnswerTest : public ::testing::Test {
protected:
    std::shared_ptr<Answer> answer(const models::EventReading& reading, unsigned parts, bool ids = false) {
        return std::make_shared<Answer>(reading, AnswerOptions{.with_ids = ids, .parts = parts},
                                        [this](http::Response response) { response_ = std::move(response); });
    }
    std::optional<http::Response> response_;
};

TEST_F(AnswerTest, all_durable_is_202) {
    const auto it = answer(reading_of(R"([{"type":"a","source":"s"},{"type":"a","source":"s"}])"), 1);
    it->admitted(Admission{1, 1});
    ASSERT_TRUE(response_);
    EXPECT_EQ(response_->status, 202);
    EXPECT_EQ(response_->body, R"({"accepted":1,"duplicates":1,"durability":"fsync"})");
}

TEST_F(AnswerTest, says_how_durable) {
    Answer answer(reading_of(R"([{"type":"a","source":"s"}])"), {.durability = "os"},
                  [this](http::Response response) { response_ = std::move(response); });
    answer.admitted(Admission{1, 0});
    EXPECT_EQ(response_->body, R"({"accepted":1,"duplicates":0,"durability":"os"})");
}

TEST_F(AnswerTest, ids_are_listed_on_request) {
    const auto it =
        answer(reading_of(R"([{"id":"018f4e9c-1c2b-7a3d-8e4f-5a6b7c8d9e0f","type":"a","source":"s"}])"), 1, true);
    it->admitted(Admission{1, 0});
    EXPECT_THAT(response_->body, HasSubstr(R"("ids":["018f4e9c-1c2b-7a3d-8e4f-5a6b7c8d9e0f"])"));
}

TEST_F(AnswerTest, a_part_that_was_refused_is_207_with_its_reasons) {
    const auto it = answer(reading_of(R"([{"type":"a","source":"s"},{"type":"A","source":"s"}])"), 1);
    it->admitted(Admission{1, 0});
    EXPECT_EQ(response_->status, 207);
    EXPECT_THAT(
        response_->body,
        HasSubstr(R"("results":[{"index":1,"status":"rejected","retryable":false,"errors":[{"pointer":"/1/type")"));
}

TEST_F(AnswerTest, nothing_acceptable_is_422) {
    const auto it = answer(reading_of(R"([{"type":"A","source":"s"}])"), 1);
    it->admitted(Admission{});
    EXPECT_EQ(response_->status, 422);
    EXPECT_EQ(response_->content_type, "application/problem+json");
    EXPECT_THAT(response_->body, HasSubstr(R"("pointer":"/0/type")"));
}

TEST_F(AnswerTest, waits_for_the_quarantine_and_says_if_it_could_not_keep_an_event) {
    const auto kept = answer(reading_of(R"([{"type":"a","source":"s","timestamp":"9999-01-01T00:00:00Z"}])"), 2);
    kept->admitted(Admission{});
    EXPECT_FALSE(response_) << "the quarantine has not answered yet";
    kept->quarantined({});
    EXPECT_EQ(response_->status, 207);
    EXPECT_THAT(response_->body, HasSubstr(R"("status":"quarantined","retryable":false)"));

    const auto lost = answer(
        reading_of(R"([{"type":"a","source":"s"},{"type":"a","source":"s","timestamp":"9999-01-01T00:00:00Z"}])"), 2);
    lost->quarantined(fail(ErrorCode::unavailable, "the quarantine is full"));
    lost->admitted(Admission{1, 0});
    EXPECT_EQ(response_->status, 207);
    EXPECT_THAT(response_->body, HasSubstr(R"("status":"rejected","retryable":true)"));
}

TEST_F(AnswerTest, what_is_not_durable_is_503_and_to_be_repeated) {
    const auto it = answer(reading_of(R"([{"type":"a","source":"s"}])"), 1);
    it->admitted(fail(ErrorCode::unavailable, "events can't be stored now", "the disk is full"));
    EXPECT_EQ(response_->status, 503);
    EXPECT_TRUE(std::ranges::any_of(response_->headers, [](const auto& h) { return h.name == "Retry-After"; }));
}

}  // namespace
}  // namespace sf::ingestion
