// A field's text as a JSON value of the type that a mapping asks for. Numbers keep the digits of the file: 2.55
// stays 2.55.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sf::recording {

enum class ValueType : std::uint8_t { string, integer, number, boolean };

[[nodiscard]] std::string_view to_string(ValueType type);

/// Appends `text` as a JSON value. False, and nothing is appended, where it is no such value. Spaces around numbers and
/// booleans are ignored. `integer` takes 17850 and 17850.0; `number` decimal notation and exponents; `boolean` true,
/// false, yes, no, t, f, y, n, 1 and 0 in any case. `mended` counts strings that were not UTF-8 (field_text.hpp).
[[nodiscard]] bool append_value(std::string& out, std::string_view text, ValueType type, std::uint64_t& mended);

}  // namespace sf::recording
