// SELECT, VALUES, set operations, WITH, ORDER BY and LIMIT: from the tree to a Query.
#pragma once

#include "sql/query/query_scope.hpp"

namespace sf::sql::query {

class QueryPlanner {
public:
    /// What is around the query: another one whose columns it may read, and WITH queries. Both may be null.
    QueryPlanner(QueryContext& context, const QueryScope* outer, const WithScope* with)
        : context_(context), outer_(outer), with_(with) {}

    [[nodiscard]] Result<QueryPtr> plan(const PgQuery__SelectStmt& select);

private:
    [[nodiscard]] Result<> read_with(const PgQuery__WithClause& clause, Query& query);
    [[nodiscard]] Result<WithQuery> read_with_query(const PgQuery__CommonTableExpr& expression, bool recursive);
    [[nodiscard]] Result<QueryPtr> plan_recursive(const PgQuery__SelectStmt& select, const std::string& name,
                                                  const std::string& printed,
                                                  const PgQuery__CommonTableExpr& expression);
    [[nodiscard]] Result<> plan_set_operation(const PgQuery__SelectStmt& select, Query& query);
    [[nodiscard]] Result<> join_sides(SetOperation& operation);
    [[nodiscard]] Result<> plan_values(const PgQuery__SelectStmt& select, Query& query);
    [[nodiscard]] Result<> order_by_outputs(const PgQuery__SelectStmt& select, Query& query);
    [[nodiscard]] Result<> read_limits(const PgQuery__SelectStmt& select, Query& query);
    [[nodiscard]] Result<std::int64_t> row_count(const PgQuery__Node& node, std::string_view what);

    QueryContext& context_;
    const QueryScope* outer_;
    const WithScope* with_;
    WithScope own_;
};

/// Gives an output column another type, as far down as its values come from.
[[nodiscard]] Result<> cast_output(const QueryContext& context, Query& query, std::size_t column, Type type,
                                   std::string_view place);

/// Sets the columns of a query from its body, once their types are settled.
void describe(const QueryContext& context, Query& query);

/// ASC, DESC, NULLS FIRST and NULLS LAST; the key's expression is the caller's.
[[nodiscard]] SortKey sort_key(const PgQuery__SortBy& sort);

/// Refuses what is neither told apart nor sorted here: arrays of jsonb.
[[nodiscard]] Result<> check_comparable(const QueryContext& context, Type type, int location, std::string_view place);

/// What stands for the value where rows are told apart: itself, but for jsonb, intervals and arrays of intervals the
/// form that equal values share.
[[nodiscard]] ExpressionPtr equal_form(const ExpressionPtr& expression);

/// equal_form() of an output column, as far down as its values come from.
void make_output_equal_form(const QueryContext& context, Query& query, std::size_t column);

/// What sorts as the value does: itself, but for jsonb a text, and for intervals the form that equal ones share.
[[nodiscard]] ExpressionPtr order_form(const ExpressionPtr& expression);
[[nodiscard]] inline bool has_order_form(Type type) { return type == Type::jsonb || type == Type::json_scalar; }
[[nodiscard]] inline bool is_of_intervals(Type type) {
    return type == Type::interval || type == array_type(Type::interval);
}
[[nodiscard]] inline bool sorts_by_form(Type type) { return has_order_form(type) || is_of_intervals(type); }

/// Names after an alias: FROM f() AS t(a, b).
[[nodiscard]] Result<> rename_columns(const QueryContext& context, std::vector<Attribute>& columns,
                                      std::span<PgQuery__Node* const> names, int location);

}  // namespace sf::sql::query
