// Times as PostgreSQL 15 reads and writes them, and the calendar below.
#include "sql/values/time_text.hpp"
#include "sql/values/calendar.hpp"

#include <gtest/gtest.h>

#include <random>

namespace sf::sql {
namespace {

std::string read_and_written(std::string_view text) {
    const auto micros = read_time(text);
    if (!micros) return "refused";
    std::string out;
    append_time(out, *micros);
    return out;
}

TEST(TimeText, many_are_written_as_each_by_itself) {
    std::mt19937_64 random(1);
    for (const std::string_view zone : {"+00", ""}) {
        TimeTexts texts(zone);
        std::int64_t micros = 0;
        for (int i = 0; i < 20'000; ++i) {
            micros += static_cast<std::int64_t>(random() % 3'000'000) - 1'400'000;
            if (random() % 1000 == 0) micros = static_cast<std::int64_t>(random() % 600'000'000'000'000'000) + kTimeMin;
            if (random() % 8 == 0) micros -= micros % kMicrosSecond;
            std::string wanted;
            if (zone.empty()) append_plain_time(wanted, micros);
            else append_time(wanted, micros);
            std::array<char, TimeTexts::kTextMax> text{};
            ASSERT_EQ(std::string(text.data(), texts.write(text.data(), micros)), wanted);
        }
    }
}

TEST(TimeText, forms) {
    struct Form {
        const char* text;
        const char* wanted;
    };
    for (const Form& form : {Form{"2024-01-05", "2024-01-05 00:00:00+00"},
                             {"2024-1-5 3:04", "2024-01-05 03:04:00+00"},
                             {"2024-01-05T10:00:00Z", "2024-01-05 10:00:00+00"},
                             {"2024-01-05 10:00:00.1234565+05:30", "2024-01-05 04:30:00.123456+00"},
                             {"2024-01-05 10:00 +0530", "2024-01-05 04:30:00+00"},
                             {"2024-01-05 10:00:00 utc", "2024-01-05 10:00:00+00"},
                             {"2024-01-05T24:00:00Z", "2024-01-06 00:00:00+00"},
                             {"2024-01-05 10:00:60", "2024-01-05 10:01:00+00"},
                             {"2024-01-05T10:00:00.5-15:59", "2024-01-06 01:59:00.5+00"},
                             {"2024-01-05+02", "2024-01-04 22:00:00+00"},
                             {"2024-01-05 10:00:00+02:00:30", "2024-01-05 07:59:30+00"},
                             {"2024-01-05 10:00:59.9999999", "2024-01-05 10:01:00+00"},
                             {"12345-01-01", "12345-01-01 00:00:00+00"},
                             {"0001-01-01", "0001-01-01 00:00:00+00"},
                             {"  2024-01-05  ", "2024-01-05 00:00:00+00"},
                             {"2024-02-30", "refused"},
                             {"2023-02-29", "refused"},
                             {"2024-01-05 10", "refused"},
                             {"2024-01-05 25:00", "refused"},
                             {"2024-01-05 24:00:01", "refused"},
                             {"2024-01-05 10:00:61", "refused"},
                             {"2024-01-05T", "refused"},
                             {"2024-01-05 10:00:00+16:00", "refused"},
                             {"2024-01-05 10:00:00+023015", "refused"},
                             {"2024-01-05 10:00:00-02301", "refused"},
                             {"2024-01-05 10:00:00+00230", "2024-01-05 07:30:00+00"},
                             {"2024-01-05 10:00:00+002:30", "2024-01-05 07:30:00+00"},
                             {"99-01-01", "refused"},
                             {"0000-01-01", "refused"},
                             {"yesterday", "refused"},
                             {"", "refused"},
                             {"294247-01-11", "refused"}})
        EXPECT_EQ(read_and_written(form.text), form.wanted) << form.text;
}

TEST(TimeText, years_before_christ) {
    std::string out;
    append_time(out, kTimeMin);
    EXPECT_EQ(out, "4714-11-24 00:00:00+00 BC");
}

TEST(Calendar, days_and_dates_agree) {
    std::mt19937_64 random(1);
    for (int i = 0; i < 20'000; ++i) {
        const std::int64_t micros =
            static_cast<std::int64_t>(random() % 9'000'000'000'000'000'000) - 200'000'000'000'000'000;
        const Civil civil = to_civil(micros);
        ASSERT_EQ(days_from_civil(civil.year, civil.month, civil.day) * kMicrosDay + civil.micros, micros);
        ASSERT_LE(civil.day, days_of_month(civil.year, civil.month));
    }
}

TEST(Calendar, weeks) {
    struct Week {
        int year, month, day;
        std::int64_t iso_year;
        int week;
    };
    for (const Week& w : {Week{2020, 12, 31, 2020, 53},
                          {2021, 1, 3, 2020, 53},
                          {2021, 1, 4, 2021, 1},
                          {2019, 12, 30, 2020, 1},
                          {1970, 1, 1, 1970, 1}}) {
        const IsoWeek week = iso_week(days_from_civil(w.year, w.month, w.day));
        EXPECT_EQ(week.year, w.iso_year);
        EXPECT_EQ(week.week, w.week);
    }
}

TEST(Calendar, adds_months_then_days_then_time) {
    const auto added = [](const char* time, const char* interval) {
        std::string out;
        const auto sum = add_interval(*read_time(time), *read_interval(interval));
        if (sum) append_time(out, *sum);
        return out;
    };
    EXPECT_EQ(added("2024-01-31", "1 month"), "2024-02-29 00:00:00+00");
    EXPECT_EQ(added("2024-03-31 12:00", "-1 month -1 day"), "2024-02-28 12:00:00+00");
    EXPECT_EQ(added("2023-12-31 23:59:59.5", "1 mon 0.5 s"), "2024-02-01 00:00:00+00");
    EXPECT_EQ(added("294000-01-01", "1000 years"), "");
    EXPECT_EQ(added("0001-01-01", "-5000 years"), "");
}

TEST(TimeUnits, spellings) {
    EXPECT_EQ(read_time_unit("Minutes"), TimeUnit::minute);
    EXPECT_EQ(read_time_unit("us"), TimeUnit::microsecond);
    EXPECT_EQ(read_time_unit("mon"), TimeUnit::month);
    EXPECT_EQ(read_time_unit("isoyear"), TimeUnit::isoyear);
    EXPECT_FALSE(read_time_unit("fortnight"));
}

}  // namespace
}  // namespace sf::sql
