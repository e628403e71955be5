// What names mean where an expression stands. EventScope has the columns of events; other sources of rows have scopes
// of their own.
#pragma once

#include "sql/plan/builder.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sf::sql {

class ExpressionBinder;
struct Clause;

/// A column as others may name it.
struct NamedColumn {
    std::string name;
    ExpressionPtr expression;
    bool unknown = false;  // A literal without a type, as which it is text.
};

/// The last name of a column: what an output column is called that has no AS.
[[nodiscard]] std::string_view last_name(const PgQuery__ColumnRef& column);

/// The content of a String node; empty for any other.
[[nodiscard]] std::string_view string_of(const PgQuery__Node& node);

/// Whether a reference is * or name.*
[[nodiscard]] bool is_star(const PgQuery__ColumnRef& reference);

class Scope {
public:
    virtual ~Scope() = default;

    /// Whether a name alone is a column: output names come after these.
    [[nodiscard]] virtual bool has_column(std::string_view name) const = 0;

    [[nodiscard]] virtual Result<ExpressionPtr> column(const PgQuery__ColumnRef& reference) const = 0;

    /// What $1 stands for. The binder adds the place to an error.
    [[nodiscard]] virtual Result<ExpressionPtr> parameter(int number, int location) const;

    /// What * stands for, or name.*: all columns in their order.
    [[nodiscard]] virtual Result<std::vector<NamedColumn>> star(const PgQuery__ColumnRef& reference) const = 0;

    /// What only this place knows the meaning of, such as subqueries and window functions of queries. Nothing: it means
    /// what it means everywhere.
    [[nodiscard]] virtual std::optional<Result<Operand>> special(const PgQuery__Node& node, ExpressionBinder& binder,
                                                                 const Clause& clause) const {
        static_cast<void>(node), static_cast<void>(binder), static_cast<void>(clause);
        return std::nullopt;
    }

    /// What sorts rows into the order in which they happened, without ties: a time and an id; nothing where they have
    /// no such order. For aggregates such as first() and last().
    [[nodiscard]] virtual std::vector<ExpressionPtr> row_order() const { return {}; }
};

}  // namespace sf::sql
