#include "cli/recording/access_log.hpp"
#include "unit/cli/recording/recorded_events.hpp"

#include <gtest/gtest.h>

namespace sf::recording {
namespace {

constexpr std::string_view kCombined =
    R"(83.149.9.216 - frank [17/May/2015:10:05:03 +0200] "GET /a?b=c HTTP/1.1" 200 203023 "http://x.y/" "Mozilla/5.0 X11")";

RecordingOptions clf() { return {.format = Format::clf, .name = "access.log"}; }

std::string only_event(std::string line) {
    const RecordedEvents all = read_text(std::move(line), clf());
    EXPECT_TRUE(all.problems.empty()) << all.problems[0].why;
    EXPECT_EQ(all.events.size(), 1u);
    return all.events.empty() ? "" : without_id(all.events[0]);
}

std::string only_problem(std::string line) {
    const RecordedEvents all = read_text(std::move(line), clf());
    EXPECT_TRUE(all.events.empty());
    return all.problems.empty() ? "" : all.problems[0].why;
}

TEST(AccessLog, combined_line_becomes_pageview) {
    EXPECT_EQ(only_event(std::string(kCombined)),
              R"({"type":"web.pageview","source":"access","timestamp":"2015-05-17T08:05:03Z","user_id":"83.149.9.216",)"
              R"("data":{"method":"GET","path":"/a?b=c","protocol":"HTTP/1.1","status":200,"bytes":203023,)"
              R"("referrer":"http://x.y/","user_agent":"Mozilla/5.0 X11","auth_user":"frank"}})");
}

TEST(AccessLog, dash_is_absent) {
    EXPECT_EQ(
        only_event(R"(1.2.3.4 - - [17/May/2015:10:05:03 +0000] "-" 408 - "-" "-")"),
        R"({"type":"web.pageview","source":"access","timestamp":"2015-05-17T10:05:03Z","user_id":"1.2.3.4","data":{"status":408}})");
}

TEST(AccessLog, common_line_has_no_referrer) {
    const std::string event = only_event(R"(host - - [01/Aug/1995:00:00:01 -0400] "GET /x HTTP/1.0" 200 7)");
    EXPECT_NE(event.find(R"("timestamp":"1995-08-01T04:00:01Z")"), std::string::npos) << event;
    EXPECT_TRUE(event.ends_with(R"("data":{"method":"GET","path":"/x","protocol":"HTTP/1.0","status":200,"bytes":7}})"))
        << event;
}

TEST(AccessLog, malformed_request_is_kept_whole) {
    EXPECT_NE(only_event(R"(h - - [17/May/2015:10:05:03 +0000] "\x16\x03\x01" 400 0 "-" "-")")
                  .find(R"("data":{"request":"\\x16\\x03\\x01","status":400)"),
              std::string::npos);
}

TEST(AccessLog, missing_last_quote_keeps_the_event) {
    EXPECT_NE(only_event(R"(h - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 2 "-" "Mozilla/5.0 +http://x)")
                  .find(R"("user_agent":"Mozilla/5.0 +http://x")"),
              std::string::npos);
}

TEST(AccessLog, fields_after_the_agent_are_kept) {
    EXPECT_NE(only_event(R"(h - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 2 "-" "M" 0.012 "u")")
                  .find(R"("extra":"0.012 \"u\"")"),
              std::string::npos);
}

TEST(AccessLog, other_lines_are_problems) {
    EXPECT_EQ(only_problem("hello world"),
              "not a line of an access log: expected HOST IDENT USER [TIME] \"REQUEST\" STATUS BYTES");
    EXPECT_EQ(only_problem(R"(h - - [17/Mai/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 2)"),
              "the time is not like [17/May/2015:10:05:03 +0000]");
    EXPECT_EQ(only_problem(R"(h - - [31/Jun/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 2)"),
              "the time is not like [17/May/2015:10:05:03 +0000]");
    EXPECT_EQ(only_problem(R"(h - - [17/May/2015:10:05:03 +0000] GET / 200 2)"),
              "expected the request in double quotes after the time");
    EXPECT_EQ(only_problem(R"(h - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" OK 2)"),
              "the status is not a number of three digits");
    EXPECT_EQ(only_problem(R"(h - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 x)"), "the size is not a number");
}

TEST(AccessLog, truncated_lines_are_never_read_past_their_end) {
    for (std::size_t size = 1; size < kCombined.size(); ++size) {
        const RecordedEvents all = read_text(std::string(kCombined.substr(0, size)), clf());
        EXPECT_EQ(all.events.size() + all.problems.size(), 1u) << size;
    }
}

TEST(AccessLog, escapes_are_resolved_where_they_are_text) {
    std::string scratch;
    EXPECT_EQ(resolve_log_escapes(R"(say \"hi\" \\o/)", scratch), R"(say "hi" \o/)");
    EXPECT_EQ(resolve_log_escapes(R"(caf\xc3\xA9)", scratch), "caf\xc3\xa9");
    EXPECT_EQ(resolve_log_escapes(R"(\xe4\xe5)", scratch), R"(\xe4\xe5)");
    EXPECT_EQ(resolve_log_escapes(R"(\x00)", scratch), R"(\x00)");
}

TEST(AccessLog, request_lines) {
    EXPECT_EQ(parse_request_line("GET /a b HTTP/1.1")->path, "/a b");
    EXPECT_EQ(parse_request_line("GET /a")->protocol, "");
    EXPECT_FALSE(parse_request_line("GET /a b"));
    EXPECT_FALSE(parse_request_line("get /a HTTP/1.1"));
    EXPECT_FALSE(parse_request_line("GET"));
    EXPECT_FALSE(parse_request_line(""));
}

}  // namespace
}  // namespace sf::recording
