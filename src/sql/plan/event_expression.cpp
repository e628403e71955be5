#include "sql/plan/event_expression.hpp"

#include "sql/plan/event_scope.hpp"
#include "sql/plan/expression_binder.hpp"
#include "sql/plan/no_aggregates.hpp"

namespace sf::sql {
// SELECT goes into a line of its own in front, which errors then leave out.
Result<ExpressionPtr> plan_event_expression(std::string_view sql) {
    auto statement = Statement::parse(std::string("SELECT ") + std::string(sql));
    if (!statement) return fail(std::move(statement.error()));
    const PgQuery__Node& root = statement->root();
    const bool plain = root.node_case == PG_QUERY__NODE__NODE_SELECT_STMT && root.select_stmt->n_target_list == 1 &&
                       root.select_stmt->n_from_clause == 0 && root.select_stmt->where_clause == nullptr;
    if (!plain) return fail(ErrorCode::invalid_input, "this is no single expression");
    const Builder builder(*statement);
    const EventScope scope(builder, "events", false);
    std::vector<AggregateCall> calls;
    const NoAggregates none;
    ExpressionBinder binder(builder, scope, none, calls);
    return binder.bind_typed(*root.select_stmt->target_list[0]->res_target->val, {"an expression"});
}

}  // namespace sf::sql
