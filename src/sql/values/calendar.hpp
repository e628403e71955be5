// The proleptic Gregorian calendar over microseconds since 1970 in UTC, from 4714 BC, where PostgreSQL's begins, to
// 294247, where 64 bits end (29 years before PostgreSQL's). Year 0 is 1 BC. std::chrono's years end at 32767.
#pragma once

#include "sql/interval.hpp"

#include <cstdint>
#include <optional>

namespace sf::sql {

inline constexpr std::int64_t kMicrosSecond = 1'000'000;
inline constexpr std::int64_t kMicrosMinute = 60 * kMicrosSecond;
inline constexpr std::int64_t kMicrosHour = 60 * kMicrosMinute;
inline constexpr std::int64_t kMicrosDay = 24 * kMicrosHour;

/// The times that exist: from the beginning of 24 November 4714 BC.
inline constexpr std::int64_t kTimeMin = -210'866'803'200'000'000;
[[nodiscard]] constexpr bool is_time(std::int64_t micros) { return micros >= kTimeMin; }

struct Civil {
    std::int64_t year = 1970;
    int month = 1;
    int day = 1;
    std::int64_t micros = 0;  // Of the day.
};

[[nodiscard]] Civil to_civil(std::int64_t micros);
[[nodiscard]] std::int64_t days_from_civil(std::int64_t year, int month, int day);
[[nodiscard]] int days_of_month(std::int64_t year, int month);

/// 0 for Sunday.
[[nodiscard]] int day_of_week(std::int64_t days);

/// The year and number of the ISO week (ISO 8601: weeks begin on Monday, week 1 has the year's first Thursday).
struct IsoWeek {
    std::int64_t year = 1970;
    int week = 1;
};
[[nodiscard]] IsoWeek iso_week(std::int64_t days);

/// Months first (a day that the month does not have becomes its last), then days, then microseconds. Nothing outside
/// the times that exist.
[[nodiscard]] std::optional<std::int64_t> add_interval(std::int64_t micros, const Interval& interval);

[[nodiscard]] constexpr std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
    return value / by - (value % by < 0 ? 1 : 0);
}

}  // namespace sf::sql
