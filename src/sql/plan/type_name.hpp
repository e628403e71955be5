// Names of types in casts, and literals with a type in front.
#pragma once

#include "sql/plan/builder.hpp"

#include <optional>

namespace sf::sql {

struct NamedType {
    Type type = Type::text;
    std::optional<int> precision;  // numeric(precision, scale)
    int scale = 0;
    std::optional<int> length;  // varchar(length)
    bool small = false;         // smallint: an integer of 16 bits.
};

/// `unsupported type` with the nearest supported one as hint, for what the dialect does not have.
[[nodiscard]] Result<NamedType> named_type(const Builder& builder, const PgQuery__TypeName& name);

/// Whether it is the built-in type of this name in PostgreSQL's catalog: no array, of no other schema.
[[nodiscard]] bool is_type(const PgQuery__TypeName& name, std::string_view catalog);

/// INTERVAL '3' HOUR: the literal with its unit inside.
[[nodiscard]] Result<ExpressionPtr> interval_literal(const Builder& builder, const PgQuery__TypeName& name,
                                                     std::string_view text, int location);

/// The name that PostgreSQL gives to an output column that is a cast.
[[nodiscard]] std::string_view catalog_name(const PgQuery__TypeName& name);

}  // namespace sf::sql
