// Order and equality of two values, as PostgreSQL has them. What compares, sorts or looks for a value uses these.
#pragma once

#include "sql/column.hpp"

#include <cmath>
#include <cstdint>
#include <string_view>

namespace sf::sql {

[[nodiscard]] inline int order(std::int64_t a, std::int64_t b) { return (a > b) - (a < b); }
[[nodiscard]] inline int order(std::uint8_t a, std::uint8_t b) { return (a > b) - (a < b); }

/// NaN equals itself and is greater than every number.
[[nodiscard]] inline int order(double a, double b) {
    if (std::isnan(a) || std::isnan(b)) return static_cast<int>(std::isnan(a)) - static_cast<int>(std::isnan(b));
    return (a > b) - (a < b);
}
[[nodiscard]] inline int order(const Decimal& a, const Decimal& b) { return compare(a, b); }

/// A month is 30 days and a day 24 hours here.
[[nodiscard]] inline int order(const Interval& a, const Interval& b) {
    return (length_of(a) > length_of(b)) - (length_of(a) < length_of(b));
}
[[nodiscard]] inline int order(const Uuid& a, const Uuid& b) { return (a > b) - (a < b); }

/// By bytes, as in the "C" collation.
[[nodiscard]] inline int order(std::string_view a, std::string_view b) {
    const int compared = a.compare(b);
    return (compared > 0) - (compared < 0);
}

[[nodiscard]] inline bool equal(std::string_view a, std::string_view b) { return a == b; }
[[nodiscard]] inline bool equal(const Uuid& a, const Uuid& b) { return a == b; }
template <class T>
[[nodiscard]] bool equal(const T& a, const T& b) {
    return order(a, b) == 0;
}

}  // namespace sf::sql
