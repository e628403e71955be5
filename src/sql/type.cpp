#include "sql/type.hpp"

#include "base/assert.hpp"

namespace sf::sql {

std::string_view to_string(Type type) {
    switch (type) {
        case Type::boolean: return "boolean";
        case Type::integer: return "integer";
        case Type::bigint: return "bigint";
        case Type::double_precision: return "double precision";
        case Type::numeric: return "numeric";
        case Type::text: return "text";
        case Type::timestamptz: return "timestamp with time zone";
        case Type::interval: return "interval";
        case Type::uuid: return "uuid";
        case Type::jsonb:
        case Type::json_scalar: return "jsonb";
    }
    SF_ASSERT(false);  // Every type has its case.
}

}  // namespace sf::sql
