#include "sql/plan/expression_binder.hpp"

#include "sql/plan/type_name.hpp"
#include "sql/values/number_text.hpp"
#include "sql/values/time_text.hpp"

#include <fmt/format.h>

namespace sf::sql {
namespace {

// The first aggregate or rank in an expression; null if there is none.
const Expression* aggregate_in(const Expression& expression) {
    if (expression.kind == Expression::Kind::aggregate || expression.kind == Expression::Kind::ranking)
        return &expression;
    for (const ExpressionPtr& argument : expression.arguments) {
        if (const Expression* const found = aggregate_in(*argument)) return found;
    }
    return nullptr;
}

}  // namespace

int location_of(const PgQuery__Node& node) {
    switch (node.node_case) {
        case PG_QUERY__NODE__NODE_A_EXPR: return node.a_expr->location;
        case PG_QUERY__NODE__NODE_A_CONST: return node.a_const->location;
        case PG_QUERY__NODE__NODE_COLUMN_REF: return node.column_ref->location;
        case PG_QUERY__NODE__NODE_FUNC_CALL: return node.func_call->location;
        case PG_QUERY__NODE__NODE_TYPE_CAST:
            return node.type_cast->location >= 0 ? node.type_cast->location : node.type_cast->type_name->location;
        case PG_QUERY__NODE__NODE_BOOL_EXPR: return node.bool_expr->location;
        case PG_QUERY__NODE__NODE_NULL_TEST: return node.null_test->location;
        case PG_QUERY__NODE__NODE_BOOLEAN_TEST: return node.boolean_test->location;
        case PG_QUERY__NODE__NODE_CASE_EXPR: return node.case_expr->location;
        case PG_QUERY__NODE__NODE_COALESCE_EXPR: return node.coalesce_expr->location;
        case PG_QUERY__NODE__NODE_MIN_MAX_EXPR: return node.min_max_expr->location;
        case PG_QUERY__NODE__NODE_SUB_LINK: return node.sub_link->location;
        case PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION: return node.sqlvalue_function->location;
        case PG_QUERY__NODE__NODE_PARAM_REF: return node.param_ref->location;
        case PG_QUERY__NODE__NODE_A_ARRAY_EXPR: return node.a_array_expr->location;
        case PG_QUERY__NODE__NODE_ROW_EXPR: return node.row_expr->location;
        case PG_QUERY__NODE__NODE_COLLATE_CLAUSE: return node.collate_clause->location;
        case PG_QUERY__NODE__NODE_GROUPING_FUNC: return node.grouping_func->location;
        case PG_QUERY__NODE__NODE_GROUPING_SET: return node.grouping_set->location;
        case PG_QUERY__NODE__NODE_NAMED_ARG_EXPR: return node.named_arg_expr->location;
        case PG_QUERY__NODE__NODE_RANGE_VAR: return node.range_var->location;
        case PG_QUERY__NODE__NODE_RES_TARGET: return node.res_target->location;
        case PG_QUERY__NODE__NODE_SORT_BY:
            return node.sort_by->location >= 0 ? node.sort_by->location : location_of(*node.sort_by->node);
        case PG_QUERY__NODE__NODE_DEF_ELEM: return node.def_elem->location;
        case PG_QUERY__NODE__NODE_A_INDIRECTION: return location_of(*node.a_indirection->arg);
        case PG_QUERY__NODE__NODE_LIST: return node.list->n_items > 0 ? location_of(*node.list->items[0]) : -1;
        default: return -1;
    }
}

Result<Operand> ExpressionBinder::bind(const PgQuery__Node& node, const Clause& clause) {
    if (depth_ >= kDepthMax)
        return refuse(location_of(node), fmt::format("the expression is nested deeper than {}", kDepthMax));
    ++depth_;
    auto bound = bind_inner(node, clause);
    --depth_;
    return bound;
}

Result<Operand> ExpressionBinder::bind_inner(const PgQuery__Node& node, const Clause& clause) {
    if (auto special = scope_.special(node, *this, clause)) return std::move(*special);
    const int location = location_of(node);
    switch (node.node_case) {
        case PG_QUERY__NODE__NODE_COLUMN_REF: return bind_column(*node.column_ref, clause);
        case PG_QUERY__NODE__NODE_A_CONST: return bind_literal(*node.a_const);
        case PG_QUERY__NODE__NODE_TYPE_CAST: return bind_cast(*node.type_cast, clause);
        case PG_QUERY__NODE__NODE_A_EXPR: return bind_operation(*node.a_expr, clause);
        case PG_QUERY__NODE__NODE_BOOL_EXPR: return bind_connective(*node.bool_expr, clause);
        case PG_QUERY__NODE__NODE_NULL_TEST: return bind_null_test(*node.null_test, clause);
        case PG_QUERY__NODE__NODE_BOOLEAN_TEST: return bind_boolean_test(*node.boolean_test, clause);
        case PG_QUERY__NODE__NODE_CASE_EXPR: return bind_case(*node.case_expr, clause);
        case PG_QUERY__NODE__NODE_COALESCE_EXPR:
            return bind_same_type(kCoalesce, {node.coalesce_expr->args, node.coalesce_expr->n_args}, location, clause);
        case PG_QUERY__NODE__NODE_MIN_MAX_EXPR:
            return bind_same_type(node.min_max_expr->op == PG_QUERY__MIN_MAX_OP__IS_GREATEST ? kGreatest : kLeast,
                                  {node.min_max_expr->args, node.min_max_expr->n_args}, location, clause);
        case PG_QUERY__NODE__NODE_FUNC_CALL: return bind_call(*node.func_call, clause);
        case PG_QUERY__NODE__NODE_SUB_LINK: return refuse(location, "subqueries are not supported");
        case PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION:
            return refuse(location, "the time of the clock is not known to a view: its results depend on events alone",
                          "received_at is when an event came; windows close by themselves");
        case PG_QUERY__NODE__NODE_PARAM_REF: return bind_parameter(*node.param_ref, clause);
        case PG_QUERY__NODE__NODE_A_ARRAY_EXPR: return bind_array(*node.a_array_expr, std::nullopt, clause);
        case PG_QUERY__NODE__NODE_ROW_EXPR:
            return refuse(location, "rows are not supported", "compare the columns one by one");
        case PG_QUERY__NODE__NODE_COLLATE_CLAUSE:
            return refuse(location, "COLLATE is not supported",
                          "text is compared by its bytes, as in the \"C\" collation");
        case PG_QUERY__NODE__NODE_GROUPING_FUNC: return refuse(location, "GROUPING is not supported");
        case PG_QUERY__NODE__NODE_A_INDIRECTION: return bind_subscript(*node.a_indirection, clause);
        case PG_QUERY__NODE__NODE_NAMED_ARG_EXPR: return refuse(location, "named arguments are not supported");
        default: return refuse(location, fmt::format("this expression is not supported in {}", clause.name));
    }
}

Result<ExpressionPtr> ExpressionBinder::bind_typed(const PgQuery__Node& node, const Clause& clause) {
    SF_ASSIGN(const Operand operand, bind(node, clause));
    return operand.expression;
}

Result<ExpressionPtr> ExpressionBinder::bind_boolean(const PgQuery__Node& node, const Clause& clause) {
    SF_ASSIGN(Operand operand, bind(node, clause));
    if (operand.location < 0) operand.location = location_of(node);
    return builder_.boolean(operand, clause.name);
}

Result<ExpressionBinder::Operands> ExpressionBinder::bind_all(std::span<PgQuery__Node* const> nodes,
                                                              const Clause& clause) {
    Operands operands;
    for (const PgQuery__Node* node : nodes) {
        SF_ASSIGN(Operand operand, bind(*node, clause));
        operands.push_back(std::move(operand));
    }
    return operands;
}

Result<Operand> ExpressionBinder::bind_column(const PgQuery__ColumnRef& column, const Clause& clause) {
    SF_ASSIGN(ExpressionPtr expression, scope_.column(column));
    return allowed(std::move(expression), column.location, clause);
}

Result<Operand> ExpressionBinder::bind_parameter(const PgQuery__ParamRef& parameter, const Clause& clause) {
    auto value = scope_.parameter(parameter.number, parameter.location);
    if (!value) return refuse(parameter.location, std::move(value.error().message), std::move(value.error().hint));
    return allowed(std::move(*value), parameter.location, clause);
}

// What a name stands for may hold what its place may not: a parameter's argument, that of an aggregate for example.
Result<Operand> ExpressionBinder::allowed(ExpressionPtr named, int location, const Clause& clause) const {
    const Expression* const bound = clause.window_bounds ? nullptr : bound_in(*named);
    if (bound != nullptr)
        return refuse(
            location, fmt::format("{} can't stand in {}", bound->text, clause.name),
            clause.name == "WHERE" ? "HAVING may use it" : "only the SELECT list, GROUP BY and HAVING may use it");
    if (const Expression* const aggregate = clause.aggregates ? nullptr : aggregate_in(*named))
        return refuse(location, fmt::format("{} can't stand in {}", aggregate->text, clause.name),
                      "an aggregate takes values of events");
    return typed(std::move(named), location);
}

Result<Operand> ExpressionBinder::bind_literal(const PgQuery__AConst& literal) const {
    const int location = literal.location;
    switch (literal.val_case) {
        case PG_QUERY__A__CONST__VAL_IVAL:
            return typed(make_literal(Type::integer, std::int64_t{literal.ival->ival}, location), location);
        case PG_QUERY__A__CONST__VAL_BOOLVAL:
            return typed(make_literal(Type::boolean, literal.boolval->boolval != 0, location), location);
        case PG_QUERY__A__CONST__VAL_SVAL:
            return Operand{make_literal(Type::text, std::string(literal.sval->sval), location), true, location};
        case PG_QUERY__A__CONST__VAL_FVAL: {
            // What is too long for the grammar's integers comes here, too.
            const std::string_view text = literal.fval->fval;
            if (const auto integer = read_integer(text))
                return typed(make_literal(Type::integer, *integer, location), location);
            if (const auto bigint = read_bigint(text))
                return typed(make_literal(Type::bigint, *bigint, location), location);
            if (const auto numeric = read_numeric(text))
                return typed(make_literal(Type::numeric, *numeric, location), location);
            return refuse(location, "a number has at most 38 digits",
                          "write it as text and cast it: '1e100'::double precision");
        }
        case PG_QUERY__A__CONST__VAL_BSVAL: return refuse(location, "bit strings are not supported");
        default: break;
    }
    return Operand{make_literal(Type::text, std::monostate{}, location), true, location};  // NULL
}

Result<Operand> ExpressionBinder::bind_cast(const PgQuery__TypeCast& cast, const Clause& clause) {
    const int location = cast.location >= 0 ? cast.location : cast.type_name->location;
    // 1e300::double precision: the number itself is beyond numeric, the cast makes sense of it.
    if (cast.arg->node_case == PG_QUERY__NODE__NODE_A_CONST &&
        cast.arg->a_const->val_case == PG_QUERY__A__CONST__VAL_FVAL && is_type(*cast.type_name, "float8") &&
        cast.type_name->n_typmods == 0) {
        if (const auto number = read_double(cast.arg->a_const->fval->fval))
            return typed(make_literal(Type::double_precision, *number, location), location);
    }
    // ARRAY[]::text[]: the elements take the type that is asked for, and none are needed.
    if (cast.arg->node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR && cast.type_name->n_array_bounds > 0) {
        SF_ASSIGN(const NamedType array, named_type(builder_, *cast.type_name));
        return bind_array(*cast.arg->a_array_expr, element_type(array.type), clause);
    }
    SF_ASSIGN(const Operand operand, bind(*cast.arg, clause));
    const std::string* const literal =
        operand.unknown ? std::get_if<std::string>(&operand.expression->literal) : nullptr;
    if (literal != nullptr && is_type(*cast.type_name, "interval") && cast.type_name->n_typmods > 0) {
        SF_ASSIGN(ExpressionPtr interval, interval_literal(builder_, *cast.type_name, *literal, operand.location));
        return typed(std::move(interval), operand.location);
    }
    SF_ASSIGN(const NamedType named, named_type(builder_, *cast.type_name));
    if (named.small && !operand.unknown && operand.type() == Type::boolean)
        return refuse(location, "can't cast boolean to smallint", "cast it to integer first");
    SF_ASSIGN(ExpressionPtr expression, builder_.cast(operand, named.type, location));
    if (named.small) {
        SF_ASSIGN(expression, builder_.call(kSmallLimit, {expression}, location));
    }
    if (named.length) {
        SF_ASSIGN(expression,
                  builder_.call(kTextLimit, {expression, make_literal(Type::integer, std::int64_t{*named.length})},
                                location));
    }
    if (named.precision) {
        SF_ASSIGN(expression, builder_.call(kNumericLimit,
                                            {expression, make_literal(Type::integer, std::int64_t{*named.precision}),
                                             make_literal(Type::integer, std::int64_t{named.scale})},
                                            location));
    }
    return typed(std::move(expression), location);
}

Result<Operand> ExpressionBinder::bind_connective(const PgQuery__BoolExpr& connective, const Clause& clause) {
    SF_ASSIGN(Operands operands, bind_all({connective.args, connective.n_args}, clause));
    if (connective.boolop == PG_QUERY__BOOL_EXPR_TYPE__NOT_EXPR) return negate(operands[0], connective.location);
    return connect(connective.boolop == PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR ? kAnd : kOr, std::move(operands),
                   connective.location);
}

Result<Operand> ExpressionBinder::connect(const Function& connective, std::vector<Operand> operands,
                                          int location) const {
    std::vector<ExpressionPtr> arguments;
    for (const Operand& operand : operands) {
        SF_ASSIGN(ExpressionPtr argument, builder_.boolean(operand, fmt::format("an operand of {}", connective.name)));
        arguments.push_back(std::move(argument));
    }
    SF_ASSIGN(ExpressionPtr call, builder_.call(connective, std::move(arguments), location));
    return typed(std::move(call), location);
}

Result<Operand> ExpressionBinder::negate(const Operand& operand, int location) const {
    SF_ASSIGN(ExpressionPtr argument, builder_.boolean(operand, "the operand of NOT"));
    SF_ASSIGN(ExpressionPtr call, builder_.call(kNot, {std::move(argument)}, location));
    return typed(std::move(call), location);
}

Result<Operand> ExpressionBinder::bind_null_test(const PgQuery__NullTest& test, const Clause& clause) {
    SF_ASSIGN(const Operand operand, bind(*test.arg, clause));
    const Function& function = test.nulltesttype == PG_QUERY__NULL_TEST_TYPE__IS_NULL ? kIsNull : kIsNotNull;
    SF_ASSIGN(ExpressionPtr call, builder_.call(function, {operand.expression}, test.location));
    return typed(std::move(call), test.location);
}

Result<Operand> ExpressionBinder::bind_boolean_test(const PgQuery__BooleanTest& test, const Clause& clause) {
    SF_ASSIGN(const Operand operand, bind(*test.arg, clause));
    SF_ASSIGN(ExpressionPtr argument, builder_.boolean(operand, "the operand of IS TRUE, FALSE and UNKNOWN"));
    const Function* function = &kIsNull;
    switch (test.booltesttype) {
        case PG_QUERY__BOOL_TEST_TYPE__IS_TRUE: function = &kIsTrue; break;
        case PG_QUERY__BOOL_TEST_TYPE__IS_NOT_TRUE: function = &kIsNotTrue; break;
        case PG_QUERY__BOOL_TEST_TYPE__IS_FALSE: function = &kIsFalse; break;
        case PG_QUERY__BOOL_TEST_TYPE__IS_NOT_FALSE: function = &kIsNotFalse; break;
        case PG_QUERY__BOOL_TEST_TYPE__IS_NOT_UNKNOWN: function = &kIsNotNull; break;
        default: break;
    }
    SF_ASSIGN(ExpressionPtr call, builder_.call(*function, {std::move(argument)}, test.location));
    return typed(std::move(call), test.location);
}

Result<Operand> ExpressionBinder::bind_case(const PgQuery__CaseExpr& choice, const Clause& clause) {
    std::optional<Operand> subject;
    if (choice.arg != nullptr) {
        SF_ASSIGN(subject, bind(*choice.arg, clause));
    }
    std::vector<ExpressionPtr> conditions;
    Operands results;
    for (std::size_t i = 0; i < choice.n_args; ++i) {
        const PgQuery__CaseWhen& when = *choice.args[i]->case_when;
        SF_ASSIGN(Operand condition, bind(*when.expr, clause));
        if (subject) {
            SF_ASSIGN(condition, compare("=", *subject, condition, when.location));
        }
        SF_ASSIGN(ExpressionPtr boolean, builder_.boolean(condition, "a condition of CASE"));
        conditions.push_back(std::move(boolean));
        SF_ASSIGN(Operand result, bind(*when.result, clause));
        results.push_back(std::move(result));
    }
    if (choice.defresult != nullptr) {
        SF_ASSIGN(Operand result, bind(*choice.defresult, clause));
        results.push_back(std::move(result));
    } else {
        results.push_back({make_literal(Type::text, std::monostate{}), true, choice.location});
    }
    SF_ASSIGN(const Type type, builder_.common_type(results, "the result of CASE"));
    std::vector<ExpressionPtr> arguments;
    for (std::size_t i = 0; i < results.size(); ++i) {
        if (i < conditions.size()) arguments.push_back(std::move(conditions[i]));
        SF_ASSIGN(ExpressionPtr result, builder_.implicit(results[i], type));
        arguments.push_back(std::move(result));
    }
    SF_ASSIGN(ExpressionPtr call, builder_.call(kCase, type, std::move(arguments), choice.location));
    return typed(std::move(call), choice.location);
}

// COALESCE, GREATEST, LEAST.
Result<Operand> ExpressionBinder::bind_same_type(const Function& function, std::span<PgQuery__Node* const> nodes,
                                                 int location, const Clause& clause) {
    SF_ASSIGN(const Operands operands, bind_all(nodes, clause));
    SF_ASSIGN(const Type type, builder_.common_type(operands, function.name));
    if (&function != &kCoalesce && (type == Type::json_scalar || type == Type::jsonb)) {
        return refuse(location,
                      fmt::format("{} does not order {}", function.name,
                                  type == Type::jsonb ? "jsonb" : "fields of data of no known type"),
                      "cast them: data.x::double precision");
    }
    std::vector<ExpressionPtr> arguments;
    for (const Operand& operand : operands) {
        SF_ASSIGN(ExpressionPtr argument, builder_.implicit(operand, type));
        arguments.push_back(std::move(argument));
    }
    SF_ASSIGN(ExpressionPtr call, builder_.call(function, type, std::move(arguments), location));
    return typed(std::move(call), location);
}

}  // namespace sf::sql
