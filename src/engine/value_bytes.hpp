// A value as bytes that are equal exactly where SQL calls the values equal: 1.0 and 1.00, 0 and -0, any two NaN. What
// sets, sketches and group keys compare and hash.
#pragma once

#include "sql/column.hpp"

#include <cstdint>
#include <string>

namespace sf::engine {

/// Whether values of this type are told apart by eight bytes.
[[nodiscard]] constexpr bool is_word(sql::Type type) {
    return type == sql::Type::boolean || type == sql::Type::integer || type == sql::Type::bigint ||
           type == sql::Type::timestamptz || type == sql::Type::timestamp || type == sql::Type::date ||
           type == sql::Type::double_precision;
}

/// For types with is_word(). Not for NULLs.
[[nodiscard]] std::uint64_t word_of(const sql::Column& column, std::size_t row);

/// For all other types: appends. Not for NULLs.
void append_bytes(std::string& out, const sql::Column& column, std::size_t row);
[[nodiscard]] inline std::string bytes_of(const sql::Column& column, std::size_t row) {
    std::string out;
    append_bytes(out, column, row);
    return out;
}

/// 64 bits of any value of any type; equal for equal values.
[[nodiscard]] std::uint64_t hash_of(const sql::Column& column, std::size_t row);

}  // namespace sf::engine
