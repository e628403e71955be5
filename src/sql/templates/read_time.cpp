// What to_timestamp() and to_date() read by a template. Spaces and separators of the text and of the template stand for
// one another; a number takes as many digits as its field has, or all there are where no digit can follow.
#include "base/ascii.hpp"
#include "sql/templates/time_names.hpp"
#include "sql/templates/time_template.hpp"
#include "sql/values/calendar.hpp"
#include "sql/values/characters.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace sf::sql {
namespace {

using ReadKind = TemplateItem::Kind;

constexpr std::int64_t kReadYearMax = 294'246;

// XII before XI and X: the first that fits is taken.
constexpr auto kRomanFromTheEnd = [] {
    auto names = kRomanMonths;
    std::ranges::reverse(names);
    return names;
}();

bool separates(char c) { return c > ' ' && c < '\x7f' && !is_letter(c) && !is_digit(c); }

// 70 is 1970 and 69 is 2069, 519 is 2519 and 520 is 1520: the years that are nearest to 2020.
std::int64_t whole_year(std::int64_t partial) {
    if (partial < 70) return partial + 2000;
    if (partial < 100) return partial + 1900;
    if (partial < 520) return partial + 2000;
    return partial < 1000 ? partial + 1000 : partial;
}

// A field may be read several times if it always has one value; 0 is as good as none.
struct Value {
    std::int64_t value = 0;

    [[nodiscard]] bool set(std::int64_t read) {
        if (value != 0 && value != read) return false;
        value = read;
        return true;
    }
};

// Fields of the two must not be mixed: 2024-05 is a month in one, a week in the other.
enum class DateSystem : std::uint8_t { either, gregorian, iso };

DateSystem system_of(TimeField field) {
    switch (field) {
        case TimeField::iso_year:
        case TimeField::iso_week:
        case TimeField::iso_day_of_year:
        case TimeField::iso_day_of_week: return DateSystem::iso;
        case TimeField::year:
        case TimeField::year_grouped:
        case TimeField::month:
        case TimeField::month_name:
        case TimeField::month_short:
        case TimeField::month_roman:
        case TimeField::week_of_year:
        case TimeField::week_of_month:
        case TimeField::day:
        case TimeField::day_of_year:
        case TimeField::day_of_week: return DateSystem::gregorian;
        default: return DateSystem::either;
    }
}

struct Read {
    DateSystem system = DateSystem::either;
    int year_digits = 0;  // Of the field.
    // A weekday is 1 for Sunday; a week is one of the year, in the one system or the other.
    Value century, julian_day, week, week_of_month;
    Value year, month, day, day_of_year, weekday, hour, minute, second, millis, micros, second_of_day, pm, bc,
        zone_hours, zone_minutes;
    bool clock_of_12 = false;
    bool west = false;
    std::int64_t unit = 1;  // Of the fraction, in microseconds.
};

class TextReader {
public:
    TextReader(std::string_view text, const TimeTemplate& items) : rest_(text), items_(items) {}

    /// False where the text does not follow the template.
    bool run(Read& read) {
        for (std::size_t i = 0; i < items_.size() && !rest_.empty(); ++i) {
            const TemplateItem& item = items_[i];
            if (item.kind == ReadKind::field || i == 0) skip_spaces();
            if (item.kind == ReadKind::field) {
                if (!agrees(system_of(item.field), read.system) || !field(item, digits_end(i), read)) return false;
                spare_ = 0;
                skip_spaces();
            } else if (item.kind == ReadKind::character) {
                // Any character stands for it, or a space that was skipped before.
                if (spare_ > 0) --spare_;
                else take(character_bytes(rest_, 1));
            } else {
                --spare_;
                if (!rest_.empty() && (is_space(rest_[0]) || separates(rest_[0]))) {
                    take(1);
                    ++spare_;
                }
            }
        }
        return true;
    }

private:
    static bool agrees(DateSystem system, DateSystem& with) {
        if (system == DateSystem::either || system == with) return true;
        if (with != DateSystem::either) return false;
        with = system;
        return true;
    }

    void take(std::size_t bytes) {
        if (bytes > 0) last_ = rest_[bytes - 1];
        rest_.remove_prefix(bytes);
    }

    void skip_spaces() {
        while (!rest_.empty() && is_space(rest_[0])) {
            take(1);
            ++spare_;
        }
    }

    // Whether nothing that begins with a digit can follow the field.
    [[nodiscard]] bool digits_end(std::size_t index) const {
        const TemplateItem& item = items_[index];
        if (item.fill_mode || item.ordinal != TemplateItem::Ordinal::none || index + 1 == items_.size()) return true;
        const TemplateItem& next = items_[index + 1];
        return next.kind == ReadKind::field ? next.digits == 0 : !is_digit(next.text[0]);
    }

    // The digits of a number, and how many bytes they took; nothing if it is none, or has too few digits.
    bool number(std::size_t digits, bool to_end, std::int64_t& value, std::size_t& bytes) {
        while (!rest_.empty() && is_space(rest_[0])) take(1);
        if (!to_end && rest_.size() < digits) return false;
        const std::string_view part = to_end ? rest_ : rest_.substr(0, digits);
        const bool plus = part.starts_with('+') && part.size() > 1 && is_digit(part[1]);
        const char* const begin = part.data() + (plus ? 1 : 0);
        const auto [end, error] = std::from_chars(begin, part.data() + part.size(), value);
        bytes = static_cast<std::size_t>(end - part.data());
        if (error != std::errc{} || value < std::numeric_limits<std::int32_t>::min() ||
            value > std::numeric_limits<std::int32_t>::max() || (!to_end && bytes < digits))
            return false;
        take(bytes);
        return true;
    }

    template <std::size_t N>
    bool word(const std::array<std::string_view, N>& words, std::size_t length, std::size_t& found) {
        for (std::size_t i = 0; i < N; ++i) {
            const std::string_view wanted = words[i].substr(0, length);
            if (rest_.size() < wanted.size() || ascii_lower(rest_.substr(0, wanted.size())) != ascii_lower(wanted))
                continue;
            found = i;
            take(wanted.size());
            return true;
        }
        return false;
    }

    void skip_ending(const TemplateItem& item) {
        if (item.ordinal == TemplateItem::Ordinal::none) return;
        for (int i = 0; i < 2 && !rest_.empty(); ++i) take(character_bytes(rest_, 1));
    }

    bool whole(const TemplateItem& item, bool to_end, Value& into) {
        std::int64_t value = 0;
        std::size_t bytes = 0;
        if (!number(item.digits, to_end, value, bytes) || !into.set(value)) return false;
        skip_ending(item);
        return true;
    }

    bool year(const TemplateItem& item, bool to_end, Read& read) {
        std::int64_t value = 0;
        std::size_t bytes = 0;
        if (!number(item.digits, to_end, value, bytes) || !read.year.set(value)) return false;
        if (item.digits < 4 && bytes < 4) read.year.value = whole_year(read.year.value);
        read.year_digits = item.digits;
        skip_ending(item);
        return true;
    }

    // 2,024: up to three digits behind the comma.
    bool grouped_year(const TemplateItem& item, Read& read) {
        std::int64_t thousands = 0;
        std::int64_t rest = 0;
        std::size_t bytes = 0;
        if (!number(1, true, thousands, bytes) || rest_.empty() || rest_[0] != ',') return false;
        take(1);
        while (!rest_.empty() && is_space(rest_[0])) take(1);
        const std::string_view whole = rest_;
        rest_ = whole.substr(0, 3);
        const bool fine = number(1, true, rest, bytes);
        rest_ = whole.substr(fine ? bytes : 0);
        if (!fine || !read.year.set(thousands * 1000 + rest)) return false;
        read.year_digits = 4;
        skip_ending(item);
        return true;
    }

    // Monday is 1 as it is read, and 2 as it is kept.
    bool iso_weekday(const TemplateItem& item, bool to_end, Value& into) {
        if (!whole(item, to_end, into)) return false;
        if (++into.value > 7) into.value = 1;
        return true;
    }

    // 25 is .25: the digits behind a point.
    bool fraction(const TemplateItem& item, bool to_end, Value& into) {
        std::int64_t value = 0;
        std::size_t bytes = 0;
        if (!number(item.digits, to_end, value, bytes) || !into.set(value)) return false;
        const std::size_t places = item.text == "MS" || item.text == "ms" ? 3 : 6;
        for (std::size_t i = bytes; i < places; ++i) into.value *= 10;
        skip_ending(item);
        return true;
    }

    bool zone_hours(const TemplateItem& item, bool to_end, Read& read) {
        if (rest_.empty()) return false;
        if (rest_[0] == '+' || rest_[0] == '-' || rest_[0] == ' ') {
            read.west = rest_[0] == '-';
            take(1);
        } else {
            // The sign may have been taken for a separator.
            read.west = spare_ > 0 && last_ == '-';
        }
        return whole(item, to_end, read.zone_hours);
    }

    bool field(const TemplateItem& item, bool to_end, Read& read) {
        static constexpr std::array<std::string_view, 2> kMeridiems = {"am", "pm"};
        static constexpr std::array<std::string_view, 2> kDottedMeridiems = {"a.m.", "p.m."};
        static constexpr std::array<std::string_view, 2> kEras = {"ad", "bc"};
        static constexpr std::array<std::string_view, 2> kDottedEras = {"a.d.", "b.c."};
        constexpr std::size_t kWhole = std::string_view::npos;
        std::size_t found = 0;
        Value unused;
        switch (item.field) {
            case TimeField::meridiem:
                read.clock_of_12 = true;
                return word(item.dotted ? kDottedMeridiems : kMeridiems, kWhole, found) &&
                       read.pm.set(static_cast<std::int64_t>(found));
            case TimeField::era:
                return word(item.dotted ? kDottedEras : kEras, kWhole, found) &&
                       read.bc.set(static_cast<std::int64_t>(found));
            case TimeField::month_name:
                return word(kMonthNames, kWhole, found) && read.month.set(static_cast<std::int64_t>(found) + 1);
            case TimeField::month_short:
                return word(kMonthNames, kShortName, found) && read.month.set(static_cast<std::int64_t>(found) + 1);
            case TimeField::day_name:
            case TimeField::day_short:
                if (!word(kDayNames, item.field == TimeField::day_name ? kWhole : kShortName, found)) return false;
                if (read.weekday.value != 0 && read.weekday.value != static_cast<std::int64_t>(found)) return false;
                read.weekday.value = static_cast<std::int64_t>(found) + 1;
                return true;
            case TimeField::month_roman:
                return word(kRomanFromTheEnd, kWhole, found) && read.month.set(12 - static_cast<std::int64_t>(found));
            case TimeField::year:
            case TimeField::iso_year: return year(item, to_end, read);
            case TimeField::year_grouped: return grouped_year(item, read);
            case TimeField::century: return whole(item, to_end, read.century);
            case TimeField::week_of_year:
            case TimeField::iso_week: return whole(item, to_end, read.week);
            case TimeField::week_of_month: return whole(item, to_end, read.week_of_month);
            case TimeField::day_of_week: return whole(item, to_end, read.weekday);
            case TimeField::iso_day_of_week: return iso_weekday(item, to_end, read.weekday);
            case TimeField::julian_day: return whole(item, to_end, read.julian_day);
            case TimeField::quarter: return whole(item, to_end, unused);
            case TimeField::month: return whole(item, to_end, read.month);
            case TimeField::day: return whole(item, to_end, read.day);
            case TimeField::day_of_year:
            case TimeField::iso_day_of_year: return whole(item, to_end, read.day_of_year);
            case TimeField::hour12: read.clock_of_12 = true; return whole(item, to_end, read.hour);
            case TimeField::hour24: return whole(item, to_end, read.hour);
            case TimeField::minute: return whole(item, to_end, read.minute);
            case TimeField::second: return whole(item, to_end, read.second);
            case TimeField::fraction:
                if (ascii_lower(item.text[0]) == 'f') {
                    read.unit = 1;
                    for (int digits = item.digits; digits < 6; ++digits) read.unit *= 10;
                }
                return fraction(item, to_end, item.text == "MS" || item.text == "ms" ? read.millis : read.micros);
            case TimeField::second_of_day: return whole(item, to_end, read.second_of_day);
            case TimeField::zone_hours: return zone_hours(item, to_end, read);
            case TimeField::zone_minutes: return whole(item, to_end, read.zone_minutes);
            default: return false;  // check_reading_template() has refused it.
        }
    }

    std::string_view rest_;
    const TimeTemplate& items_;
    int spare_ = 0;    // Spaces of the text that nothing in the template stands for yet.
    char last_ = ' ';  // What was taken last.
};

std::optional<std::int64_t> time_of_day(const Read& read) {
    std::int64_t hour = read.second_of_day.value / 3600;
    std::int64_t minute = read.second_of_day.value / 60 % 60;
    std::int64_t second = read.second_of_day.value % 60;
    if (read.second.value != 0) second = read.second.value;
    if (read.minute.value != 0) minute = read.minute.value;
    if (read.hour.value != 0) hour = read.hour.value;
    if (read.clock_of_12) {
        if (hour < 1 || hour > 12) return std::nullopt;
        hour = hour % 12 + (read.pm.value != 0 ? 12 : 0);
    }
    const std::int64_t micros = read.millis.value * 1000 + read.micros.value;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 || micros < 0 ||
        micros >= kMicrosSecond)
        return std::nullopt;
    return hour * kMicrosHour + minute * kMicrosMinute + second * kMicrosSecond + micros;
}

struct CalendarDate {
    std::int64_t year = 0;
    std::int64_t month = 1;
    std::int64_t day = 1;
    bool has_year = false;
    bool has_month = false;
    bool has_day = false;

    // Days that no time has become a year that none has.
    void set(std::int64_t days) {
        constexpr std::int64_t kDaysMax = 366 * kReadYearMax;
        days = std::clamp(days, -kDaysMax, kDaysMax);
        const Civil civil = to_civil(days * kMicrosDay);
        year = civil.year;
        month = civil.month;
        day = civil.day;
        has_year = has_month = has_day = true;
    }

    [[nodiscard]] std::optional<std::int64_t> days_since_1970() const {
        if ((has_month && (month < 1 || month > 12)) || (has_day && (day < 1 || day > 31)) || year > kReadYearMax ||
            year < -kReadYearMax)
            return std::nullopt;
        if (has_month && has_day && has_year && day > days_of_month(year, static_cast<int>(month))) return std::nullopt;
        return days_from_civil(year, static_cast<int>(month), 1) + day - 1;
    }
};

// A year of one or two digits is one of the century, if there is one; a century alone is its first year.
void set_year(const Read& read, CalendarDate& date) {
    const bool bc = read.bc.value != 0;
    const std::int64_t century = bc ? -read.century.value : read.century.value;
    if (read.year.value != 0 && century != 0 && read.year_digits <= 2) {
        date.year = read.year.value % 100;
        if (date.year == 0) date.year = century * 100 + (century >= 0 ? 0 : 1);
        else if (century < 0) date.year = read.year.value + (century + 1) * 100;
        else date.year += (century - 1) * 100;
    } else if (read.year.value != 0) {
        date.year = bc ? -read.year.value : read.year.value;
        if (date.year < 0) ++date.year;
    } else if (century != 0) {
        date.year = century > 0 ? (century - 1) * 100 + 1 : century * 100 + 1;
    }
    date.has_year = read.year.value != 0 || century != 0;
}

// The Monday of the first ISO week, which has the 4th of January.
std::int64_t first_monday(std::int64_t year) {
    const std::int64_t fourth = days_from_civil(year, 1, 4);
    return fourth - (day_of_week(fourth) + 6) % 7;
}

// Later steps put theirs in the place of what earlier ones have found.
std::optional<std::int64_t> days_since_1970(const Read& read) {
    constexpr std::int64_t kJulian1970 = 2'440'588;
    const bool iso = read.system == DateSystem::iso;
    CalendarDate date;
    set_year(read, date);
    if (date.year > kReadYearMax || date.year < -kReadYearMax) return std::nullopt;
    if (read.julian_day.value != 0) date.set(read.julian_day.value - kJulian1970);
    std::int64_t day_of_year = read.day_of_year.value;
    if (read.week.value != 0 && iso) {
        const std::int64_t weekday = read.weekday.value;
        date.set(first_monday(date.year) + (read.week.value - 1) * 7 +
                 (weekday == 0  ? 0
                  : weekday > 1 ? weekday - 2
                                : 6));
    } else if (read.week.value != 0) {
        day_of_year = (read.week.value - 1) * 7 + 1;
    }
    const std::int64_t day = read.week_of_month.value != 0 ? (read.week_of_month.value - 1) * 7 + 1 : read.day.value;
    if (day != 0) {
        date.day = day;
        date.has_day = true;
    }
    if (read.month.value != 0) {
        date.month = read.month.value;
        date.has_month = true;
    }
    if (day_of_year != 0 && (date.month <= 1 || date.day <= 1)) {
        if (date.year == 0 && read.bc.value == 0) return std::nullopt;
        if (iso) {
            date.set(first_monday(date.year) + day_of_year - 1);
        } else {
            std::int64_t left = day_of_year;
            int of = 1;
            while (of <= 12 && left > days_of_month(date.year, of)) left -= days_of_month(date.year, of++);
            if (date.month <= 1) date.month = of;
            if (date.day <= 1) date.day = left;
            date.has_month = date.has_day = true;
        }
    }
    return date.days_since_1970();
}

}  // namespace

std::optional<LocalTime> read_time_by(std::string_view text, const TimeTemplate& fields) {
    Read read;
    if (!TextReader(text, fields).run(read)) return std::nullopt;
    const auto of_day = time_of_day(read);
    const auto days = days_since_1970(read);
    if (!of_day || !days) return std::nullopt;
    const std::int64_t hours = read.zone_hours.value;
    const std::int64_t minutes = read.zone_minutes.value;
    if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59) return std::nullopt;
    const std::int64_t offset = hours * kMicrosHour + minutes * kMicrosMinute;
    std::int64_t micros = 0;
    if (__builtin_mul_overflow(*days, kMicrosDay, &micros) || __builtin_add_overflow(micros, *of_day, &micros))
        return std::nullopt;
    return LocalTime{micros, read.west ? -offset : offset, read.unit};
}

}  // namespace sf::sql
