#include "sql/plan/output_names.hpp"

#include "sql/plan/scope.hpp"
#include "sql/plan/type_name.hpp"

#include <fmt/format.h>

namespace sf::sql {
namespace {

// FigureColnameInternal() of parse_target.c: names of columns and functions count more than those of casts and CASE.
enum class Strength { none, weak, strong };

Strength name_of_subquery(const PgQuery__SubLink& link, std::string& name);

Strength name_of(const PgQuery__Node& node, std::string& name) {
    switch (node.node_case) {
        case PG_QUERY__NODE__NODE_COLUMN_REF: name = last_name(*node.column_ref); return Strength::strong;
        case PG_QUERY__NODE__NODE_FUNC_CALL:
            name = string_of(*node.func_call->funcname[node.func_call->n_funcname - 1]);
            return Strength::strong;
        case PG_QUERY__NODE__NODE_A_EXPR:
            if (node.a_expr->kind != PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF) return Strength::none;
            name = "nullif";
            return Strength::strong;
        case PG_QUERY__NODE__NODE_TYPE_CAST: {
            const Strength inner = name_of(*node.type_cast->arg, name);
            if (inner == Strength::strong) return inner;
            name = catalog_name(*node.type_cast->type_name);
            return Strength::weak;
        }
        case PG_QUERY__NODE__NODE_A_INDIRECTION: return name_of(*node.a_indirection->arg, name);
        case PG_QUERY__NODE__NODE_A_ARRAY_EXPR: name = "array"; return Strength::strong;
        case PG_QUERY__NODE__NODE_COALESCE_EXPR: name = "coalesce"; return Strength::strong;
        case PG_QUERY__NODE__NODE_MIN_MAX_EXPR:
            name = node.min_max_expr->op == PG_QUERY__MIN_MAX_OP__IS_GREATEST ? "greatest" : "least";
            return Strength::strong;
        case PG_QUERY__NODE__NODE_CASE_EXPR:
            if (node.case_expr->defresult != nullptr && name_of(*node.case_expr->defresult, name) == Strength::strong)
                return Strength::strong;
            name = "case";
            return Strength::weak;
        case PG_QUERY__NODE__NODE_GROUPING_FUNC: name = "grouping"; return Strength::strong;
        case PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION: name = "current_timestamp"; return Strength::strong;
        case PG_QUERY__NODE__NODE_SUB_LINK: return name_of_subquery(*node.sub_link, name);
        default: return Strength::none;
    }
}

// EXISTS is called so; a scalar subquery as its column is.
Strength name_of_subquery(const PgQuery__SubLink& link, std::string& name) {
    if (link.sub_link_type == PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK) {
        name = "exists";
        return Strength::strong;
    }
    const PgQuery__Node& query = *link.subselect;
    if (link.sub_link_type != PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK ||
        query.node_case != PG_QUERY__NODE__NODE_SELECT_STMT || query.select_stmt->n_target_list == 0)
        return Strength::none;
    const PgQuery__ResTarget& target = *query.select_stmt->target_list[0]->res_target;
    if (target.name == nullptr || *target.name == '\0') return name_of(*target.val, name);
    name = target.name;
    return Strength::strong;
}

}  // namespace

std::string output_name(const PgQuery__ResTarget& target, std::size_t position) {
    return output_name(target, fmt::format("column{}", position));
}

std::string output_name(const PgQuery__ResTarget& target, std::string otherwise) {
    if (target.name != nullptr && *target.name != '\0') return target.name;
    std::string name;
    if (name_of(*target.val, name) == Strength::none) return otherwise;
    return name;
}

}  // namespace sf::sql
