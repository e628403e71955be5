// A value as bytes whose order is the value's: what ranking sorts. One comparison of bytes then stands for any number
// of columns, ascending or descending ("normalized keys", as System R's sort had them).
#pragma once

#include "sql/column.hpp"

#include <string>

namespace sf::engine {

struct SortDirection {
    bool descending = false;
    bool nulls_first = false;
};

/// Appends the value of a row; NULLs too. Values that ORDER BY calls equal (1.0 and 1.00, 0 and -0) are equal bytes,
/// and no value's bytes are the beginning of another one's. jsonb and json_scalar are ordered by their text.
void append_sort_key(std::string& out, const sql::Column& column, std::size_t row, SortDirection direction);

}  // namespace sf::engine
