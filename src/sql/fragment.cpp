#include "sql/fragment.hpp"

#include "sql/expression_tree.hpp"
#include "sql/syntax/source_error.hpp"
#include "sql/syntax/statement.hpp"

namespace sf::sql {
namespace {

// The only thing that a SELECT consists of; nothing where there is more.
const PgQuery__Node* only_target(const Statement& statement) {
    if (statement.root().node_case != PG_QUERY__NODE__NODE_SELECT_STMT) return nullptr;
    const PgQuery__SelectStmt& select = *statement.root().select_stmt;
    const std::size_t clauses = select.n_from_clause + select.n_group_clause + select.n_sort_clause +
                                select.n_window_clause + select.n_locking_clause + select.n_values_lists +
                                select.n_distinct_clause;
    const bool more = select.op != PG_QUERY__SET_OPERATION__SETOP_NONE || select.where_clause != nullptr ||
                      select.having_clause != nullptr || select.limit_count != nullptr ||
                      select.limit_offset != nullptr || select.with_clause != nullptr || select.into_clause != nullptr;
    if (more || clauses > 0 || select.n_target_list != 1) return nullptr;
    const PgQuery__ResTarget& target = *select.target_list[0]->res_target;
    const bool named = target.name != nullptr && *target.name != '\0';
    return named || target.n_indirection > 0 ? nullptr : target.val;
}

bool is_star(const PgQuery__Node& node) {
    return node.node_case == PG_QUERY__NODE__NODE_COLUMN_REF &&
           node.column_ref->fields[node.column_ref->n_fields - 1]->node_case == PG_QUERY__NODE__NODE_A_STAR;
}

}  // namespace

Result<> check_expression(std::string_view sql) {
    SF_ASSIGN(const Statement alone, Statement::parse_behind("SELECT ", sql));
    const PgQuery__Node* const target = only_target(alone);
    if (target == nullptr || is_star(*target) || target->node_case == PG_QUERY__NODE__NODE_ROW_EXPR)
        return fail(source_error(sql, 0, "one expression is wanted here, and nothing else",
                                 "no clauses, no AS, no commas outside of brackets"));
    // Inside of brackets it must be one, too: then none of its own brackets closes another one.
    const std::string closed = std::string(sql) + "\n)";
    SF_ASSIGN(const Statement bracketed, Statement::parse_behind("SELECT (", closed));
    if (only_target(bracketed) == nullptr) return fail(source_error(sql, 0, "one expression is wanted here"));
    return {};
}

// Whether a word stands for itself is the grammar's to say: some are taken in some places only.
std::string written_identifier(std::string_view name) {
    std::string written = quoted_identifier(name);
    if (written != name) return written;
    const auto statement = Statement::parse_behind("SELECT ", name);
    const PgQuery__Node* const target = statement ? only_target(*statement) : nullptr;
    const bool plain = target != nullptr && target->node_case == PG_QUERY__NODE__NODE_COLUMN_REF;
    return plain ? written : '"' + written + '"';
}

}  // namespace sf::sql
