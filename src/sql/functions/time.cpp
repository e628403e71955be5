// Times and intervals: + and -, date_trunc(), extract(), date_part(), to_timestamp(). All in UTC.
#include "base/nearest_name.hpp"
#include "sql/functions/catalog.hpp"
#include "sql/functions/rowwise.hpp"
#include "sql/values/calendar.hpp"
#include "sql/values/time_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace sf::sql {
namespace {

using Time = std::optional<std::int64_t>;

std::optional<Interval> checked_interval(std::int64_t months, std::int64_t days, std::int64_t micros) {
    const auto fits = [](std::int64_t value) {
        return value >= std::numeric_limits<std::int32_t>::min() && value <= std::numeric_limits<std::int32_t>::max();
    };
    if (!fits(months) || !fits(days)) return std::nullopt;
    return Interval{static_cast<std::int32_t>(months), static_cast<std::int32_t>(days), micros};
}

std::optional<Interval> negated(Interval value) {
    if (value.micros == std::numeric_limits<std::int64_t>::min()) return std::nullopt;
    return checked_interval(-std::int64_t{value.months}, -std::int64_t{value.days}, -value.micros);
}

std::optional<Interval> interval_plus_interval(Interval a, Interval b) {
    std::int64_t micros = 0;
    if (__builtin_add_overflow(a.micros, b.micros, &micros)) return std::nullopt;
    return checked_interval(std::int64_t{a.months} + b.months, std::int64_t{a.days} + b.days, micros);
}
std::optional<Interval> interval_minus_interval(Interval a, Interval b) {
    std::int64_t micros = 0;
    if (__builtin_sub_overflow(a.micros, b.micros, &micros)) return std::nullopt;
    return checked_interval(std::int64_t{a.months} - b.months, std::int64_t{a.days} - b.days, micros);
}

Time time_plus_interval(std::int64_t time, Interval interval) { return add_interval(time, interval); }
Time interval_plus_time(Interval interval, std::int64_t time) { return add_interval(time, interval); }
Time time_minus_interval(std::int64_t time, Interval interval) {
    const auto opposite = negated(interval);
    return opposite ? add_interval(time, *opposite) : std::nullopt;
}

// Whole days and what is left, both with the sign of the difference.
std::optional<Interval> time_minus_time(std::int64_t a, std::int64_t b) {
    std::int64_t micros = 0;
    if (__builtin_sub_overflow(a, b, &micros)) return std::nullopt;
    return checked_interval(0, micros / kMicrosDay, micros % kMicrosDay);
}

Time date_plus_days(std::int64_t date, std::int64_t days) {
    std::int64_t result = 0;
    if (__builtin_mul_overflow(days, kMicrosDay, &result) || __builtin_add_overflow(date, result, &result) ||
        !is_time(result))
        return std::nullopt;
    return result;
}
Time days_plus_date(std::int64_t days, std::int64_t date) { return date_plus_days(date, days); }
Time date_minus_days(std::int64_t date, std::int64_t days) { return date_plus_days(date, -days); }
std::int64_t date_minus_date(std::int64_t a, std::int64_t b) { return a / kMicrosDay - b / kMicrosDay; }

Time time_from_seconds(double seconds) {
    constexpr double kSecondsTo2000 =
        946'684'800;  // PostgreSQL counts from there, which decides how fractions are rounded.
    constexpr double kSecondsEnd = 9'223'372'036'854;
    if (!(seconds >= static_cast<double>(kTimeMin) / 1e6 && seconds < kSecondsEnd)) return std::nullopt;
    const auto since_2000 = static_cast<std::int64_t>(std::rint((seconds - kSecondsTo2000) * 1e6));
    std::int64_t micros = 0;
    if (__builtin_add_overflow(since_2000, static_cast<std::int64_t>(kSecondsTo2000) * kMicrosSecond, &micros) ||
        !is_time(micros))
        return std::nullopt;
    return micros;
}

struct PreparedUnit : Prepared {
    explicit PreparedUnit(TimeUnit wanted) : unit(wanted) {}
    TimeUnit unit;
};

std::string unit_hint(std::string_view word) {
    static constexpr std::array<std::string_view, 16> kUnits = {
        "second", "minute",  "hour",  "day", "week",   "month", "quarter",     "year",
        "decade", "century", "epoch", "dow", "isodow", "doy",   "millisecond", "microsecond"};
    const auto meant = nearest_name(word, kUnits);
    return meant ? fmt::format("is it {}?", *meant) : "second, minute, hour, day, week, month, year, ...";
}

Result<TimeUnit> literal_unit(const Expression& expression, std::string_view function) {
    const std::string* const word = std::get_if<std::string>(&expression.literal);
    if (word == nullptr) return fail(ErrorCode::invalid_input, fmt::format("{} needs its unit as a literal", function));
    const auto unit = read_time_unit(*word);
    if (!unit)
        return fail(ErrorCode::invalid_input, fmt::format("\"{}\" is no unit of time", *word), {}, unit_hint(*word));
    return *unit;
}

Result<std::shared_ptr<const Prepared>> prepare_truncation(std::span<const ExpressionPtr> arguments) {
    SF_ASSIGN(const TimeUnit unit, literal_unit(*arguments[0], "date_trunc"));
    if (unit >= TimeUnit::epoch)
        return fail(ErrorCode::invalid_input, "date_trunc can't cut to this unit", {},
                    "it takes microsecond to millennium");
    return std::make_shared<const PreparedUnit>(unit);
}

Result<std::shared_ptr<const Prepared>> prepare_time_part(std::span<const ExpressionPtr> arguments) {
    SF_ASSIGN(const TimeUnit unit, literal_unit(*arguments[0], "extract"));
    return std::make_shared<const PreparedUnit>(unit);
}

bool is_zone(TimeUnit unit) {
    return unit == TimeUnit::timezone || unit == TimeUnit::timezone_hour || unit == TimeUnit::timezone_minute;
}

Result<std::shared_ptr<const Prepared>> prepare_plain_part(std::span<const ExpressionPtr> arguments) {
    SF_ASSIGN(const TimeUnit unit, literal_unit(*arguments[0], "extract"));
    if (is_zone(unit)) return fail(ErrorCode::invalid_input, "a timestamp without time zone has no zone");
    return std::make_shared<const PreparedUnit>(unit);
}

Result<std::shared_ptr<const Prepared>> prepare_date_part(std::span<const ExpressionPtr> arguments) {
    SF_ASSIGN(const TimeUnit unit, literal_unit(*arguments[0], "extract"));
    if (is_zone(unit) || unit <= TimeUnit::hour)
        return fail(ErrorCode::invalid_input, "a date has no such part", {}, "it has day to millennium, and epoch");
    return std::make_shared<const PreparedUnit>(unit);
}

Result<std::shared_ptr<const Prepared>> prepare_interval_part(std::span<const ExpressionPtr> arguments) {
    SF_ASSIGN(const TimeUnit unit, literal_unit(*arguments[0], "extract"));
    if (unit > TimeUnit::epoch || unit == TimeUnit::week)
        return fail(ErrorCode::invalid_input, "an interval has no such part", {},
                    "it has microsecond to millennium, but no week, and epoch");
    return std::make_shared<const PreparedUnit>(unit);
}

std::int64_t start_of_year(std::int64_t year) { return days_from_civil(year, 1, 1) * kMicrosDay; }

// The first year of the span of `years` that `year` is in: decades begin at 0, centuries and millennia at 1.
std::int64_t first_year(std::int64_t year, TimeUnit unit) {
    switch (unit) {
        case TimeUnit::decade: return floor_divide(year, 10) * 10;
        case TimeUnit::century: return floor_divide(year - 1, 100) * 100 + 1;
        default: return floor_divide(year - 1, 1000) * 1000 + 1;
    }
}

Time truncate(std::int64_t time, TimeUnit unit) {
    const auto to_multiple = [&](std::int64_t size) { return floor_divide(time, size) * size; };
    switch (unit) {
        case TimeUnit::microsecond: return time;
        case TimeUnit::millisecond: return to_multiple(1000);
        case TimeUnit::second: return to_multiple(kMicrosSecond);
        case TimeUnit::minute: return to_multiple(kMicrosMinute);
        case TimeUnit::hour: return to_multiple(kMicrosHour);
        case TimeUnit::day: return to_multiple(kMicrosDay);
        default: break;
    }
    const std::int64_t days = floor_divide(time, kMicrosDay);
    const Civil civil = to_civil(time);
    std::int64_t result = 0;
    switch (unit) {
        case TimeUnit::week: result = (days - (day_of_week(days) + 6) % 7) * kMicrosDay; break;
        case TimeUnit::month: result = days_from_civil(civil.year, civil.month, 1) * kMicrosDay; break;
        case TimeUnit::quarter:
            result = days_from_civil(civil.year, (civil.month - 1) / 3 * 3 + 1, 1) * kMicrosDay;
            break;
        case TimeUnit::year: result = start_of_year(civil.year); break;
        default: result = start_of_year(first_year(civil.year, unit)); break;
    }
    return is_time(result) ? Time(result) : std::nullopt;
}

void date_trunc(Call& call) {
    const TimeUnit unit = static_cast<const PreparedUnit&>(*call.expression().prepared).unit;
    const auto times = call.read<std::int64_t>(1);
    const std::span<std::int64_t> out = call.write<std::int64_t>();
    for (std::size_t row = 0; row < out.size(); ++row) {
        out[row] = 0;
        if (!call.is_valid(row)) continue;
        if (const auto cut = truncate(times[row], unit)) out[row] = *cut;
        else call.fail(row);
    }
}

Result<std::shared_ptr<const Prepared>> prepare_interval_truncation(std::span<const ExpressionPtr> arguments) {
    SF_ASSIGN(const TimeUnit unit, literal_unit(*arguments[0], "date_trunc"));
    if (unit >= TimeUnit::epoch || unit == TimeUnit::week)
        return fail(ErrorCode::invalid_input, "date_trunc can't cut an interval to this unit", {},
                    "it takes microsecond to millennium, but no week");
    return std::make_shared<const PreparedUnit>(unit);
}

// Towards zero, each field for itself: 25 hours are no day.
Interval truncate(Interval interval, TimeUnit unit) {
    const auto cut = [](auto value, auto size) { return static_cast<decltype(value)>(value / size * size); };
    switch (unit) {
        case TimeUnit::microsecond: return interval;
        case TimeUnit::millisecond: return {interval.months, interval.days, cut(interval.micros, 1000)};
        case TimeUnit::second: return {interval.months, interval.days, cut(interval.micros, kMicrosSecond)};
        case TimeUnit::minute: return {interval.months, interval.days, cut(interval.micros, kMicrosMinute)};
        case TimeUnit::hour: return {interval.months, interval.days, cut(interval.micros, kMicrosHour)};
        case TimeUnit::day: return {interval.months, interval.days, 0};
        case TimeUnit::month: return {interval.months, 0, 0};
        case TimeUnit::quarter: return {cut(interval.months, 3), 0, 0};
        case TimeUnit::year: return {cut(interval.months, 12), 0, 0};
        case TimeUnit::decade: return {cut(interval.months, 120), 0, 0};
        case TimeUnit::century: return {cut(interval.months, 1200), 0, 0};
        default: return {cut(interval.months, 12'000), 0, 0};
    }
}

void interval_trunc(Call& call) {
    const TimeUnit unit = static_cast<const PreparedUnit&>(*call.expression().prepared).unit;
    const auto intervals = call.read<Interval>(1);
    const std::span<Interval> out = call.write<Interval>();
    for (std::size_t row = 0; row < out.size(); ++row) {
        out[row] = {};
        if (call.is_valid(row)) out[row] = truncate(intervals[row], unit);
    }
}

// The days since the Julian calendar's beginning with the part of the day, as numeric divides it.
Decimal julian_day(std::int64_t days, std::int64_t micros) {
    constexpr std::int64_t kJulian1970 = 2'440'588;
    const auto part = divide(Decimal{micros, 0}, Decimal{kMicrosDay, 0});
    return add(Decimal{days + kJulian1970, 0}, part.value_or(Decimal{})).value_or(Decimal{});
}

// A part as a whole number with as many digits behind the point as it has: seconds have six.
Decimal time_part(std::int64_t time, TimeUnit unit) {
    const Civil civil = to_civil(time);
    const std::int64_t days = floor_divide(time, kMicrosDay);
    const std::int64_t of_minute = civil.micros % kMicrosMinute;
    // Years BC are negative, and there is no year 0.
    const auto counted = [](std::int64_t year) { return year > 0 ? year : year - 1; };
    const auto centuries = [&](std::int64_t size) { return counted(floor_divide(civil.year - 1, size) + 1); };
    switch (unit) {
        case TimeUnit::microsecond: return {of_minute, 0};
        case TimeUnit::millisecond: return {of_minute, 3};
        case TimeUnit::second: return {of_minute, 6};
        case TimeUnit::minute: return {civil.micros / kMicrosMinute % 60, 0};
        case TimeUnit::hour: return {civil.micros / kMicrosHour, 0};
        case TimeUnit::day: return {civil.day, 0};
        case TimeUnit::week: return {iso_week(days).week, 0};
        case TimeUnit::month: return {civil.month, 0};
        case TimeUnit::quarter: return {(civil.month - 1) / 3 + 1, 0};
        case TimeUnit::year: return {counted(civil.year), 0};
        case TimeUnit::decade: return {floor_divide(civil.year, 10), 0};
        case TimeUnit::century: return {centuries(100), 0};
        case TimeUnit::millennium: return {centuries(1000), 0};
        case TimeUnit::epoch: return {time, 6};
        case TimeUnit::dow: return {day_of_week(days), 0};
        case TimeUnit::isodow: return {(day_of_week(days) + 6) % 7 + 1, 0};
        case TimeUnit::doy: return {days - days_from_civil(civil.year, 1, 1) + 1, 0};
        case TimeUnit::isoyear: return {counted(iso_week(days).year), 0};
        case TimeUnit::julian: return julian_day(days, civil.micros);
        case TimeUnit::timezone:
        case TimeUnit::timezone_hour:
        case TimeUnit::timezone_minute: break;
    }
    return {0, 0};
}

// Of a date epoch and julian are whole.
Decimal date_part(std::int64_t date, TimeUnit unit) {
    if (unit == TimeUnit::epoch) return {date / kMicrosSecond, 0};
    if (unit == TimeUnit::julian) return {date / kMicrosDay + 2'440'588, 0};
    return time_part(date, unit);
}

Decimal interval_part(Interval interval, TimeUnit unit) {
    const std::int64_t of_minute = interval.micros % kMicrosMinute;
    const std::int64_t years = interval.months / 12;
    switch (unit) {
        case TimeUnit::microsecond: return {of_minute, 0};
        case TimeUnit::millisecond: return {of_minute, 3};
        case TimeUnit::second: return {of_minute, 6};
        case TimeUnit::minute: return {interval.micros / kMicrosMinute % 60, 0};
        case TimeUnit::hour: return {interval.micros / kMicrosHour, 0};
        case TimeUnit::day: return {interval.days, 0};
        case TimeUnit::month: return {interval.months % 12, 0};
        case TimeUnit::quarter: return {interval.months % 12 / 3 + 1, 0};
        case TimeUnit::year: return {years, 0};
        case TimeUnit::decade: return {years / 10, 0};
        case TimeUnit::century: return {years / 100, 0};
        case TimeUnit::millennium: return {years / 1000, 0};
        default: break;
    }
    // A year has 365.25 days here, a month 30.
    const std::int64_t quarter_days = 1461 * years + 120 * (interval.months % 12) + 4 * std::int64_t{interval.days};
    return {static_cast<__int128>(quarter_days) * (kMicrosDay / 4) + interval.micros, 6};
}

template <class T, auto Part, bool kNumeric>
void part_kernel(Call& call) {
    const TimeUnit unit = static_cast<const PreparedUnit&>(*call.expression().prepared).unit;
    const auto values = call.read<T>(1);
    const auto fill = [&](auto out, auto convert) {
        for (std::size_t row = 0; row < out.size(); ++row) {
            out[row] = {};
            if (call.is_valid(row)) out[row] = convert(Part(values[row], unit));
        }
    };
    if constexpr (kNumeric) fill(call.write<Decimal>(), [](Decimal part) { return part; });
    else fill(call.write<double>(), [](Decimal part) { return part.to_double(); });
}

constexpr Function time_infix(std::string_view name, Type left, Type right, Type result, Kernel kernel) {
    return {.name = name,
            .arguments = {left, right},
            .arity = 2,
            .result = result,
            .kernel = kernel,
            .style = Function::Style::infix};
}
constexpr Function time_function(std::string_view name, Type second, Type result, Kernel kernel,
                                 decltype(Function::prepare) prepare) {
    return {.name = name,
            .arguments = {Type::text, second},
            .arity = 2,
            .result = result,
            .kernel = kernel,
            .prepare = prepare};
}

constexpr std::array kTimeOperators = {
    time_infix("+", Type::timestamptz, Type::interval, Type::timestamptz, rowwise<&time_plus_interval>),
    time_infix("+", Type::interval, Type::timestamptz, Type::timestamptz, rowwise<&interval_plus_time>),
    time_infix("+", Type::timestamp, Type::interval, Type::timestamp, rowwise<&time_plus_interval>),
    time_infix("+", Type::interval, Type::timestamp, Type::timestamp, rowwise<&interval_plus_time>),
    time_infix("+", Type::date, Type::interval, Type::timestamp, rowwise<&time_plus_interval>),
    time_infix("+", Type::interval, Type::date, Type::timestamp, rowwise<&interval_plus_time>),
    time_infix("+", Type::date, Type::integer, Type::date, rowwise<&date_plus_days>),
    time_infix("+", Type::integer, Type::date, Type::date, rowwise<&days_plus_date>),
    time_infix("-", Type::timestamp, Type::interval, Type::timestamp, rowwise<&time_minus_interval>),
    time_infix("-", Type::date, Type::interval, Type::timestamp, rowwise<&time_minus_interval>),
    time_infix("-", Type::timestamp, Type::timestamp, Type::interval, rowwise<&time_minus_time>),
    time_infix("-", Type::date, Type::integer, Type::date, rowwise<&date_minus_days>),
    time_infix("-", Type::date, Type::date, Type::integer, rowwise<&date_minus_date>),
    time_infix("+", Type::interval, Type::interval, Type::interval, rowwise<&interval_plus_interval>),
    time_infix("-", Type::timestamptz, Type::interval, Type::timestamptz, rowwise<&time_minus_interval>),
    time_infix("-", Type::timestamptz, Type::timestamptz, Type::interval, rowwise<&time_minus_time>),
    time_infix("-", Type::interval, Type::interval, Type::interval, rowwise<&interval_minus_interval>),
    Function{.name = "-",
             .arguments = {Type::interval},
             .arity = 1,
             .result = Type::interval,
             .kernel = rowwise<&negated>,
             .style = Function::Style::prefix},
};

constexpr std::array kTimeFunctions = {
    time_function("date_trunc", Type::timestamptz, Type::timestamptz, date_trunc, prepare_truncation),
    time_function("date_trunc", Type::timestamp, Type::timestamp, date_trunc, prepare_truncation),
    time_function("date_trunc", Type::interval, Type::interval, interval_trunc, prepare_interval_truncation),
    time_function("extract", Type::timestamp, Type::numeric, part_kernel<std::int64_t, time_part, true>,
                  prepare_plain_part),
    time_function("extract", Type::date, Type::numeric, part_kernel<std::int64_t, date_part, true>, prepare_date_part),
    time_function("date_part", Type::timestamp, Type::double_precision, part_kernel<std::int64_t, time_part, false>,
                  prepare_plain_part),
    time_function("extract", Type::timestamptz, Type::numeric, part_kernel<std::int64_t, time_part, true>,
                  prepare_time_part),
    time_function("extract", Type::interval, Type::numeric, part_kernel<Interval, interval_part, true>,
                  prepare_interval_part),
    time_function("date_part", Type::timestamptz, Type::double_precision, part_kernel<std::int64_t, time_part, false>,
                  prepare_time_part),
    time_function("date_part", Type::interval, Type::double_precision, part_kernel<Interval, interval_part, false>,
                  prepare_interval_part),
    Function{.name = "to_timestamp",
             .arguments = {Type::double_precision},
             .arity = 1,
             .result = Type::timestamptz,
             .kernel = rowwise<&time_from_seconds>},
};

}  // namespace

std::span<const Function> time_operators() { return kTimeOperators; }
std::span<const Function> time_functions() { return kTimeFunctions; }

}  // namespace sf::sql
