#include "sql/type.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <string>

namespace sf::sql {

namespace {

// The names with [] behind them, kept for as long as the program runs.
std::string_view array_name(Type element) {
    static const auto names = [] {
        std::array<std::string, kElementTypes.size()> made;
        for (std::size_t i = 0; i < made.size(); ++i) made[i] = std::string(to_string(kElementTypes[i])) + "[]";
        return made;
    }();
    const auto* const found = std::ranges::find(kElementTypes, element);
    SF_ASSERT(found != kElementTypes.end());  // There are no arrays of anything else.
    return names[static_cast<std::size_t>(found - kElementTypes.begin())];
}

}  // namespace

std::string_view to_string(Type type) {
    if (is_array(type)) return array_name(element_type(type));
    switch (type) {
        case Type::boolean: return "boolean";
        case Type::integer: return "integer";
        case Type::bigint: return "bigint";
        case Type::double_precision: return "double precision";
        case Type::numeric: return "numeric";
        case Type::text: return "text";
        case Type::timestamptz: return "timestamp with time zone";
        case Type::timestamp: return "timestamp without time zone";
        case Type::date: return "date";
        case Type::interval: return "interval";
        case Type::uuid: return "uuid";
        case Type::jsonb:
        case Type::json_scalar: return "jsonb";
    }
    SF_ASSERT(false);  // Every type has its case.
}

}  // namespace sf::sql
