// Intervals as PostgreSQL 15 reads and writes them.
#include "sql/values/time_text.hpp"

#include <gtest/gtest.h>

namespace sf::sql {
namespace {

std::string read_and_written(std::string_view text) {
    const auto interval = read_interval(text);
    if (!interval) return "refused";
    std::string out;
    append_interval(out, *interval);
    return out;
}

TEST(IntervalText, forms) {
    struct Form {
        const char* text;
        const char* wanted;
    };
    for (const Form& form : {Form{"1 day", "1 day"},
                             {"-1 day +02:03", "-1 days +02:03:00"},
                             {"1.5 years", "1 year 6 mons"},
                             {"1.7 mon", "1 mon 21 days"},
                             {"1.5 weeks", "10 days 12:00:00"},
                             {"-1-2", "-1 years -2 mons"},
                             {"1 2:03", "1 day 02:03:00"},
                             {"2:03", "02:03:00"},
                             {"2:03.5", "00:02:03.5"},
                             {"1 day ago", "-1 days"},
                             {"P1Y2M3W4DT5H6M7.5S", "1 year 2 mons 25 days 05:06:07.5"},
                             {"P-1DT-2H", "-1 days -02:00:00"},
                             {"-3 mons -2 days 01:00", "-3 mons -2 days +01:00:00"},
                             {"1 year -1 day", "1 year -1 days"},
                             {"1 ms 5 us", "00:00:00.001005"},
                             {"1 day 3", "1 day 00:00:03"},
                             {"1.5", "00:00:01.5"},
                             {"+1 day", "1 day"},
                             {"1d2h", "1 day 02:00:00"},
                             {"2mon3dec", "30 years 2 mons"},
                             {"d5", "00:00:05"},
                             {"hours 5 days", "5 days"},
                             {"@ 5 MINUTES", "00:05:00"},
                             {"1:2:3.9999999", "01:02:04"},
                             {"90 min", "01:30:00"},
                             {"-2.5 hours", "-02:30:00"},
                             {"0 s", "00:00:00"},
                             {"100 hours", "100:00:00"},
                             {"178956970 years", "178956970 years"},
                             {"2024-", "2024 years"},
                             {"", "refused"},
                             {"day", "refused"},
                             {"ago", "refused"},
                             {"1 fortnight", "refused"},
                             {"1 day 2 days", "refused"},
                             {"1 2", "refused"},
                             {"1.0-2", "refused"},
                             {"0.000000-0.5", "refused"},
                             {"1.0:05", "refused"},
                             {"1.:05", "refused"},
                             {"1.5.2 s", "refused"},
                             {"1:61", "refused"},
                             {"1-13", "refused"},
                             {"2024-02-29", "refused"},
                             {"1day2h", "refused"},
                             {"0.5 s 3 ms", "refused"},
                             {"3000000000 days", "refused"},
                             {"99999999999999999 s", "refused"},
                             {"P", "refused"},
                             {"P1H", "refused"},
                             {"PT1D", "refused"},
                             {"1 quarter", "refused"}})
        EXPECT_EQ(read_and_written(form.text), form.wanted) << form.text;
}

TEST(IntervalText, intervals_of_a_length_have_one_form) {
    const auto form = [](std::string_view text) {
        std::string out;
        append_interval(out, normalized(read_interval(text).value()));
        return out;
    };
    EXPECT_EQ(form("1 day -2 hours"), "22:00:00");
    EXPECT_EQ(form("1 mon 25 hours"), "31 days 01:00:00");
    EXPECT_EQ(form("-1 mon 1 hour"), "-29 days -23:00:00");
    EXPECT_EQ(form("1 day -24 hours"), "00:00:00");
    EXPECT_EQ(form("100000000 years"), "100000000 years") << "more days than a 32-bit number holds";
    EXPECT_EQ(form("-100000000 years -31 days"), "-100000000 years -1 mons -1 days");
}

}  // namespace
}  // namespace sf::sql
