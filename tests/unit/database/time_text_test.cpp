#include "database/lakehouse/time_text.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace sf::database {
namespace {

std::string timestamp(std::int64_t value, TimeUnit unit = TimeUnit::microseconds) {
    std::string out;
    append_timestamp(out, value, unit);
    return out;
}

std::string interval(std::int32_t months, std::int32_t days, std::int64_t micros) {
    std::string out;
    append_interval(out, months, days, micros);
    return out;
}

TEST(TimeText, timestamps_have_as_many_digits_as_they_need) {
    EXPECT_EQ(timestamp(0), R"("1970-01-01T00:00:00Z")");
    EXPECT_EQ(timestamp(1'431'857'103'500'000), R"("2015-05-17T10:05:03.5Z")");
    EXPECT_EQ(timestamp(1'431'857'103'000'001), R"("2015-05-17T10:05:03.000001Z")");
    EXPECT_EQ(timestamp(-1), R"("1969-12-31T23:59:59.999999Z")");
    EXPECT_EQ(timestamp(-1, TimeUnit::nanoseconds), R"("1969-12-31T23:59:59.999999999Z")");
    EXPECT_EQ(timestamp(951'782'400, TimeUnit::seconds), R"("2000-02-29T00:00:00Z")");
}

TEST(TimeText, timestamps_reach_as_far_as_the_type) {
    EXPECT_EQ(timestamp(253'402'300'799'999'999), R"("9999-12-31T23:59:59.999999Z")");
    EXPECT_EQ(timestamp(253'402'300'800'000'000), R"("+010000-01-01T00:00:00Z")");
    EXPECT_EQ(timestamp(-62'167'219'200'000'001), R"("-000001-12-31T23:59:59.999999Z")");
    EXPECT_EQ(timestamp(std::numeric_limits<std::int64_t>::max()), R"("infinity")");
    EXPECT_EQ(timestamp(-std::numeric_limits<std::int64_t>::max()), R"("-infinity")");
}

TEST(TimeText, intervals_read_like_postgresql) {
    EXPECT_EQ(interval(0, 0, 0), R"("00:00:00")");
    EXPECT_EQ(interval(14, 3, 14'706'500'000), R"("1 year 2 mons 3 days 04:05:06.5")");
    EXPECT_EQ(interval(-1, -2, -1'000'000), R"("-1 mons -2 days -00:00:01")");
    EXPECT_EQ(interval(0, 1, 0), R"("1 day")");
}

}  // namespace
}  // namespace sf::database
