// What to_char() makes of times and intervals.
#include "base/ascii.hpp"
#include "sql/templates/ordinal.hpp"
#include "sql/templates/time_names.hpp"
#include "sql/templates/time_template.hpp"
#include "sql/values/calendar.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace sf::sql {
namespace {

using Letters = TemplateItem::Letters;

constexpr std::size_t kNameWidth = 9;   // Of the longest month and the longest day.
constexpr std::size_t kRomanWidth = 4;  // Of VIII.

// The parts of a time, or of an interval, whose parts have its signs.
struct Parts {
    std::int64_t year = 0;  // 0 is 1 BC.
    std::int64_t month = 0;
    std::int64_t day = 0;
    std::int64_t hour = 0;
    std::int64_t minute = 0;
    std::int64_t second = 0;
    std::int64_t micros = 0;
    std::int64_t day_of_year = 0;
    bool interval = false;

    // As people count years.
    [[nodiscard]] std::int64_t counted(std::int64_t any_year) const {
        return interval || any_year > 0 ? any_year : 1 - any_year;
    }
};

void set_clock(Parts& parts, std::int64_t micros) {
    parts.hour = micros / kMicrosHour;
    parts.minute = micros / kMicrosMinute % 60;
    parts.second = micros / kMicrosSecond % 60;
    parts.micros = micros % kMicrosSecond;
}

class Writer {
public:
    Writer(std::string& out, const Parts& parts, std::int64_t days, std::string_view zone)
        : out_(out), parts_(parts), days_(days), zone_(zone) {}

    void run(const TimeTemplate& items) {
        for (const TemplateItem& item : items) {
            if (item.kind == TemplateItem::Kind::field) field(item);
            else out_ += item.text;
        }
    }

private:
    // Filled up with zeros to a width,
    void number(const TemplateItem& item, std::int64_t value, std::size_t width) {
        const std::size_t begin = out_.size();
        if (item.fill_mode) width = 0;
        fmt::format_to(std::back_inserter(out_), "{:0{}}", value, width);
        ending(item, begin);
    }
    void number(const TemplateItem& item, std::int64_t value) { number(item, value, item.digits); }
    // to which of some fields a sign adds one, if need be that of another number.
    void signed_number(const TemplateItem& item, std::int64_t value, std::int64_t sign) {
        number(item, value, item.digits + (sign < 0 ? 1u : 0u));
    }
    void signed_number(const TemplateItem& item, std::int64_t value) { signed_number(item, value, value); }

    void ending(const TemplateItem& item, std::size_t begin) {
        if (item.ordinal == TemplateItem::Ordinal::none) return;
        const auto letters = ordinal_ending(std::string_view(out_).substr(begin)).value_or("");
        append(letters, item.ordinal == TemplateItem::Ordinal::capital ? Letters::capital : Letters::small);
    }

    void append(std::string_view word, Letters letters) {
        for (std::size_t i = 0; i < word.size(); ++i) {
            const char small = ascii_lower(word[i]);
            const bool is_small = letters == Letters::small || (letters == Letters::first_capital && i > 0);
            out_ += is_small || !is_letter(small) ? small : static_cast<char>(small - 'a' + 'A');
        }
    }

    void name(const TemplateItem& item, std::string_view word, std::size_t width) {
        append(word, item.letters);
        if (!item.fill_mode && !item.translated && word.size() < width) out_.append(width - word.size(), ' ');
    }

    void either(const TemplateItem& item, bool first, std::string_view one, std::string_view other) {
        const std::string_view word = first ? one : other;
        append(item.dotted ? fmt::format("{}.{}.", word[0], word[1]) : std::string(word), item.letters);
    }

    void year(const TemplateItem& item, std::int64_t value) {
        static constexpr std::int64_t kPowers[] = {1, 10, 100, 1000};
        const std::int64_t shown = parts_.counted(value);
        // Of fewer digits than four the last ones; the width still counts the sign of the whole year.
        const std::int64_t cut = item.digits < 4 ? shown % kPowers[item.digits] : shown;
        const std::size_t begin = out_.size();
        const std::size_t width = item.fill_mode ? 0 : item.digits + (shown < 0 ? 1u : 0u);
        fmt::format_to(std::back_inserter(out_), "{:0{}}", cut, width);
        ending(item, begin);
    }

    void century(const TemplateItem& item) {
        if (parts_.interval) return signed_number(item, parts_.year / 100);
        signed_number(item, parts_.year > 0 ? (parts_.year - 1) / 100 + 1 : parts_.year / 100 - 1);
    }

    void roman_month(const TemplateItem& item) {
        const std::int64_t month = parts_.month;
        if (month == 0 && parts_.year == 0) return;
        // Of whole years: the last month of positive ones, the first of negative ones; -1 is the last month.
        const std::int64_t at = month > 0 ? month - 1 : month < 0 ? 12 + month : parts_.year >= 0 ? 11 : 0;
        name(item, kRomanMonths[static_cast<std::size_t>(at)], kRomanWidth);
    }

    void fraction(const TemplateItem& item) {
        static constexpr std::int64_t kDivisors[] = {0, 100'000, 10'000, 1'000, 100, 10, 1};
        const std::size_t begin = out_.size();
        fmt::format_to(std::back_inserter(out_), "{:0{}}", parts_.micros / kDivisors[item.digits], item.digits);
        ending(item, begin);
    }

    void calendar_field(const TemplateItem& item) {
        constexpr std::int64_t kJulianOf1970 = 2'440'588;
        const std::int64_t weekday = parts_.interval ? 0 : day_of_week(days_);
        const auto month = static_cast<std::size_t>(parts_.month > 0 ? parts_.month - 1 : 0);
        switch (item.field) {
            case TimeField::era: return either(item, parts_.year <= 0, "bc", "ad");
            case TimeField::century: return century(item);
            case TimeField::year: return year(item, parts_.year);
            case TimeField::year_grouped: {
                const std::int64_t shown = parts_.counted(parts_.year);
                const std::size_t begin = out_.size();
                fmt::format_to(std::back_inserter(out_), "{},{:03}", shown / 1000, shown % 1000);
                return ending(item, begin);
            }
            case TimeField::iso_year: return year(item, iso_week(days_).year);
            case TimeField::quarter:
                if (parts_.month != 0) number(item, (parts_.month - 1) / 3 + 1);
                return;
            case TimeField::month: return signed_number(item, parts_.month);
            case TimeField::month_name: return name(item, kMonthNames[month], kNameWidth);
            case TimeField::month_short: return name(item, kMonthNames[month].substr(0, kShortName), 0);
            case TimeField::month_roman: return roman_month(item);
            case TimeField::week_of_year: return number(item, (parts_.day_of_year - 1) / 7 + 1);
            case TimeField::week_of_month: return number(item, (parts_.day - 1) / 7 + 1);
            case TimeField::iso_week: return number(item, iso_week(days_).week);
            case TimeField::day: return number(item, parts_.day);
            case TimeField::day_of_year: return number(item, parts_.day_of_year);
            case TimeField::iso_day_of_year: {
                // Week 1 has the year's fourth of January.
                const std::int64_t fourth = days_from_civil(iso_week(days_).year, 1, 4);
                return number(item, days_ - (fourth - (day_of_week(fourth) + 6) % 7) + 1);
            }
            case TimeField::day_of_week: return number(item, weekday + 1);
            case TimeField::iso_day_of_week: return number(item, (weekday + 6) % 7 + 1);
            case TimeField::day_name: return name(item, kDayNames[static_cast<std::size_t>(weekday)], kNameWidth);
            case TimeField::day_short:
                return name(item, kDayNames[static_cast<std::size_t>(weekday)].substr(0, kShortName), 0);
            case TimeField::julian_day: return number(item, days_ + kJulianOf1970);
            default: return;
        }
    }

    void field(const TemplateItem& item) {
        const auto hours12 = [&] { return parts_.hour % 12 == 0 ? 12 : parts_.hour % 12; };
        switch (item.field) {
            case TimeField::meridiem: return either(item, parts_.hour % 24 >= 12, "pm", "am");
            case TimeField::hour12: return signed_number(item, hours12(), parts_.hour);
            case TimeField::hour24: return signed_number(item, parts_.hour);
            case TimeField::minute: return signed_number(item, parts_.minute);
            case TimeField::second: return signed_number(item, parts_.second);
            case TimeField::fraction: return fraction(item);
            case TimeField::second_of_day:
                return number(item, parts_.hour * 3600 + parts_.minute * 60 + parts_.second, 1);
            case TimeField::zone_name: return append(zone_, item.letters);
            case TimeField::zone_offset: out_ += item.fill_mode ? "+0" : "+00"; return;
            case TimeField::zone_hours: out_ += "+00"; return;
            case TimeField::zone_minutes: out_ += "00"; return;
            default: return calendar_field(item);
        }
    }

    std::string& out_;
    const Parts& parts_;
    std::int64_t days_;
    std::string_view zone_;
};

}  // namespace

void write_time(std::string& out, const TimeTemplate& fields, std::int64_t micros, std::string_view zone) {
    const Civil civil = to_civil(micros);
    const std::int64_t days = floor_divide(micros, kMicrosDay);
    Parts parts{.year = civil.year, .month = civil.month, .day = civil.day};
    parts.day_of_year = days - days_from_civil(civil.year, 1, 1) + 1;
    set_clock(parts, civil.micros);
    Writer(out, parts, days, zone).run(fields);
}

void write_interval(std::string& out, const TimeTemplate& fields, const Interval& interval) {
    Parts parts{.year = interval.months / 12, .month = interval.months % 12, .day = interval.days, .interval = true};
    parts.day_of_year = (parts.year * 12 + parts.month) * 30 + parts.day;
    set_clock(parts, interval.micros);
    Writer(out, parts, 0, {}).run(fields);
}

}  // namespace sf::sql
