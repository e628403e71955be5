// A value as bytes that compare, byte by byte, as ORDER BY sorts: numbers by value with NaN last, texts by their bytes,
// intervals by their length. Equal values have equal bytes. No key is the beginning of another one, so several can
// follow each other.
#pragma once

#include "sql/aggregate_catalog.hpp"
#include "sql/column.hpp"

#include <string>

namespace sf::engine {

/// Whether ORDER BY can sort by it: all but JSON.
[[nodiscard]] constexpr bool is_sortable(sql::Type type) {
    switch (type) {
        case sql::Type::boolean:
        case sql::Type::integer:
        case sql::Type::bigint:
        case sql::Type::double_precision:
        case sql::Type::numeric:
        case sql::Type::text:
        case sql::Type::timestamp:
        case sql::Type::date:
        case sql::Type::timestamptz:
        case sql::Type::interval:
        case sql::Type::uuid: return true;
        default: return false;
    }
}

/// Appends the key of a row, which may be NULL, of a type with is_sortable().
void append_sort_key(std::string& out, const sql::Column& column, std::size_t row, sql::SortDirection direction = {});

}  // namespace sf::engine
