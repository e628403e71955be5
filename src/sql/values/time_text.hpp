// Times, intervals and their units as text, as PostgreSQL reads and writes them with TimeZone = UTC, DateStyle = ISO
// and IntervalStyle = postgres.
#pragma once

#include "sql/interval.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sf::sql {

/// "2024-01-05", "2024-01-05 10:00", "2024-01-05T10:00:00.5+02:00", "... UTC": RFC 3339 and PostgreSQL's ISO forms. UTC
/// where no zone is written. PostgreSQL takes more (names of months, 'today'); those give nothing.
[[nodiscard]] std::optional<std::int64_t> read_time(std::string_view text);

/// "2024-01-05 10:00:00.5+00"
void append_time(std::string& out, std::int64_t micros);

/// The same for types that have no zone: one that is written is not looked at, nor for a date the time of day. A date
/// is its beginning.
[[nodiscard]] std::optional<std::int64_t> read_plain_time(std::string_view text);
[[nodiscard]] std::optional<std::int64_t> read_date(std::string_view text);

/// "2024-01-05 10:00:00.5", "2024-01-05"
void append_plain_time(std::string& out, std::int64_t micros);
void append_date(std::string& out, std::int64_t micros);

/// The same for many times, with this behind each: what stands before the fraction is made once where times of one
/// second follow each other.
class TimeTexts {
public:
    static constexpr std::size_t kTextMax = 48;

    explicit TimeTexts(std::string_view zone) : zone_(zone) {}

    /// Writes at most kTextMax bytes, and says how many.
    [[nodiscard]] std::size_t write(char* out, std::int64_t micros);

private:
    static constexpr std::size_t kHead = sizeof "2026-01-01 00:00:00" - 1;

    const std::string_view zone_;
    std::int64_t second_ = -1;  // Whose text the head is; of years from 1970 to 9999.
    std::array<char, kHead> head_{};
    std::string text_;
};

/// "1 day 2 hours", "-1.5 h", "1 day 10:00:00", "1-2", "P1DT2H", "5 min ago": all but years written in words of other
/// languages.
[[nodiscard]] std::optional<Interval> read_interval(std::string_view text);

/// "1 year 2 mons -3 days +04:05:06.5"
void append_interval(std::string& out, const Interval& interval);

enum class TimeUnit : std::uint8_t {
    microsecond,
    millisecond,
    second,
    minute,
    hour,
    day,
    week,
    month,
    quarter,
    year,
    decade,
    century,
    millennium,
    // From here on only for extract().
    epoch,
    dow,
    isodow,
    doy,
    isoyear,
    julian,
    timezone,
    timezone_hour,
    timezone_minute,
};

/// Any of PostgreSQL's spellings, in any case: "min", "minutes".
[[nodiscard]] std::optional<TimeUnit> read_time_unit(std::string_view word);

}  // namespace sf::sql
