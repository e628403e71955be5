#include "base/time.hpp"

#include <gtest/gtest.h>

namespace sf {
namespace {

TEST(Time, reads_rfc3339) {
    EXPECT_EQ(to_micros(*parse_rfc3339("1970-01-01T00:00:00Z")), 0);
    EXPECT_EQ(to_micros(*parse_rfc3339("1970-01-01T00:00:01.5Z")), 1'500'000);
    EXPECT_EQ(to_micros(*parse_rfc3339("1969-12-31T23:59:59.999999Z")), -1);
    EXPECT_EQ(to_micros(*parse_rfc3339("1970-01-01t01:00:00+01:00")), 0);
    EXPECT_EQ(to_micros(*parse_rfc3339("1970-01-01 00:00:00.1234567899z")), 123'456);
    EXPECT_EQ(to_micros(*parse_rfc3339("2015-05-17T10:05:03-08:30")), 1'431'887'703LL * 1'000'000);
    EXPECT_EQ(*parse_rfc3339("2016-12-31T23:59:60Z"), *parse_rfc3339("2017-01-01T00:00:00Z"));
    EXPECT_TRUE(parse_rfc3339("2024-02-29T00:00:00Z"));
}

TEST(Time, refuses_what_is_none) {
    for (const char* text :
         {"", "2015-05-17", "2015-05-17T10:05:03", "2015-05-17T10:05:03.Z", "2015-13-17T10:05:03Z",
          "2015-02-29T10:05:03Z", "2015-05-17T24:05:03Z", "2015-05-17T10:60:03Z", "2015-05-17T10:05:61Z",
          "2015-05-17X10:05:03Z", "2015-05-17T10:05:03+1:00", "2015-05-17T10:05:03+24:00", "2015-05-17T10:05:03Zx",
          "15-05-17T10:05:03Z      ", "2015/05/17T10:05:03Z", "-015-05-17T10:05:03Z", "2015-05-17T10:05:03.5"}) {
        EXPECT_FALSE(parse_rfc3339(text)) << text;
    }
}

TEST(Time, writes_what_it_reads) {
    for (const char* text : {"1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", "2015-05-17T10:05:03.25Z",
                             "9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z"}) {
        EXPECT_EQ(format_rfc3339(*parse_rfc3339(text)), text);
    }
    EXPECT_EQ(format_day(*parse_rfc3339("2015-05-17T23:59:59Z")), "2015-05-17");
}

TEST(Time, reads_durations) {
    EXPECT_EQ(parse_duration("250ms")->count(), 250'000);
    EXPECT_EQ(parse_duration("2h")->count(), 7'200'000'000);
    EXPECT_FALSE(parse_duration("5"));
    EXPECT_FALSE(parse_duration("-5s"));
    EXPECT_FALSE(parse_duration("5 s"));
    EXPECT_FALSE(parse_duration("99999999999999d"));
}

}  // namespace
}  // namespace sf
