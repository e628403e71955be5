// FROM events, FROM TUMBLE(events, ...), HOP and SESSION, FROM (SELECT ...) AS e, WITH queries by their name, and each
// of these joined with reference tables.
#pragma once

#include "sql/plan/function_calls.hpp"
#include "sql/plan/relation.hpp"
#include "sql/plan/scope.hpp"
#include "sql/tables/reference_table.hpp"
#include "sql/view_plan.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace sf::sql {

inline constexpr std::int64_t kWindowsOverlapMax = 100'000;  // size / slide: windows that an event is in at once.

struct Source {
    std::unique_ptr<Scope> scope;
    Relation::Rows rows = Relation::Rows::events;
    std::optional<Window> window;  // Where it is a window function.
    ExpressionPtr condition;       // Of joins: events of which it is not true have no row. May be null.
    int location = -1;
};

/// What FROM may read besides events. The planner of the SELECT that FROM stands in has them.
class Subqueries {
public:
    virtual ~Subqueries() = default;

    /// The WITH query of this name; nothing where there is none.
    [[nodiscard]] virtual Result<std::optional<Relation>> with_query(std::string_view name) = 0;
    [[nodiscard]] virtual Result<Relation> subquery(const PgQuery__SelectStmt& select) = 0;

    /// The columns of the view of this name, which the statement reads from then on in the place of events; nothing
    /// where there is none.
    [[nodiscard]] virtual Result<std::optional<Relation>> view(std::string_view name, int location) = 0;
    [[nodiscard]] virtual ViewSource* view_read() = 0;  // Null: the statement reads events.
    [[nodiscard]] virtual std::vector<std::string> view_names() const = 0;

    [[nodiscard]] virtual const TableCatalog& tables() const = 0;
    [[nodiscard]] virtual FunctionCalls& functions() const = 0;
};

/// `builder` outlives the source.
[[nodiscard]] Result<Source> from_clause(const Builder& builder, std::span<PgQuery__Node* const> items,
                                         Subqueries& subqueries);

/// AS e (a, b): the first columns get other names.
[[nodiscard]] Result<> rename_columns(const Builder& builder, Relation& relation, std::span<PgQuery__Node* const> names,
                                      std::string_view table, int location);

}  // namespace sf::sql
