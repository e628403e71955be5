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

struct Read {
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
                if (!field(item, digits_end(i), read)) return false;
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

    bool year(const TemplateItem& item, bool to_end, Value& into) {
        std::int64_t value = 0;
        std::size_t bytes = 0;
        if (!number(item.digits, to_end, value, bytes) || !into.set(value)) return false;
        if (item.digits < 4 && bytes < 4) into.value = whole_year(into.value);
        skip_ending(item);
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
            case TimeField::year: return year(item, to_end, read.year);
            case TimeField::quarter: return whole(item, to_end, unused);
            case TimeField::month: return whole(item, to_end, read.month);
            case TimeField::day: return whole(item, to_end, read.day);
            case TimeField::day_of_year: return whole(item, to_end, read.day_of_year);
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

std::optional<std::int64_t> days_since_1970(const Read& read) {
    std::int64_t year = read.bc.value != 0 ? -read.year.value : read.year.value;
    if (year < 0) ++year;
    std::int64_t month = read.month.value != 0 ? read.month.value : 1;
    std::int64_t day = read.day.value != 0 ? read.day.value : 1;
    bool has_month = read.month.value != 0;
    bool has_day = read.day.value != 0;
    if (read.day_of_year.value != 0 && (month <= 1 || day <= 1)) {
        if (year == 0 && read.bc.value == 0) return std::nullopt;
        std::int64_t left = read.day_of_year.value;
        int of = 1;
        while (of <= 12 && left > days_of_month(year, of)) left -= days_of_month(year, of++);
        if (month <= 1) month = of;
        if (day <= 1) day = left;
        has_month = has_day = true;
    }
    if ((has_month && (month < 1 || month > 12)) || (has_day && (day < 1 || day > 31)) || year > kReadYearMax ||
        year < -kReadYearMax)
        return std::nullopt;
    if (has_month && has_day && read.year.value != 0 && day > days_of_month(year, static_cast<int>(month)))
        return std::nullopt;
    return days_from_civil(year, static_cast<int>(month), 1) + day - 1;
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
