// A single value of any type as bytes, exactly as it was: what states keep that hold values. (What compares equal is
// value_bytes.hpp, what sorts sort_key.hpp.)
#pragma once

#include "engine/owned_column.hpp"

#include <string>
#include <string_view>

namespace sf::engine {

/// Appends the value of a row. Not for NULLs. Of two numerics of equal value the one with more digits behind the point
/// has the greater bytes.
void append_value(std::string& out, const sql::Column& column, std::size_t row);

/// Puts such bytes into a row. Texts point into `bytes`. False if they are not a value of the column's type.
[[nodiscard]] bool read_value(OwnedColumn& column, std::size_t row, std::string_view bytes);

}  // namespace sf::engine
