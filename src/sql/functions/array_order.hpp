// Order and equality of arrays and their elements.
#pragma once

#include "sql/values/array.hpp"

#include <string_view>

namespace sf::sql {

/// Of two elements that are not NULL.
[[nodiscard]] int order_elements(Type element_type, std::string_view a, std::string_view b);
[[nodiscard]] bool equal_elements(Type element_type, std::string_view a, std::string_view b);

/// Element by element, a NULL behind all others; of two that begin alike the shorter one first.
[[nodiscard]] int order_arrays(Type array_type, std::string_view a, std::string_view b);

/// Two NULLs at one place are equal here, as in PostgreSQL.
[[nodiscard]] bool equal_arrays(Type array_type, std::string_view a, std::string_view b);

/// Two values of a type that is kept as text: text, jsonb, arrays.
[[nodiscard]] bool equal_texts(Type type, std::string_view a, std::string_view b);

}  // namespace sf::sql
