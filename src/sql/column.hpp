// A column: n values of one type in arrays, as the kernels read and write them. Views only: whoever made a column says
// how long its memory lives.
#pragma once

#include "base/uuid.hpp"
#include "sql/decimal.hpp"
#include "sql/interval.hpp"
#include "sql/type.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sf::sql {

/// Exactly one array of values is set, by `type`; all have `size` entries. Where a row is NULL its entry is any value.
struct Column {
    Type type = Type::bigint;
    std::size_t size = 0;

    std::span<const std::uint8_t> valid;   // 1 where there is a value, 0 where NULL. Empty: no row is NULL.
    std::span<const std::uint8_t> failed;  // 1 where the value could not be computed (a division by zero, a bad cast):
                                           // NULL, and counted where the row is used. Empty: none.

    std::span<const std::uint8_t> booleans;  // boolean: 0 or 1.
    std::span<const std::int64_t> integers;  // integer, bigint, timestamptz, timestamp, date.
    std::span<const double> doubles;         // double_precision.
    std::span<const Decimal> decimals;       // numeric.
    std::span<const Interval> intervals;     // interval.
    std::span<const Uuid> uuids;             // uuid.
    std::span<const std::string_view>
        texts;                             // text, jsonb, json_scalar, arrays (values/array.hpp); not set where coded:
    std::span<const std::uint16_t> codes;  // text as indexes into the dictionary of
    std::span<const std::string_view> words;  // its distinct values (not `size` of them).

    [[nodiscard]] bool is_valid(std::size_t row) const { return valid.empty() || valid[row] != 0; }
    [[nodiscard]] bool is_dictionary() const { return !words.empty(); }
    [[nodiscard]] std::string_view text(std::size_t row) const {
        return is_dictionary() ? words[codes[row]] : texts[row];
    }
};

}  // namespace sf::sql
