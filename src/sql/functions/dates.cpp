// Functions of dates, timestamps without time zone and intervals, beside those of time.cpp: casts, AT TIME ZONE,
// date_bin(), age(), make_...(), justify_...(), intervals times numbers.
#include "base/ascii.hpp"
#include "sql/functions/catalog.hpp"
#include "sql/functions/rowwise.hpp"
#include "sql/functions/same_values.hpp"
#include "sql/values/calendar.hpp"
#include "sql/values/interval_scaling.hpp"
#include "sql/values/time_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace sf::sql {
namespace {

using Micros = std::optional<std::int64_t>;
using Span = std::optional<Interval>;

std::int64_t to_date(std::int64_t time) { return floor_divide(time, kMicrosDay) * kMicrosDay; }

// Time zones -------------------------------------------------------------------------------------------------------

// A name of UTC, or hours and minutes as POSIX counts them: those are west of Greenwich. What local clocks are ahead.
Micros zone_offset(std::string_view zone) {
    const std::string name = ascii_lower(zone);
    for (const std::string_view utc :
         {"utc", "gmt", "z", "zulu", "uct", "etc/utc", "etc/gmt", "etc/uct", "greenwich"}) {
        if (name == utc) return 0;
    }
    std::string_view rest = name;
    if (rest.starts_with("utc") || rest.starts_with("gmt")) rest.remove_prefix(3);
    if (rest.size() < 2 || (rest[0] != '+' && rest[0] != '-')) return std::nullopt;
    const bool west = rest[0] == '+';
    rest.remove_prefix(1);
    std::int64_t parts[2] = {0, 0};
    for (int i = 0; i < 2 && !rest.empty(); ++i) {
        if (i > 0) {
            if (rest[0] != ':') return std::nullopt;
            rest.remove_prefix(1);
        }
        std::size_t digits = 0;
        for (; digits < rest.size() && digits < 2 && is_digit(rest[digits]); ++digits)
            parts[i] = parts[i] * 10 + (rest[digits] - '0');
        if (digits == 0) return std::nullopt;
        rest.remove_prefix(digits);
    }
    if (!rest.empty() || parts[0] > 24 || parts[1] > 59) return std::nullopt;
    const std::int64_t offset = parts[0] * kMicrosHour + parts[1] * kMicrosMinute;
    return west ? -offset : offset;
}

struct PreparedZone : Prepared {
    explicit PreparedZone(std::int64_t local_clocks_ahead) : ahead(local_clocks_ahead) {}
    std::int64_t ahead;
};

Result<std::shared_ptr<const Prepared>> prepare_zone(std::span<const ExpressionPtr> arguments) {
    const std::string* const zone = std::get_if<std::string>(&arguments[0]->literal);
    if (zone == nullptr) {
        if (is_null_literal(*arguments[0])) return std::shared_ptr<const Prepared>{};
        return fail(ErrorCode::invalid_input, "a time zone must be a literal");
    }
    const auto ahead = zone_offset(*zone);
    if (!ahead)
        return fail(ErrorCode::invalid_input, fmt::format("the time zone \"{}\" is not known", *zone), {},
                    "UTC and fixed offsets are: AT TIME ZONE INTERVAL '2 hours' is two hours east of Greenwich");
    return std::make_shared<const PreparedZone>(*ahead);
}

Micros moved(std::int64_t time, std::int64_t by) {
    std::int64_t result = 0;
    if (__builtin_add_overflow(time, by, &result) || !is_time(result)) return std::nullopt;
    return result;
}

// From UTC to the zone's clocks, or back.
template <int kSign>
void at_zone(Call& call) {
    const std::span<std::int64_t> out = call.write<std::int64_t>();
    const auto times = call.read<std::int64_t>(1);
    const auto* const zone = static_cast<const PreparedZone*>(call.expression().prepared.get());
    for (std::size_t row = 0; row < out.size(); ++row) {
        out[row] = 0;
        if (!call.is_valid(row)) continue;
        if (const auto time = moved(times[row], kSign * zone->ahead)) out[row] = *time;
        else call.fail(row);
    }
}

// The zone as what its clocks are ahead, in whole seconds.
template <int kSign>
Micros at_interval_zone(Interval zone, std::int64_t time) {
    if (zone.months != 0 || zone.days != 0) return std::nullopt;
    return moved(time, kSign * (zone.micros / kMicrosSecond * kMicrosSecond));
}

// Bins and ages ----------------------------------------------------------------------------------------------------

// The beginning of the bin that a time is in; bins begin at the origin and reach to both sides.
Micros date_bin(Interval stride, std::int64_t time, std::int64_t origin) {
    std::int64_t length = 0;
    if (stride.months != 0 || __builtin_mul_overflow(std::int64_t{stride.days}, kMicrosDay, &length) ||
        __builtin_add_overflow(length, stride.micros, &length) || length <= 0)
        return std::nullopt;
    std::int64_t distance = 0;
    if (__builtin_sub_overflow(time, origin, &distance)) return std::nullopt;
    std::int64_t begin = distance - distance % length;
    if (distance % length < 0) begin -= length;
    return moved(origin, begin);
}

// timestamp_age() of timestamp.c: years, months and days as calendars count them.
Span age(std::int64_t later, std::int64_t earlier) {
    const bool reversed = later < earlier;
    const Civil a = to_civil(reversed ? earlier : later);
    const Civil b = to_civil(reversed ? later : earlier);
    std::int64_t months = (a.year - b.year) * 12 + (a.month - b.month);
    std::int64_t days = a.day - b.day;
    std::int64_t micros = a.micros - b.micros;
    if (micros < 0) {
        micros += kMicrosDay;
        --days;
    }
    // The month that is taken apart is that of the earlier of the two.
    while (days < 0) {
        days += days_of_month(b.year, b.month);
        --months;
    }
    const int sign = reversed ? -1 : 1;
    return Interval{static_cast<std::int32_t>(sign * months), static_cast<std::int32_t>(sign * days), sign * micros};
}

// Making -----------------------------------------------------------------------------------------------------------

// Years BC are negative; there is no year 0.
Micros make_date(std::int64_t year, std::int64_t month, std::int64_t day) {
    constexpr std::int64_t kYearMax = 294'246;
    if (year < 0) ++year;
    else if (year == 0) return std::nullopt;
    if (year > kYearMax || month < 1 || month > 12 || day < 1 || day > days_of_month(year, static_cast<int>(month)))
        return std::nullopt;
    return moved(days_from_civil(year, static_cast<int>(month), static_cast<int>(day)) * kMicrosDay, 0);
}

// make_timestamp() of timestamp.c: seconds up to 60, hours to 24 with nothing behind them.
Micros make_timestamp(std::int64_t year, std::int64_t month, std::int64_t day, std::int64_t hour, std::int64_t minute,
                      double second) {
    const auto date = make_date(year, month, day);
    if (!date || hour < 0 || hour > 24 || minute < 0 || minute > 59 || !(second >= 0 && second <= 60))
        return std::nullopt;
    const std::int64_t of_day =
        (hour * 60 + minute) * kMicrosMinute + static_cast<std::int64_t>(std::rint(second * 1e6));
    if (of_day > kMicrosDay) return std::nullopt;
    return moved(*date, of_day);
}

Span checked_span(std::int64_t months, std::int64_t days, std::int64_t micros) {
    constexpr std::int64_t kLeast = std::numeric_limits<std::int32_t>::min();
    constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
    if (months < kLeast || months > kMost || days < kLeast || days > kMost) return std::nullopt;
    return Interval{static_cast<std::int32_t>(months), static_cast<std::int32_t>(days), micros};
}

Span make_interval(std::int64_t years, std::int64_t months, std::int64_t weeks, std::int64_t days, std::int64_t hours,
                   std::int64_t minutes, double seconds) {
    if (!std::isfinite(seconds)) return std::nullopt;
    const double fraction = std::rint(seconds * 1e6);
    if (std::fabs(fraction) > 9e18) return std::nullopt;
    std::int64_t micros = hours * kMicrosHour + minutes * kMicrosMinute;
    if (__builtin_add_overflow(micros, static_cast<std::int64_t>(fraction), &micros)) return std::nullopt;
    return checked_span(years * 12 + months, weeks * 7 + days, micros);
}

// Intervals --------------------------------------------------------------------------------------------------------

Span interval_times(Interval value, double factor) { return multiply(value, factor); }
Span times_interval(double factor, Interval value) { return multiply(value, factor); }
Span interval_by(Interval value, double divisor) { return divide(value, divisor); }

struct Parts {
    std::int64_t months;
    std::int64_t days;
    std::int64_t micros;
};

// The smaller unit takes the sign of the greater one.
void same_sign(std::int64_t& greater, std::int64_t& smaller, std::int64_t size, std::int64_t below = 0) {
    if (greater > 0 && (smaller < 0 || (smaller == 0 && below < 0))) {
        smaller += size;
        --greater;
    } else if (greater < 0 && (smaller > 0 || (smaller == 0 && below > 0))) {
        smaller -= size;
        ++greater;
    }
}

Span justified(Interval value, bool hours, bool days) {
    Parts parts{value.months, value.days, value.micros};
    if (hours) {
        parts.days += parts.micros / kMicrosDay;
        parts.micros %= kMicrosDay;
    }
    if (days) {
        parts.months += parts.days / 30;
        parts.days %= 30;
        same_sign(parts.months, parts.days, 30, hours ? parts.micros : 0);
    }
    if (hours) same_sign(parts.days, parts.micros, kMicrosDay);
    return checked_span(parts.months, parts.days, parts.micros);
}
Span justify_hours(Interval value) { return justified(value, true, false); }
Span justify_days(Interval value) { return justified(value, false, true); }
Span justify_interval(Interval value) { return justified(value, true, true); }

// There are no infinite times here.
template <class T>
bool isfinite_row(T) {
    return true;
}

constexpr Function calendar_cast(Type from, Type to, Kernel kernel) {
    return {.name = "cast",
            .arguments = {from},
            .arity = 1,
            .result = to,
            .kernel = kernel,
            .style = Function::Style::cast};
}
constexpr Function of_calendar(std::string_view name, std::array<Type, kArgumentsMax> arguments, std::uint8_t arity,
                               Type result, Kernel kernel, decltype(Function::prepare) prepare = nullptr) {
    return {
        .name = name, .arguments = arguments, .arity = arity, .result = result, .kernel = kernel, .prepare = prepare};
}
constexpr Function scaling(std::string_view name, Type left, Type right, Kernel kernel) {
    return {.name = name,
            .arguments = {left, right},
            .arity = 2,
            .result = Type::interval,
            .kernel = kernel,
            .style = Function::Style::infix};
}

constexpr Type kZoned = Type::timestamptz;
constexpr Type kClock = Type::timestamp;
constexpr Type kCalendarDay = Type::date;
constexpr Type kSpan = Type::interval;
constexpr Type kWholeNumber = Type::integer;

constexpr std::array kCalendarFunctions = {
    of_calendar("timezone", {Type::text, kZoned}, 2, kClock, at_zone<1>, prepare_zone),
    of_calendar("timezone", {Type::text, kClock}, 2, kZoned, at_zone<-1>, prepare_zone),
    of_calendar("timezone", {kSpan, kZoned}, 2, kClock, rowwise<&at_interval_zone<1>>),
    of_calendar("timezone", {kSpan, kClock}, 2, kZoned, rowwise<&at_interval_zone<-1>>),
    of_calendar("date_bin", {kSpan, kZoned, kZoned}, 3, kZoned, rowwise<&date_bin>),
    of_calendar("date_bin", {kSpan, kClock, kClock}, 3, kClock, rowwise<&date_bin>),
    of_calendar("age", {kZoned, kZoned}, 2, kSpan, rowwise<&age>),
    of_calendar("age", {kClock, kClock}, 2, kSpan, rowwise<&age>),
    of_calendar("make_date", {kWholeNumber, kWholeNumber, kWholeNumber}, 3, kCalendarDay, rowwise<&make_date>),
    of_calendar("make_timestamp",
                {kWholeNumber, kWholeNumber, kWholeNumber, kWholeNumber, kWholeNumber, Type::double_precision}, 6,
                kClock, rowwise<&make_timestamp>),
    of_calendar("make_timestamptz",
                {kWholeNumber, kWholeNumber, kWholeNumber, kWholeNumber, kWholeNumber, Type::double_precision}, 6,
                kZoned, rowwise<&make_timestamp>),
    of_calendar(
        "make_interval",
        {kWholeNumber, kWholeNumber, kWholeNumber, kWholeNumber, kWholeNumber, kWholeNumber, Type::double_precision}, 7,
        kSpan, rowwise<&make_interval>),
    of_calendar("justify_hours", {kSpan}, 1, kSpan, rowwise<&justify_hours>),
    of_calendar("justify_days", {kSpan}, 1, kSpan, rowwise<&justify_days>),
    of_calendar("justify_interval", {kSpan}, 1, kSpan, rowwise<&justify_interval>),
    of_calendar("isfinite", {kZoned}, 1, Type::boolean, rowwise<&isfinite_row<std::int64_t>>),
    of_calendar("isfinite", {kClock}, 1, Type::boolean, rowwise<&isfinite_row<std::int64_t>>),
    of_calendar("isfinite", {kCalendarDay}, 1, Type::boolean, rowwise<&isfinite_row<std::int64_t>>),
    of_calendar("isfinite", {kSpan}, 1, Type::boolean, rowwise<&isfinite_row<Interval>>),
};

constexpr std::array kCalendarOperators = {
    scaling("*", kSpan, Type::double_precision, rowwise<&interval_times>),
    scaling("*", Type::double_precision, kSpan, rowwise<&times_interval>),
    scaling("/", kSpan, Type::double_precision, rowwise<&interval_by>),
};

constexpr std::array kCalendarCasts = {
    calendar_cast(kCalendarDay, kClock, same_values),
    calendar_cast(kCalendarDay, kZoned, same_values),
    calendar_cast(kClock, kZoned, same_values),
    calendar_cast(kZoned, kClock, same_values),
    calendar_cast(kClock, kCalendarDay, rowwise<&to_date>),
    calendar_cast(kZoned, kCalendarDay, rowwise<&to_date>),
};

}  // namespace

std::span<const Function> calendar_functions() { return kCalendarFunctions; }
std::span<const Function> calendar_operators() { return kCalendarOperators; }
std::span<const Function> calendar_casts() { return kCalendarCasts; }

}  // namespace sf::sql
