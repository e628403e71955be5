#include "sql/plan/type_name.hpp"

#include "base/nearest_name.hpp"
#include "sql/plan/scope.hpp"
#include "sql/values/number_text.hpp"
#include "sql/values/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sf::sql {
namespace {

struct TypeWord {
    std::string_view word;
    Type type;
};
constexpr std::array kTypes = {
    TypeWord{"bool", Type::boolean},        TypeWord{"int4", Type::integer},
    TypeWord{"int", Type::integer},         TypeWord{"integer", Type::integer},
    TypeWord{"int2", Type::integer},        TypeWord{"int8", Type::bigint},
    TypeWord{"bigint", Type::bigint},       TypeWord{"float8", Type::double_precision},
    TypeWord{"numeric", Type::numeric},     TypeWord{"text", Type::text},
    TypeWord{"varchar", Type::text},        TypeWord{"timestamptz", Type::timestamptz},
    TypeWord{"timestamp", Type::timestamp}, TypeWord{"date", Type::date},
    TypeWord{"interval", Type::interval},   TypeWord{"uuid", Type::uuid},
    TypeWord{"jsonb", Type::jsonb},
};

// What to write instead of types that are not here.
struct Instead {
    std::string_view word;
    std::string_view hint;
};
constexpr std::array kInstead = {
    Instead{"float4", "use double precision"},
    Instead{"bpchar", "use text"},
    Instead{"char", "use text"},
    Instead{"name", "use text"},
    Instead{"json", "use jsonb"},
    Instead{"time", "use timestamptz"},
    Instead{"timetz", "use timestamptz"},
};

constexpr int kNumericDigitsMax = 38;
constexpr int kVarcharMax = 10'485'760;  // PostgreSQL's.

// The one that was probably meant, by what people write; else all.
std::string type_hint(std::string_view word) {
    static constexpr std::array<std::string_view, 17> kWritten = {
        "boolean", "bool",    "integer",     "int",       "smallint", "bigint",   "numeric", "decimal", "float8",
        "text",    "varchar", "timestamptz", "timestamp", "date",     "interval", "uuid",    "jsonb"};
    if (const auto* const instead = std::ranges::find(kInstead, word, &Instead::word); instead != kInstead.end())
        return std::string(instead->hint);
    if (const auto meant = nearest_name(word, kWritten)) return fmt::format("is it {}?", *meant);
    return "boolean, smallint, integer, bigint, double precision, numeric, text, varchar, timestamptz, timestamp, "
           "date, interval, uuid, jsonb and arrays of them are";
}

Result<int> modifier(const Builder& builder, const PgQuery__Node& node, int location) {
    if (node.node_case == PG_QUERY__NODE__NODE_A_CONST && node.a_const->val_case == PG_QUERY__A__CONST__VAL_IVAL)
        return node.a_const->ival->ival;
    return fail(builder.error(location, "a type takes whole numbers"));
}

}  // namespace

std::string_view catalog_name(const PgQuery__TypeName& name) { return string_of(*name.names[name.n_names - 1]); }

bool is_type(const PgQuery__TypeName& name, std::string_view catalog) {
    return catalog_name(name) == catalog && name.n_array_bounds == 0 && name.setof == 0 && name.pct_type == 0 &&
           (name.n_names == 1 || (name.n_names == 2 && string_of(*name.names[0]) == "pg_catalog"));
}

Result<NamedType> named_type(const Builder& builder, const PgQuery__TypeName& name) {
    const std::string_view word = catalog_name(name);
    if (name.setof != 0 || name.pct_type != 0)
        return fail(builder.error(name.location, "this form of a type is not supported"));
    if (name.n_array_bounds > 1)
        return fail(builder.error(name.location, "arrays of more than one dimension are not supported"));
    if (name.n_names > 1 && string_of(*name.names[0]) != "pg_catalog")
        return fail(builder.error(name.location, fmt::format("there is no schema \"{}\"", string_of(*name.names[0]))));
    const auto* const found = std::ranges::find(kTypes, word, &TypeWord::word);
    if (found == kTypes.end()) {
        return fail(builder.error(name.location, fmt::format("the type {} is not supported", word), type_hint(word)));
    }
    NamedType named{.type = name.n_array_bounds > 0 ? array_type(found->type) : found->type};
    named.small = word == "int2";
    if (named.small && is_array(named.type))
        return fail(builder.error(name.location, "arrays of smallint are not supported", "use integer[]"));
    if (name.n_typmods == 0) return named;
    if (word == "varchar" && named.type == Type::text && name.n_typmods == 1) {
        SF_ASSIGN(const int length, modifier(builder, *name.typmods[0], name.location));
        if (length < 1 || length > kVarcharMax)
            return fail(builder.error(name.location, fmt::format("varchar({}) is out of range", length),
                                      fmt::format("1 to {} characters", kVarcharMax)));
        named.length = length;
        return named;
    }
    if (named.type != Type::numeric || name.n_typmods > 2)
        return fail(builder.error(name.location, fmt::format("{} takes no precision here", to_string(named.type))));
    SF_ASSIGN(const int precision, modifier(builder, *name.typmods[0], name.location));
    if (name.n_typmods == 2) {
        SF_ASSIGN(named.scale, modifier(builder, *name.typmods[1], name.location));
    }
    named.precision = precision;
    if (precision < 1 || precision > kNumericDigitsMax || named.scale < 0 || named.scale > precision)
        return fail(builder.error(name.location, fmt::format("numeric({}, {}) is out of range", precision, named.scale),
                                  "up to 38 digits, of which 0 to all stand behind the point"));
    return named;
}

Result<ExpressionPtr> interval_literal(const Builder& builder, const PgQuery__TypeName& name, std::string_view text,
                                       int location) {
    struct Field {
        int mask;
        std::string_view unit;
    };
    static constexpr std::array kFields = {Field{4, "year"},    Field{2, "month"},     Field{8, "day"},
                                           Field{1024, "hour"}, Field{2048, "minute"}, Field{4096, "second"}};
    SF_ASSIGN(const int mask, modifier(builder, *name.typmods[0], name.location));
    const auto* const field = std::ranges::find(kFields, mask, &Field::mask);
    const auto count = read_bigint(text);
    const auto interval =
        field != kFields.end() && count ? read_interval(fmt::format("{} {}", *count, field->unit)) : std::nullopt;
    if (!interval || name.n_typmods != 1)
        return fail(builder.error(location, "this form of INTERVAL is not supported",
                                  "write the unit inside: INTERVAL '90 min'"));
    return make_literal(Type::interval, *interval, location);
}

}  // namespace sf::sql
