#include "engine/stored_value.hpp"

#include <cstring>

namespace sf::engine {
namespace {

template <class T>
void append_raw(std::string& out, const T& value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class T>
bool read_raw(T& value, std::string_view bytes) {
    if (bytes.size() != sizeof value) return false;
    std::memcpy(&value, bytes.data(), sizeof value);
    return true;
}

}  // namespace

void append_value(std::string& out, const sql::Column& column, std::size_t row) {
    switch (column.type) {
        case sql::Type::boolean: out += static_cast<char>(column.booleans[row]); return;
        case sql::Type::integer:
        case sql::Type::bigint:
        case sql::Type::timestamp:
        case sql::Type::date:
        case sql::Type::timestamptz: append_raw(out, column.integers[row]); return;
        case sql::Type::double_precision: append_raw(out, column.doubles[row]); return;
        case sql::Type::numeric:
            out += static_cast<char>(column.decimals[row].scale);
            append_raw(out, column.decimals[row].digits);
            return;
        case sql::Type::interval: append_raw(out, column.intervals[row]); return;
        case sql::Type::uuid: append_raw(out, column.uuids[row]); return;
        default: out += column.text(row); return;
    }
}

bool read_value(OwnedColumn& column, std::size_t row, std::string_view bytes) {
    switch (column.type) {
        case sql::Type::boolean:
            if (bytes.size() != 1) return false;
            column.booleans[row] = bytes[0] != 0 ? 1 : 0;
            return true;
        case sql::Type::integer:
        case sql::Type::bigint:
        case sql::Type::timestamp:
        case sql::Type::date:
        case sql::Type::timestamptz: return read_raw(column.integers[row], bytes);
        case sql::Type::double_precision: return read_raw(column.doubles[row], bytes);
        case sql::Type::numeric: {
            constexpr char kScaleMax = 38;
            if (bytes.empty() || bytes[0] < 0 || bytes[0] > kScaleMax) return false;
            column.decimals[row].scale = bytes[0];
            return read_raw(column.decimals[row].digits, bytes.substr(1));
        }
        case sql::Type::interval: return read_raw(column.intervals[row], bytes);
        case sql::Type::uuid: return read_raw(column.uuids[row], bytes);
        default: column.texts[row] = bytes; return true;
    }
}

}  // namespace sf::engine
