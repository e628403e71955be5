// The types of the SQL dialect: PostgreSQL's, as far as they are supported, and one of our own for `data.field`.
#pragma once

#include <cstdint>
#include <string_view>

namespace sf::sql {

enum class Type : std::uint8_t {
    boolean,
    integer,  // 32 bits; kept as 64, with PostgreSQL's range checks.
    bigint,   // 64 bits.
    double_precision,
    numeric,  // Decimal: exact, up to 38 digits.
    text,
    timestamptz,  // Microseconds since 1970, UTC.
    interval,
    uuid,
    jsonb,        // JSON text as it came.
    json_scalar,  // `data.field` where no type is asked for: a JSON string, number or boolean as its JSON text.
};

/// PostgreSQL's name: "double precision". json_scalar is "jsonb" to the outside.
[[nodiscard]] std::string_view to_string(Type type);

[[nodiscard]] constexpr bool is_number(Type type) {
    return type == Type::integer || type == Type::bigint || type == Type::double_precision || type == Type::numeric;
}

}  // namespace sf::sql
