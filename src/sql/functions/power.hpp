// x to the power of y: ^ and power().
#pragma once

#include "sql/functions/function.hpp"

#include <optional>

namespace sf::sql {

/// Nothing where PostgreSQL has an error: zero to a negative power, a negative number to a fraction, overflow and
/// underflow.
[[nodiscard]] std::optional<double> power_of(double x, double y);

/// PostgreSQL computes powers, exp() and ln() of numeric with as many digits as the result needs. We do not, and refuse
/// instead of answering with fewer: this is what such a function prepares.
[[nodiscard]] Result<std::shared_ptr<const Prepared>> refuse_numeric(std::span<const ExpressionPtr> arguments);

}  // namespace sf::sql
