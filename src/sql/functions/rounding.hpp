// Rounding of exact numbers.
#pragma once

#include "sql/decimal.hpp"

#include <optional>

namespace sf::sql {

/// round(value, places): half away from zero. Negative places round before the point. The scale is `places`, at least
/// 0; nothing where the result has more than 38 digits.
[[nodiscard]] std::optional<Decimal> round_decimal(Decimal value, int places);

/// The same towards zero, towards minus and plus infinity.
[[nodiscard]] std::optional<Decimal> truncate_decimal(Decimal value, int places);
[[nodiscard]] std::optional<Decimal> floor_decimal(Decimal value);
[[nodiscard]] std::optional<Decimal> ceiling_decimal(Decimal value);

/// With PostgreSQL's scale: at least 16 significant digits. Nothing for negative values.
[[nodiscard]] std::optional<Decimal> square_root(Decimal value);

}  // namespace sf::sql
