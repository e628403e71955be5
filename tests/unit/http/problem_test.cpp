#include "http/problem.hpp"

#include <gtest/gtest.h>

namespace sf::http {
namespace {

TEST(Problem, members_of_rfc_9457_and_ours) {
    const std::vector<FieldError> errors = {{"/events/3/type", "is required"}, {"/a\"b", "no"}};
    const Response response = problem(422, "the body does not fit", "see \"errors\"", errors, "read the docs");
    EXPECT_EQ(response.status, 422);
    EXPECT_EQ(response.content_type, "application/problem+json");
    EXPECT_EQ(
        response.body,
        R"({"type":"about:blank","title":"the body does not fit","status":422,"detail":"see \"errors\"","hint":"read the docs",)"
        R"("errors":[{"pointer":"/events/3/type","detail":"is required"},{"pointer":"/a\"b","detail":"no"}]})");
}

TEST(Problem, invalid_utf8_never_leaves_as_it_came) {
    EXPECT_EQ(problem(400, "\xff", "").body, R"({"type":"about:blank","title":"\ufffd","status":400})");
}

TEST(Problem, retry_after_where_trying_again_helps) {
    for (const int status : {429, 503}) EXPECT_EQ(problem(status, "t", "").headers.at(0).name, "Retry-After") << status;
    for (const int status : {400, 404, 413, 500, 504}) EXPECT_TRUE(problem(status, "t", "").headers.empty()) << status;
}

TEST(Problem, the_code_of_an_error_chooses_the_status) {
    const std::pair<ErrorCode, int> statuses[] = {
        {ErrorCode::invalid_input, 400}, {ErrorCode::not_found, 404},   {ErrorCode::conflict, 409},
        {ErrorCode::overloaded, 503},    {ErrorCode::unavailable, 503}, {ErrorCode::timed_out, 504},
        {ErrorCode::cancelled, 503},     {ErrorCode::corrupt, 500},     {ErrorCode::internal, 500}};
    for (const auto& [code, status] : statuses)
        EXPECT_EQ(problem(Error{code, "m", "d", "h"}).status, status) << to_string(code);
}

TEST(Problem, what_is_wrong_inside_stays_inside) {
    for (const ErrorCode code : {ErrorCode::internal, ErrorCode::corrupt}) {
        const Response response = problem(Error{code, "secret message", "secret detail", "secret hint"});
        EXPECT_EQ(response.body.find("secret"), std::string::npos);
        EXPECT_EQ(response.cause, "secret message; secret detail (secret hint)") << "for the log";
    }
}

}  // namespace
}  // namespace sf::http
