#include "cli/recording/time_format.hpp"

#include <gtest/gtest.h>

namespace sf::recording {
namespace {

std::string read(std::string_view format, std::string_view text, std::string_view zone = "UTC") {
    auto found = TimeZone::find(zone);
    EXPECT_TRUE(found);
    auto compiled = TimeFormat::compile(format, *found);
    EXPECT_TRUE(compiled) << compiled.error().text();
    const auto time = compiled->parse(text);
    return time ? format_rfc3339(*time) : "nothing";
}

TEST(TimeFormat, numbers) {
    EXPECT_EQ(read("epoch_s", "807256800"), "1995-08-01T06:00:00Z");
    EXPECT_EQ(read("epoch_s", "1500000000.125"), "2017-07-14T02:40:00.125Z");
    EXPECT_EQ(read("epoch_s", "-1.5"), "1969-12-31T23:59:58.5Z");
    EXPECT_EQ(read("epoch_ms", "1500000000125.5"), "2017-07-14T02:40:00.1255Z");
    EXPECT_EQ(read("epoch_us", "1500000000000001"), "2017-07-14T02:40:00.000001Z");
    EXPECT_EQ(read("epoch_s", "1500000000x"), "nothing");
    EXPECT_EQ(read("epoch_s", ""), "nothing");
    EXPECT_EQ(read("epoch_s", "99999999999999999999"), "nothing");
}

TEST(TimeFormat, directives) {
    EXPECT_EQ(read("%Y-%m-%d %H:%M:%S", "2010-12-01 08:26:00"), "2010-12-01T08:26:00Z");
    EXPECT_EQ(read("%m/%d/%y %I:%M %p", "1/2/11 12:05 am"), "2011-01-02T00:05:00Z");
    EXPECT_EQ(read("%d. %B %Y", "3. march 2020"), "2020-03-03T00:00:00Z");
    EXPECT_EQ(read("%a, %d %b %Y %T %z", "Wed, 01 Jan 2020 00:00:00 +0530"), "2019-12-31T18:30:00Z");
    EXPECT_EQ(read("%FT%T.%fZ", "2020-01-01T00:00:00.123456789Z"), "2020-01-01T00:00:00.123456Z");
    EXPECT_EQ(read("%Y/%j", "2020/366"), "2020-12-31T00:00:00Z");
    EXPECT_EQ(read("%s", "1"), "1970-01-01T00:00:01Z");
    EXPECT_EQ(read("%Y%m%d%%", "20200229%"), "2020-02-29T00:00:00Z");
}

TEST(TimeFormat, what_does_not_fit_is_nothing) {
    EXPECT_EQ(read("%Y-%m-%d", "2021-02-29"), "nothing");
    EXPECT_EQ(read("%Y-%m-%d", "2021-02-2"), "2021-02-02T00:00:00Z");
    EXPECT_EQ(read("%Y-%m-%d", "2021-02-20 "), "nothing");
    EXPECT_EQ(read("%Y-%m-%d %H", "2021-02-20 24"), "nothing");
    EXPECT_EQ(read("%Y/%j", "2021/366"), "nothing");
}

TEST(TimeFormat, formats_without_a_date_are_refused) {
    EXPECT_FALSE(TimeFormat::compile("%H:%M"));
    EXPECT_FALSE(TimeFormat::compile("%Y-%m"));
    EXPECT_FALSE(TimeFormat::compile("%Y-%d %"));
}

TEST(TimeZone, offsets) {
    EXPECT_EQ(read("%F %R", "2020-07-01 12:00", "+02:00"), "2020-07-01T10:00:00Z");
    EXPECT_EQ(read("%F %R", "2020-07-01 12:00", "-0330"), "2020-07-01T15:30:00Z");
    for (const char* bad : {"", "Nowhere/City", "../etc/passwd", "/etc/passwd", "+1", "+99:00", "Europe"})
        EXPECT_FALSE(TimeZone::find(bad)) << bad;
}

TEST(TimeZone, names_know_summer_time) {
    if (!TimeZone::find("Europe/Berlin")) GTEST_SKIP() << "this machine has no time zone database";
    EXPECT_EQ(read("%F %T", "2020-01-15 12:00:00", "Europe/Berlin"), "2020-01-15T11:00:00Z");
    EXPECT_EQ(read("%F %T", "2020-07-15 12:00:00", "Europe/Berlin"), "2020-07-15T10:00:00Z");
    EXPECT_EQ(read("%F %T", "2020-03-29 01:59:59", "Europe/Berlin"), "2020-03-29T00:59:59Z");
    EXPECT_EQ(read("%F %T", "2020-03-29 03:00:00", "Europe/Berlin"), "2020-03-29T01:00:00Z");
    // Skipped by the clocks: read with the offset before the change.
    EXPECT_EQ(read("%F %T", "2020-03-29 02:30:00", "Europe/Berlin"), "2020-03-29T01:30:00Z");
    // Shown twice: the first of the two.
    EXPECT_EQ(read("%F %T", "2020-10-25 02:30:00", "Europe/Berlin"), "2020-10-25T00:30:00Z");
    EXPECT_EQ(read("%F %T", "2020-10-25 03:00:00", "Europe/Berlin"), "2020-10-25T02:00:00Z");
}

}  // namespace
}  // namespace sf::recording
