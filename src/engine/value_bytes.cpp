#include "engine/value_bytes.hpp"

#include "base/hash.hpp"
#include "sql/values/array.hpp"
#include "sql/values/jsonb.hpp"

#include <bit>
#include <cmath>
#include <limits>

namespace sf::engine {
namespace {

// Moremur (Pelle Evensen, 2019): a bijection that mixes 64 bits well.
std::uint64_t mix(std::uint64_t x) {
    x ^= x >> 27;
    x *= 0x3C79AC492BA7B653ULL;
    x ^= x >> 33;
    x *= 0x1C69B3F74AC4AE35ULL;
    x ^= x >> 27;
    return x;
}

}  // namespace

std::uint64_t word_of(const sql::Column& column, std::size_t row) {
    if (column.type == sql::Type::boolean) return column.booleans[row];
    if (column.type != sql::Type::double_precision) return static_cast<std::uint64_t>(column.integers[row]);
    double value = column.doubles[row];
    if (value == 0) value = 0;  // -0 too.
    if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
    return std::bit_cast<std::uint64_t>(value);
}

void append_bytes(std::string& out, const sql::Column& column, std::size_t row) {
    if (sql::is_array(column.type)) {
        sql::append_normalized_array(out, column.type, column.texts[row]);
        return;
    }
    switch (column.type) {
        case sql::Type::numeric: {
            const sql::Decimal value = sql::normalized(column.decimals[row]);
            out.append(reinterpret_cast<const char*>(&value.digits), sizeof value.digits);
            out.append(reinterpret_cast<const char*>(&value.scale), sizeof value.scale);
            return;
        }
        case sql::Type::interval: {
            const __int128 micros = sql::length_of(column.intervals[row]);
            out.append(reinterpret_cast<const char*>(&micros), sizeof micros);
            return;
        }
        case sql::Type::uuid: {
            const auto& bytes = column.uuids[row].bytes;
            out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
            return;
        }
        case sql::Type::jsonb: sql::append_canonical_jsonb(out, column.texts[row]); return;
        case sql::Type::text:
        case sql::Type::json_scalar: out += column.text(row); return;
        default: {
            const std::uint64_t word = word_of(column, row);
            out.append(reinterpret_cast<const char*>(&word), sizeof word);
            return;
        }
    }
}

std::uint64_t hash_of(const sql::Column& column, std::size_t row) {
    if (is_word(column.type)) return mix(word_of(column, row));
    if (column.type == sql::Type::text || column.type == sql::Type::json_scalar) return hash64(column.text(row));
    if (column.type == sql::Type::uuid) return mix(column.uuids[row].high() ^ mix(column.uuids[row].low()));
    return hash64(bytes_of(column, row));
}

}  // namespace sf::engine
