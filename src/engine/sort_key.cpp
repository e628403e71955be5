#include "engine/sort_key.hpp"

#include "engine/value_bytes.hpp"

#include <bit>

namespace sf::engine {
namespace {

constexpr std::uint64_t kSign = 1ull << 63;

void append_big_endian(std::string& out, std::uint64_t word) {
    if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
    out.append(reinterpret_cast<const char*>(&word), sizeof word);
}
void append_big_endian(std::string& out, unsigned __int128 word) {
    append_big_endian(out, static_cast<std::uint64_t>(word >> 64));
    append_big_endian(out, static_cast<std::uint64_t>(word));
}

// Negative numbers have their sign bit set and grow with their magnitude.
std::uint64_t ordered_bits(std::uint64_t bits) { return (bits & kSign) != 0 ? ~bits : bits | kSign; }

// Sign, then the power of ten, then the digits, moved up until there are 38 of them.
void append_numeric(std::string& out, const sql::Decimal& value) {
    constexpr int kDigits = 38;
    constexpr int kExponentZero = 64;
    if (value.digits == 0) {
        out += '\1';
        return;
    }
    const bool negative = value.digits < 0;
    auto digits = static_cast<unsigned __int128>(negative ? -value.digits : value.digits);
    unsigned __int128 full = 1;
    for (int i = 1; i < kDigits; ++i) full *= 10;
    int exponent = kDigits - value.scale + kExponentZero;
    for (; digits < full; --exponent) digits *= 10;
    out += negative ? '\0' : '\2';
    const std::size_t begin = out.size();
    out += static_cast<char>(exponent);
    append_big_endian(out, digits);
    for (std::size_t i = begin; negative && i < out.size(); ++i) out[i] = static_cast<char>(~out[i]);
}

// A zero byte is followed by 255, the end is two zeros.
void append_text(std::string& out, std::string_view text) {
    for (std::size_t zero = text.find('\0'); zero != std::string_view::npos; zero = text.find('\0')) {
        out.append(text.substr(0, zero + 1)) += '\xff';
        text.remove_prefix(zero + 1);
    }
    out.append(text).append(2, '\0');
}

void append_ascending(std::string& out, const sql::Column& column, std::size_t row) {
    switch (column.type) {
        case sql::Type::boolean: out += static_cast<char>(column.booleans[row]); return;
        case sql::Type::double_precision: append_big_endian(out, ordered_bits(word_of(column, row))); return;
        case sql::Type::numeric: append_numeric(out, column.decimals[row]); return;
        case sql::Type::interval:
            append_big_endian(out, static_cast<unsigned __int128>(sql::length_of(column.intervals[row])) ^
                                       (static_cast<unsigned __int128>(kSign) << 64));
            return;
        case sql::Type::uuid:
            append_big_endian(out, column.uuids[row].high());
            append_big_endian(out, column.uuids[row].low());
            return;
        case sql::Type::integer:
        case sql::Type::bigint:
        case sql::Type::timestamp:
        case sql::Type::date:
        case sql::Type::timestamptz:
            append_big_endian(out, static_cast<std::uint64_t>(column.integers[row]) ^ kSign);
            return;
        default: append_text(out, column.text(row)); return;
    }
}

}  // namespace

void append_sort_key(std::string& out, const sql::Column& column, std::size_t row, sql::SortDirection direction) {
    if (!column.is_valid(row)) {
        out += direction.nulls_first ? '\0' : '\2';
        return;
    }
    out += '\1';
    const std::size_t begin = out.size();
    append_ascending(out, column, row);
    for (std::size_t i = begin; direction.descending && i < out.size(); ++i) out[i] = static_cast<char>(~out[i]);
}

}  // namespace sf::engine
