// An order of values without ties: that of SQL, and among values that are equal and look different (1.5 and 1.50, 0 and
// -0, a day and 24 hours) a fixed one, so that what is shown does not depend on which came first.
#pragma once

#include "sql/decimal.hpp"
#include "sql/interval.hpp"

#include <cmath>
#include <tuple>

namespace sf::engine {

template <class Value>
[[nodiscard]] bool less(const Value& a, const Value& b) {
    return a < b;
}
/// NaN is greater than everything.
[[nodiscard]] inline bool less(double a, double b) {
    if (std::isnan(a) || std::isnan(b)) return !std::isnan(a);
    return a < b || (a == b && std::signbit(a) && !std::signbit(b));
}
[[nodiscard]] inline bool less(const sql::Decimal& a, const sql::Decimal& b) {
    const int order = sql::compare(a, b);
    return order < 0 || (order == 0 && a.scale < b.scale);
}
[[nodiscard]] inline bool less(const sql::Interval& a, const sql::Interval& b) {
    return std::tuple(length_of(a), a.months, a.days) < std::tuple(length_of(b), b.months, b.days);
}

/// Whether SQL calls them equal.
template <class Value>
[[nodiscard]] bool same_value(const Value& a, const Value& b) {
    return a == b;
}
[[nodiscard]] inline bool same_value(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }
[[nodiscard]] inline bool same_value(const sql::Decimal& a, const sql::Decimal& b) { return sql::compare(a, b) == 0; }
[[nodiscard]] inline bool same_value(const sql::Interval& a, const sql::Interval& b) {
    return length_of(a) == length_of(b);
}

}  // namespace sf::engine
