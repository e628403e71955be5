// What names mean where an expression stands. EventScope has the columns of events; other sources of rows have scopes
// of their own.
#pragma once

#include "sql/plan/builder.hpp"

namespace sf::sql {

/// The last name of a column: what an output column is called that has no AS.
[[nodiscard]] std::string_view last_name(const PgQuery__ColumnRef& column);

/// The content of a String node; empty for any other.
[[nodiscard]] std::string_view string_of(const PgQuery__Node& node);

class Scope {
public:
    virtual ~Scope() = default;

    /// Whether a name alone is a column: output names come after these.
    [[nodiscard]] virtual bool has_column(std::string_view name) const = 0;

    [[nodiscard]] virtual Result<ExpressionPtr> column(const PgQuery__ColumnRef& reference) const = 0;
};

}  // namespace sf::sql
