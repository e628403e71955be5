#include "engine/sort_key.hpp"

#include "engine/value_bytes.hpp"

#include <array>
#include <bit>
#include <cstdint>

namespace sf::engine {
namespace {

constexpr int kDigitsMax = 38;  // Of a numeric.

template <class Unsigned>
void append_big_endian(std::string& out, Unsigned value) {
    for (int shift = static_cast<int>(sizeof value) * 8 - 8; shift >= 0; shift -= 8)
        out += static_cast<char>(static_cast<unsigned char>(value >> shift));
}

void append_signed(std::string& out, std::int64_t value) {
    append_big_endian(out, static_cast<std::uint64_t>(value) ^ (std::uint64_t{1} << 63));
}

// The bits of an IEEE double are in order but for the sign. `word` has one bit pattern for NaN, the greatest, and one
// for zero.
void append_double(std::string& out, std::uint64_t word) {
    const bool negative = (word >> 63) != 0;
    append_big_endian(out, negative ? ~word : word | (std::uint64_t{1} << 63));
}

// The sign, where the first digit stands, and all digits from there on.
void append_numeric(std::string& out, const sql::Decimal& value) {
    out += static_cast<char>(value.digits < 0 ? 0 : value.digits == 0 ? 1 : 2);
    if (value.digits == 0) return;
    const bool negative = value.digits < 0;
    auto digits = static_cast<unsigned __int128>(negative ? -value.digits : value.digits);
    int count = 0;
    for (unsigned __int128 rest = digits; rest != 0; rest /= 10) ++count;
    for (int i = count; i < kDigitsMax; ++i) digits *= 10;
    auto place = static_cast<std::uint16_t>(count - value.scale + 1'000);
    if (negative) {
        place = static_cast<std::uint16_t>(~place);
        digits = ~digits;
    }
    append_big_endian(out, place);
    append_big_endian(out, digits);
}

// A zero byte is followed by 255, the end is two zeros.
void append_text(std::string& out, std::string_view text) {
    for (const char c : text) {
        out += c;
        if (c == '\0') out += '\xFF';
    }
    out.append(2, '\0');
}

void append_value(std::string& out, const sql::Column& column, std::size_t row) {
    switch (column.type) {
        case sql::Type::double_precision: append_double(out, word_of(column, row)); return;
        case sql::Type::numeric: append_numeric(out, column.decimals[row]); return;
        case sql::Type::interval: {
            // PostgreSQL compares intervals by their length, with months of 30 days and days of 24 hours.
            const sql::Interval& value = column.intervals[row];
            const __int128 micros =
                (static_cast<__int128>(value.months) * 30 + value.days) * 86'400'000'000 + value.micros;
            append_big_endian(out, static_cast<unsigned __int128>(micros) ^ (static_cast<unsigned __int128>(1) << 127));
            return;
        }
        case sql::Type::uuid: append_bytes(out, column, row); return;
        case sql::Type::text:
        case sql::Type::jsonb:
        case sql::Type::json_scalar: append_text(out, column.text(row)); return;
        default: append_signed(out, static_cast<std::int64_t>(word_of(column, row))); return;
    }
}

}  // namespace

void append_sort_key(std::string& out, const sql::Column& column, std::size_t row, SortDirection direction) {
    const bool valid = column.is_valid(row);
    out += static_cast<char>(valid == direction.nulls_first ? 1 : 0);
    if (!valid) return;
    const std::size_t begin = out.size();
    append_value(out, column, row);
    if (!direction.descending) return;
    for (std::size_t i = begin; i < out.size(); ++i) out[i] = static_cast<char>(~out[i]);
}

}  // namespace sf::engine
