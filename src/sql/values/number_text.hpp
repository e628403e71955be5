// Numbers, booleans and UUIDs as text, as PostgreSQL's types read and write them. White space around a value is allowed
// where PostgreSQL allows it; nothing is returned for what it refuses.
#pragma once

#include "base/uuid.hpp"
#include "sql/decimal.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sf::sql {

[[nodiscard]] std::string_view trimmed(std::string_view text);

[[nodiscard]] std::optional<std::int64_t> read_bigint(std::string_view text);
[[nodiscard]] std::optional<std::int64_t> read_integer(std::string_view text);
[[nodiscard]] std::optional<double> read_double(std::string_view text);
[[nodiscard]] std::optional<Decimal> read_numeric(std::string_view text);

/// "t", "true", "yes", "on", "1" and what abbreviates them; the same for false.
[[nodiscard]] std::optional<bool> read_boolean(std::string_view text);

/// Also with braces, and with hyphens after any four digits or without.
[[nodiscard]] std::optional<Uuid> read_uuid(std::string_view text);

inline constexpr std::size_t kDoubleTextMax = 32;

/// The shortest text that reads back as the same double, in at most kDoubleTextMax bytes: "0.1", "1e+15", "NaN",
/// "-Infinity". Returns its size.
[[nodiscard]] std::size_t write_double(char* out, double value);

}  // namespace sf::sql
