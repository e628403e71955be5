#include "sql/values/calendar.hpp"

#include <algorithm>

namespace sf::sql {

// H. Hinnant, "chrono-Compatible Low-Level Date Algorithms": years begin in March, eras have 400 of them.
std::int64_t days_from_civil(std::int64_t year, int month, int day) {
    const std::int64_t y = month <= 2 ? year - 1 : year;
    const std::int64_t era = floor_divide(y, 400);
    const std::int64_t year_of_era = y - era * 400;
    const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719'468;
}

Civil to_civil(std::int64_t micros) {
    const std::int64_t days = floor_divide(micros, kMicrosDay);
    const std::int64_t shifted = days + 719'468;
    const std::int64_t era = floor_divide(shifted, 146'097);
    const std::int64_t day_of_era = shifted - era * 146'097;
    const std::int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
    Civil civil;
    civil.day = static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    civil.month = static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    civil.year = year_of_era + era * 400 + (civil.month <= 2 ? 1 : 0);
    civil.micros = micros - days * kMicrosDay;
    return civil;
}

int days_of_month(std::int64_t year, int month) {
    static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : kDays[month - 1];
}

int day_of_week(std::int64_t days) {
    const std::int64_t weekday = (days + 4) % 7;  // 1 January 1970 was a Thursday.
    return static_cast<int>(weekday < 0 ? weekday + 7 : weekday);
}

IsoWeek iso_week(std::int64_t days) {
    const int weekday = (day_of_week(days) + 6) % 7;  // 0 for Monday.
    const std::int64_t thursday = days - weekday + 3;
    const std::int64_t year = to_civil(thursday * kMicrosDay).year;
    return {year, static_cast<int>((thursday - days_from_civil(year, 1, 1)) / 7) + 1};
}

std::optional<std::int64_t> add_interval(std::int64_t micros, const Interval& interval) {
    if (interval.months != 0) {
        const Civil civil = to_civil(micros);
        const std::int64_t months = civil.year * 12 + civil.month - 1 + interval.months;
        const std::int64_t year = floor_divide(months, 12);
        const int month = static_cast<int>(months - year * 12) + 1;
        const std::int64_t days = days_from_civil(year, month, std::min(civil.day, days_of_month(year, month)));
        if (__builtin_mul_overflow(days, kMicrosDay, &micros) ||
            __builtin_add_overflow(micros, civil.micros, &micros) || !is_time(micros))
            return std::nullopt;
    }
    std::int64_t days = 0;
    if (__builtin_mul_overflow(std::int64_t{interval.days}, kMicrosDay, &days) ||
        __builtin_add_overflow(micros, days, &micros) || !is_time(micros) ||
        __builtin_add_overflow(micros, interval.micros, &micros) || !is_time(micros))
        return std::nullopt;
    return micros;
}

}  // namespace sf::sql
