#include "engine/owned_column.hpp"

namespace sf::engine {

void OwnedColumn::reset(sql::Type new_type, std::size_t size) {
    type = new_type;
    valid.clear();
    failed.clear();
    made_.clear();
    if (sql::is_array(type)) {
        texts.assign(size, {});
        return;
    }
    switch (type) {
        case sql::Type::boolean: booleans.assign(size, 0); return;
        case sql::Type::integer:
        case sql::Type::bigint:
        case sql::Type::timestamptz:
        case sql::Type::timestamp:
        case sql::Type::date: integers.assign(size, 0); return;
        case sql::Type::double_precision: doubles.assign(size, 0); return;
        case sql::Type::numeric: decimals.assign(size, {}); return;
        case sql::Type::interval: intervals.assign(size, {}); return;
        case sql::Type::uuid: uuids.assign(size, {}); return;
        case sql::Type::text:
        case sql::Type::jsonb:
        case sql::Type::json_scalar: texts.assign(size, {}); return;
    }
}

sql::Column OwnedColumn::view(std::size_t size) const {
    sql::Column column{.type = type, .size = size, .valid = valid, .failed = failed};
    if (sql::is_array(type)) column.texts = texts;
    switch (type) {
        case sql::Type::boolean: column.booleans = booleans; break;
        case sql::Type::integer:
        case sql::Type::bigint:
        case sql::Type::timestamptz:
        case sql::Type::timestamp:
        case sql::Type::date: column.integers = integers; break;
        case sql::Type::double_precision: column.doubles = doubles; break;
        case sql::Type::numeric: column.decimals = decimals; break;
        case sql::Type::interval: column.intervals = intervals; break;
        case sql::Type::uuid: column.uuids = uuids; break;
        case sql::Type::text:
        case sql::Type::jsonb:
        case sql::Type::json_scalar: column.texts = texts; break;
    }
    return column;
}

}  // namespace sf::engine
