// Operators: symbols, and those that are words (IN, LIKE, BETWEEN, IS DISTINCT FROM, NULLIF).
#include "sql/functions/like.hpp"
#include "sql/functions/membership.hpp"
#include "sql/functions/regular_expression.hpp"
#include "sql/plan/expression_binder.hpp"
#include "sql/plan/overloads.hpp"
#include "sql/values/characters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sf::sql {
namespace {

constexpr std::array<std::string_view, 6> kComparisons = {"=", "<>", "<", "<=", ">", ">="};
constexpr std::array<std::string_view, 4> kJsonSymbols = {"->", "->>", "#>", "#>>"};

bool is_comparison(std::string_view symbol) { return std::ranges::find(kComparisons, symbol) != kComparisons.end(); }

// The names of LIKE's operators, which may also be written as symbols.
std::string_view spelled_out(std::string_view symbol) {
    if (symbol == "~~") return "LIKE";
    if (symbol == "!~~") return "NOT LIKE";
    if (symbol == "~~*") return "ILIKE";
    if (symbol == "!~~*") return "NOT ILIKE";
    return symbol;
}

std::string operation_text(std::string_view symbol, const Operand& left, const Operand& right) {
    return fmt::format("{} {} {}", left.type_name(), symbol, right.type_name());
}

}  // namespace

Result<Operand> ExpressionBinder::bind_operation(const PgQuery__AExpr& operation, const Clause& clause) {
    const int location = operation.location;
    const std::string_view symbol =
        operation.n_name > 0 ? string_of(*operation.name[operation.n_name - 1]) : std::string_view{};
    if (operation.n_name > 1 && string_of(*operation.name[0]) != "pg_catalog")
        return refuse(location, "operators of a schema are not supported");
    switch (operation.kind) {
        case PG_QUERY__A__EXPR__KIND__AEXPR_OP: {
            if (operation.lexpr == nullptr) {
                SF_ASSIGN(const Operand operand, bind(*operation.rexpr, clause));
                return bind_prefix(symbol, operand, location);
            }
            if (operation.rexpr == nullptr)
                return refuse(location, fmt::format("the operator {} is not supported", symbol));
            SF_ASSIGN(const Operand left, bind(*operation.lexpr, clause));
            if (std::ranges::find(kJsonSymbols, symbol) != kJsonSymbols.end())
                return bind_json(symbol, left, *operation.rexpr, location, clause);
            SF_ASSIGN(const Operand right, bind(*operation.rexpr, clause));
            return bind_infix(spelled_out(symbol), left, right, location);
        }
        case PG_QUERY__A__EXPR__KIND__AEXPR_OP_ANY:
        case PG_QUERY__A__EXPR__KIND__AEXPR_OP_ALL: return bind_quantified(operation, clause);
        case PG_QUERY__A__EXPR__KIND__AEXPR_DISTINCT:
        case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_DISTINCT: return bind_distinct(operation, clause);
        case PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF: return bind_nullif(operation, clause);
        case PG_QUERY__A__EXPR__KIND__AEXPR_IN: return bind_in(operation, clause);
        case PG_QUERY__A__EXPR__KIND__AEXPR_LIKE:
        case PG_QUERY__A__EXPR__KIND__AEXPR_ILIKE: return bind_like(operation, clause);
        case PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN:
        case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN:
        case PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN_SYM:
        case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN_SYM: return bind_between(operation, clause);
        case PG_QUERY__A__EXPR__KIND__AEXPR_SIMILAR: return bind_similar(operation, clause);
        default: return refuse(location, "this operator is not supported");
    }
}

Result<Operand> ExpressionBinder::bind_prefix(std::string_view symbol, const Operand& operand, int location) const {
    const std::array operands = {operand};
    const Choice choice = choose_overload(operators_named(symbol, 1), operands);
    if (choice.function == nullptr)
        return refuse(location, fmt::format("there is no operator {} for {}", symbol, operand.type_name()));
    SF_ASSIGN(ExpressionPtr argument, builder_.implicit(operand, choice.function->arguments[0]));
    SF_ASSIGN(ExpressionPtr call, builder_.call(*choice.function, {std::move(argument)}, location));
    return typed(std::move(call), location);
}

Result<Operand> ExpressionBinder::bind_infix(std::string_view symbol, const Operand& left, const Operand& right,
                                             int location) const {
    if (is_comparison(symbol)) return compare(symbol, left, right, location);
    const auto candidates = operators_named(symbol, 2);
    if (candidates.empty()) return refuse(location, fmt::format("the operator {} is not supported", symbol));
    std::array operands = {left, right};
    // || makes text of what stands beside a text, but not of arrays, nor of jsonb beside jsonb or a literal.
    const bool json =
        (left.is(Type::jsonb) && (right.unknown || right.is(Type::jsonb))) || (right.is(Type::jsonb) && left.unknown);
    if (symbol == "||" && !json && !is_array(left.type()) && !is_array(right.type())) {
        const bool text = left.unknown || right.unknown || left.is(Type::text) || right.is(Type::text) ||
                          left.is(Type::json_scalar) || right.is(Type::json_scalar);
        if (!text)
            return refuse(location, fmt::format("there is no operator {}", operation_text(symbol, left, right)),
                          "cast to text");
        for (Operand& operand : operands) {
            SF_ASSIGN(operand.expression, builder_.cast(operand, Type::text, operand.location));
            operand.unknown = false;
        }
    }
    // A literal beside a value has its type, if there is such an operator.
    if (left.unknown != right.unknown) {
        const Operand& known = left.unknown ? right : left;
        for (const Function* candidate : candidates) {
            if (!known.is(candidate->arguments[0]) || candidate->arguments[1] != candidate->arguments[0]) continue;
            SF_ASSIGN(ExpressionPtr first, builder_.implicit(left, candidate->arguments[0]));
            SF_ASSIGN(ExpressionPtr second, builder_.implicit(right, candidate->arguments[1]));
            SF_ASSIGN(ExpressionPtr call, builder_.call(*candidate, {std::move(first), std::move(second)}, location));
            return typed(std::move(call), location);
        }
    }
    const Choice choice = choose_overload(candidates, operands);
    if (choice.function == nullptr) {
        std::string hint = "casts may help";
        if (symbol == "%" && (left.is(Type::double_precision) || right.is(Type::double_precision) ||
                              left.is(Type::json_scalar) || right.is(Type::json_scalar)))
            hint = "% needs whole or exact numbers: data.x::bigint % 10";
        if (symbol == "^") hint = "cast to double precision";
        return refuse(
            location,
            fmt::format("{} {}", choice.ambiguous ? "it is not clear which operator is meant:" : "there is no operator",
                        operation_text(symbol, left, right)),
            std::move(hint));
    }
    SF_ASSIGN(ExpressionPtr first, builder_.implicit(operands[0], choice.function->arguments[0]));
    SF_ASSIGN(ExpressionPtr second, builder_.implicit(operands[1], choice.function->arguments[1]));
    SF_ASSIGN(ExpressionPtr call, builder_.call(*choice.function, {std::move(first), std::move(second)}, location));
    return typed(std::move(call), location);
}

// Gives both operands of a comparison one type.
Result<Operand> ExpressionBinder::settle_pair(Operand& left, Operand& right, std::string_view symbol,
                                              int location) const {
    const std::array operands = {left, right};
    auto type = builder_.common_type(operands, "a comparison");
    if (!type) {
        const bool field = left.is(Type::json_scalar) || right.is(Type::json_scalar);
        return refuse(location, fmt::format("there is no operator {}", operation_text(symbol, left, right)),
                      field ? type.error().hint : "cast one of them to the other's type");
    }
    // Both kinds of integers are kept and compared alike.
    const bool integers = *type == Type::bigint && !left.unknown && !right.unknown;
    for (Operand* operand : {&left, &right}) {
        if (integers) continue;
        SF_ASSIGN(operand->expression, builder_.implicit(*operand, *type));
        operand->unknown = false;
    }
    return typed(left.expression, location);
}

Result<Operand> ExpressionBinder::compare(std::string_view symbol, const Operand& given_left,
                                          const Operand& given_right, int location) const {
    Operand left = given_left;
    Operand right = given_right;
    SF_TRY(settle_pair(left, right, symbol, location));
    const Type type = left.type() == Type::integer ? Type::bigint : left.type();
    for (const Function* candidate : operators_named(symbol, 2)) {
        if (candidate->arguments[0] != type) continue;
        SF_ASSIGN(ExpressionPtr call, builder_.call(*candidate, {left.expression, right.expression}, location));
        return typed(std::move(call), location);
    }
    if (type == Type::json_scalar)
        return refuse(location, "fields of data of no known type have no order",
                      fmt::format("cast one: {}::double precision", left.expression->text));
    return refuse(location, fmt::format("there is no operator {}", operation_text(symbol, given_left, given_right)),
                  "->> instead of -> gives text, which can be cast");
}

Result<Operand> ExpressionBinder::bind_distinct(const PgQuery__AExpr& operation, const Clause& clause) {
    SF_ASSIGN(Operand left, bind(*operation.lexpr, clause));
    SF_ASSIGN(Operand right, bind(*operation.rexpr, clause));
    SF_TRY(settle_pair(left, right, "IS DISTINCT FROM", operation.location));
    const Function& function =
        operation.kind == PG_QUERY__A__EXPR__KIND__AEXPR_DISTINCT ? kDistinctFrom : kNotDistinctFrom;
    SF_ASSIGN(ExpressionPtr call, builder_.call(function, {left.expression, right.expression}, operation.location));
    return typed(std::move(call), operation.location);
}

// NULLIF(a, b) is CASE WHEN a = b THEN NULL ELSE a END, and a is as the comparison reads it.
Result<Operand> ExpressionBinder::bind_nullif(const PgQuery__AExpr& operation, const Clause& clause) {
    SF_ASSIGN(Operand left, bind(*operation.lexpr, clause));
    SF_ASSIGN(Operand right, bind(*operation.rexpr, clause));
    SF_TRY(settle_pair(left, right, "=", operation.location));
    SF_ASSIGN(const Operand equal, compare("=", left, right, operation.location));
    const Type type = left.type();
    SF_ASSIGN(ExpressionPtr call,
              builder_.call(kCase, type, {equal.expression, make_literal(type, std::monostate{}), left.expression},
                            operation.location));
    return typed(std::move(call), operation.location);
}

// Two literals or more become a set; what is no literal is compared one after the other, as in PostgreSQL.
Result<Operand> ExpressionBinder::bind_in(const PgQuery__AExpr& operation, const Clause& clause) {
    const int location = operation.location;
    SF_ASSIGN(const Operand value, bind(*operation.lexpr, clause));
    if (operation.rexpr->node_case != PG_QUERY__NODE__NODE_LIST) return refuse(location, "IN needs a list");
    SF_ASSIGN(const Operands listed, bind_all({operation.rexpr->list->items, operation.rexpr->list->n_items}, clause));
    Operands literals;
    Operands others;
    for (const Operand& operand : listed) (is_literal(*operand.expression) ? literals : others).push_back(operand);
    Operands parts;
    if (literals.size() > 1) {
        Operands all = literals;
        all.insert(all.begin(), value);
        auto type = builder_.common_type(all, "IN");
        if (!type) return fail(std::move(type.error()));
        SF_ASSIGN(ExpressionPtr subject, builder_.implicit(value, *type));
        std::vector<ExpressionPtr> values;
        for (const Operand& literal : literals) {
            SF_ASSIGN(ExpressionPtr converted, builder_.implicit(literal, *type));
            values.push_back(std::move(converted));
        }
        auto set = make_literal_set(*type, values);
        ExpressionPtr membership = make_membership(std::move(subject), values, std::move(set), location);
        parts.push_back(typed(std::move(membership), location));
    } else {
        others = listed;
    }
    for (const Operand& other : others) {
        SF_ASSIGN(Operand equal, compare("=", value, other, location));
        parts.push_back(std::move(equal));
    }
    Operand result = parts[0];
    if (parts.size() > 1) {
        SF_ASSIGN(result, connect(kOr, std::move(parts), location));
    }
    const bool negated = string_of(*operation.name[0]) == "<>";
    return negated ? negate(result, location) : Result<Operand>(std::move(result));
}

Result<Operand> ExpressionBinder::bind_like(const PgQuery__AExpr& operation, const Clause& clause) {
    SF_ASSIGN(const Operand left, bind(*operation.lexpr, clause));
    const std::string_view name = spelled_out(string_of(*operation.name[operation.n_name - 1]));
    const bool escape =
        operation.rexpr->node_case == PG_QUERY__NODE__NODE_FUNC_CALL && operation.rexpr->func_call->n_args == 2 &&
        string_of(*operation.rexpr->func_call->funcname[operation.rexpr->func_call->n_funcname - 1]) == "like_escape";
    if (!escape) {
        SF_ASSIGN(const Operand right, bind(*operation.rexpr, clause));
        return bind_infix(name, left, right, operation.location);
    }
    SF_ASSIGN(Operand pattern, bind(*operation.rexpr->func_call->args[0], clause));
    SF_ASSIGN(const Operand character, bind(*operation.rexpr->func_call->args[1], clause));
    const std::string* const text = std::get_if<std::string>(&pattern.expression->literal);
    const std::string* const symbol = std::get_if<std::string>(&character.expression->literal);
    if (text == nullptr || symbol == nullptr || pattern.type() != Type::text || character.type() != Type::text)
        return refuse(operation.rexpr->func_call->location, "ESCAPE needs a literal pattern and a literal character");
    if (std::ranges::count_if(*symbol, [](char c) { return (c & 0xC0) != 0x80; }) > 1)
        return refuse(character.location, "the escape must be one character or none");
    pattern.expression = make_literal(Type::text, with_backslashes(*text, *symbol), pattern.location);
    return bind_infix(name, left, pattern, operation.location);
}

// SIMILAR TO is ~ with the pattern rewritten, which stands here as a call that has the escape character, too.
Result<Operand> ExpressionBinder::bind_similar(const PgQuery__AExpr& operation, const Clause& clause) {
    const PgQuery__FuncCall& to_escape = *operation.rexpr->func_call;
    SF_ASSIGN(const Operand left, bind(*operation.lexpr, clause));
    SF_ASSIGN(Operand pattern, bind(*to_escape.args[0], clause));
    std::string escape = "\\";
    if (to_escape.n_args > 1) {
        SF_ASSIGN(const Operand character, bind(*to_escape.args[1], clause));
        const std::string* const text = std::get_if<std::string>(&character.expression->literal);
        if (text == nullptr) return refuse(to_escape.location, "ESCAPE needs a literal character");
        escape = *text;
    }
    if (count_characters(escape) > 1) return refuse(to_escape.location, "the escape must be one character or none");
    if (!is_null_literal(*pattern.expression)) {
        const std::string* const text = std::get_if<std::string>(&pattern.expression->literal);
        if (text == nullptr || pattern.type() != Type::text)
            return refuse(to_escape.location, "SIMILAR TO needs a literal pattern",
                          "LIKE takes patterns that are computed");
        pattern.expression = make_literal(Type::text, similar_to_regular_expression(*text, escape), pattern.location);
    }
    pattern.unknown = true;
    return bind_infix(string_of(*operation.name[0]), left, pattern, operation.location);
}

Result<Operand> ExpressionBinder::bind_between(const PgQuery__AExpr& operation, const Clause& clause) {
    const int location = operation.location;
    SF_ASSIGN(const Operand value, bind(*operation.lexpr, clause));
    SF_ASSIGN(const Operands bounds, bind_all({operation.rexpr->list->items, operation.rexpr->list->n_items}, clause));
    const bool inside = operation.kind == PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN ||
                        operation.kind == PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN_SYM;
    const bool symmetric = operation.kind == PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN_SYM ||
                           operation.kind == PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN_SYM;
    const auto range = [&](const Operand& low, const Operand& high) -> Result<Operand> {
        SF_ASSIGN(Operand above, compare(inside ? ">=" : "<", value, low, location));
        SF_ASSIGN(Operand below, compare(inside ? "<=" : ">", value, high, location));
        return connect(inside ? kAnd : kOr, {std::move(above), std::move(below)}, location);
    };
    SF_ASSIGN(Operand straight, range(bounds[0], bounds[1]));
    if (!symmetric) return straight;
    SF_ASSIGN(Operand reversed, range(bounds[1], bounds[0]));
    return connect(inside ? kOr : kAnd, {std::move(straight), std::move(reversed)}, location);
}

}  // namespace sf::sql
