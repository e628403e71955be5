#include "database/lakehouse/time_text.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace sf::database {
namespace {

std::string timestamp(std::int64_t value) {
    std::string out;
    append_timestamp(out, value);
    return out;
}

TEST(TimeText, timestamps_have_as_many_digits_as_they_need) {
    EXPECT_EQ(timestamp(0), R"("1970-01-01T00:00:00Z")");
    EXPECT_EQ(timestamp(1'431'857'103'500'000), R"("2015-05-17T10:05:03.5Z")");
    EXPECT_EQ(timestamp(1'431'857'103'000'001), R"("2015-05-17T10:05:03.000001Z")");
    EXPECT_EQ(timestamp(-1), R"("1969-12-31T23:59:59.999999Z")");
    EXPECT_EQ(timestamp(951'782'400'000'000), R"("2000-02-29T00:00:00Z")");
}

TEST(TimeText, timestamps_reach_as_far_as_the_type) {
    EXPECT_EQ(timestamp(253'402'300'799'999'999), R"("9999-12-31T23:59:59.999999Z")");
    EXPECT_EQ(timestamp(253'402'300'800'000'000), R"("+010000-01-01T00:00:00Z")");
    EXPECT_EQ(timestamp(-62'167'219'200'000'001), R"("-000001-12-31T23:59:59.999999Z")");
    EXPECT_EQ(timestamp(std::numeric_limits<std::int64_t>::max()), R"("infinity")");
    EXPECT_EQ(timestamp(-std::numeric_limits<std::int64_t>::max()), R"("-infinity")");
}

}  // namespace
}  // namespace sf::database
