#include "sql/plan/output_names.hpp"

#include "sql/plan/scope.hpp"
#include "sql/plan/type_name.hpp"

#include <fmt/format.h>

namespace sf::sql {
namespace {

// FigureColnameInternal() of parse_target.c: names of columns and functions count more than those of casts and CASE.
enum class Strength { none, weak, strong };

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
        default: return Strength::none;
    }
}

}  // namespace

std::string output_name(const PgQuery__ResTarget& target, std::size_t position) {
    if (target.name != nullptr && *target.name != '\0') return target.name;
    std::string name;
    if (name_of(*target.val, name) == Strength::none) return fmt::format("column{}", position);
    return name;
}

}  // namespace sf::sql
