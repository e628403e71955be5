// Intervals times and by a number, as PostgreSQL computes them (timestamp.c: interval_mul, interval_div): what is left
// of a month becomes days, what is left of a day microseconds.
#pragma once

#include "sql/interval.hpp"

#include <optional>

namespace sf::sql {

/// Nothing: a part is beyond its range, or the number is NaN.
[[nodiscard]] std::optional<Interval> multiply(const Interval& interval, double factor);

/// Nothing also for a division by zero.
[[nodiscard]] std::optional<Interval> divide(const Interval& interval, double divisor);

}  // namespace sf::sql
