#include "sql/values/interval_scaling.hpp"

#include <cmath>
#include <limits>

namespace sf::sql {
namespace {

constexpr double kDaysPerMonth = 30;
constexpr double kSecondsPerDay = 86'400;
constexpr double kMicrosPerSecond = 1e6;

// To a millionth: what rounding has left of a whole.
double to_micros(double value) { return std::rint(value * kMicrosPerSecond) / kMicrosPerSecond; }

template <class Integer>
bool fits(double value) {
    // The greatest integer is no double where it has 64 bits; the least one is.
    constexpr auto kEnd = -static_cast<double>(std::numeric_limits<Integer>::min());
    return value >= -kEnd && value < kEnd;
}

// `scaled` is what multiplies or divides a part.
template <class Scaled>
std::optional<Interval> scale(const Interval& interval, Scaled scaled) {
    const double months = scaled(interval.months);
    const double days = scaled(interval.days);
    if (!fits<std::int32_t>(months) || !fits<std::int32_t>(days)) return std::nullopt;
    Interval result{static_cast<std::int32_t>(months), static_cast<std::int32_t>(days), 0};
    const double days_left = to_micros((months - result.months) * kDaysPerMonth);
    double seconds = to_micros((days - result.days + days_left - std::trunc(days_left)) * kSecondsPerDay);
    double whole_days = std::trunc(days_left);
    if (std::fabs(seconds) >= kSecondsPerDay) {
        const double more = std::trunc(seconds / kSecondsPerDay);
        whole_days += more;
        seconds -= more * kSecondsPerDay;
    }
    const double all_days = result.days + whole_days;
    const double micros = std::rint(scaled(static_cast<double>(interval.micros)) + seconds * kMicrosPerSecond);
    if (!fits<std::int32_t>(all_days) || !fits<std::int64_t>(micros)) return std::nullopt;
    result.days = static_cast<std::int32_t>(all_days);
    result.micros = static_cast<std::int64_t>(micros);
    return result;
}

}  // namespace

std::optional<Interval> multiply(const Interval& interval, double factor) {
    return scale(interval, [factor](double part) { return part * factor; });
}

std::optional<Interval> divide(const Interval& interval, double divisor) {
    if (divisor == 0) return std::nullopt;
    return scale(interval, [divisor](double part) { return part / divisor; });
}

}  // namespace sf::sql
