// Events JOIN a reference table ON its key: for each event the row with that key, looked up. No event has more than
// one.
#pragma once

#include "sql/plan/function_calls.hpp"
#include "sql/plan/join_scope.hpp"
#include "sql/tables/reference_table.hpp"

#include <memory>
#include <span>

namespace sf::sql {

struct Join {
    std::unique_ptr<Scope> scope;
    ExpressionPtr condition;  // Events of which it is not true have no row; null for a LEFT JOIN.
};

/// `events` has the columns of what stands on the left; `alias` is the table's name in the statement.
[[nodiscard]] Result<Join> join_table(const Builder& builder, const PgQuery__JoinExpr& join,
                                      std::unique_ptr<Scope> events, const ReferenceTablePtr& table, std::string alias,
                                      FunctionCalls& functions);

/// (VALUES (...), (...)) AS name (column, ...): a table of its own.
[[nodiscard]] Result<ReferenceTablePtr> values_table(const Builder& builder, const PgQuery__SelectStmt& values,
                                                     const PgQuery__Alias* alias);

}  // namespace sf::sql
