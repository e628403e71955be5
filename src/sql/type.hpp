// The types of the SQL dialect: PostgreSQL's, as far as they are supported, and one of our own for `data.field`.
#pragma once

#include <array>
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
    timestamp,    // Without time zone: the same of a clock in UTC.
    date,         // Its beginning, as a timestamp.
    interval,
    uuid,
    jsonb,        // JSON text as it came.
    json_scalar,  // `data.field` where no type is asked for: a JSON string, number or boolean as its JSON text.
};

// An array of any of these is its element's type with this bit, not an enumerator of its own.
inline constexpr std::uint8_t kArrayBit = 0x80;

[[nodiscard]] constexpr Type array_type(Type element) {
    return static_cast<Type>(static_cast<std::uint8_t>(element) | kArrayBit);
}
[[nodiscard]] constexpr bool is_array(Type type) { return (static_cast<std::uint8_t>(type) & kArrayBit) != 0; }
[[nodiscard]] constexpr Type element_type(Type array) {
    return static_cast<Type>(static_cast<std::uint8_t>(array) & ~kArrayBit);
}
inline constexpr Type kTextArray = array_type(Type::text);

/// What arrays may hold.
inline constexpr std::array kElementTypes = {Type::boolean, Type::integer, Type::bigint,      Type::double_precision,
                                             Type::numeric, Type::text,    Type::timestamptz, Type::timestamp, Type::date, Type::interval,
                                             Type::uuid,    Type::jsonb};

/// PostgreSQL's name: "double precision", "text[]". json_scalar is "jsonb" to the outside.
[[nodiscard]] std::string_view to_string(Type type);

[[nodiscard]] constexpr bool is_number(Type type) {
    return type == Type::integer || type == Type::bigint || type == Type::double_precision || type == Type::numeric;
}

}  // namespace sf::sql
