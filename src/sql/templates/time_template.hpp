// Templates for times, as to_char(), to_timestamp() and to_date() take them: "YYYY-MM-DD HH24:MI". Read once, when a
// call is planned; what is not written or read here as PostgreSQL does it is refused then.
#pragma once

#include "base/result.hpp"
#include "sql/interval.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sf::sql {

enum class TimeField : std::uint8_t {
    era,
    meridiem,
    century,
    year,
    year_grouped,  // 2,024
    iso_year,
    quarter,
    month,
    month_name,
    month_short,
    month_roman,
    week_of_year,
    week_of_month,
    iso_week,
    day,
    day_of_year,
    iso_day_of_year,
    day_of_week,      // 1 is Sunday;
    iso_day_of_week,  // Monday.
    day_name,
    day_short,
    julian_day,
    hour12,
    hour24,
    minute,
    second,
    fraction,
    second_of_day,
    zone_name,
    zone_offset,
    zone_hours,
    zone_minutes,
};

struct TemplateItem {
    enum class Kind : std::uint8_t { field, separator, space, character };
    enum class Letters : std::uint8_t { capital, first_capital, small };
    enum class Ordinal : std::uint8_t { none, capital, small };

    Kind kind = Kind::character;
    TimeField field = TimeField::era;
    std::uint8_t digits = 0;  // How many the field has: of YY two. 0 where it is no number.
    Letters letters = Letters::capital;
    bool dotted = false;      // A.M.
    bool fill_mode = false;   // FM: without zeros and spaces that fill up.
    bool translated = false;  // TM: into English, which names are here anyway; they are not filled up.
    Ordinal ordinal = Ordinal::none;
    std::string text;  // The field as it is written, or the character.
};

using TimeTemplate = std::vector<TemplateItem>;

[[nodiscard]] Result<TimeTemplate> parse_time_template(std::string_view text);

/// Fields that an interval has none of, or that are not read: refused.
[[nodiscard]] Result<> check_interval_template(const TimeTemplate& fields);
[[nodiscard]] Result<> check_reading_template(const TimeTemplate& fields);

/// `zone` is the name of the time zone, empty for a timestamp without.
void write_time(std::string& out, const TimeTemplate& fields, std::int64_t micros, std::string_view zone);
void write_interval(std::string& out, const TimeTemplate& fields, const Interval& interval);

/// What the clocks of the text show, in microseconds since 1970, how far they are ahead of UTC, and to multiples of how
/// many microseconds FF1 to FF6 round it.
struct LocalTime {
    std::int64_t micros = 0;
    std::int64_t ahead = 0;
    std::int64_t unit = 1;
};

/// A text that follows the template. Nothing where a value does not fit or two contradict one another.
[[nodiscard]] std::optional<LocalTime> read_time_by(std::string_view text, const TimeTemplate& fields);

}  // namespace sf::sql
