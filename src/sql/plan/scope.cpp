#include "sql/plan/scope.hpp"

namespace sf::sql {

std::string_view string_of(const PgQuery__Node& node) {
    return node.node_case == PG_QUERY__NODE__NODE_STRING ? std::string_view(node.string->sval) : std::string_view{};
}

std::string_view last_name(const PgQuery__ColumnRef& column) { return string_of(*column.fields[column.n_fields - 1]); }

Result<ExpressionPtr> Scope::parameter(int, int) const {
    return fail(ErrorCode::invalid_input, "a view has no parameters", "", "the body of a function has");
}

bool is_star(const PgQuery__ColumnRef& reference) {
    return reference.fields[reference.n_fields - 1]->node_case == PG_QUERY__NODE__NODE_A_STAR;
}

}  // namespace sf::sql
