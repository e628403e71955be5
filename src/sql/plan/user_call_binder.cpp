// Calls of functions that were written in SQL: their bodies, with arguments in the places of parameters.
#include "base/nearest_name.hpp"
#include "sql/plan/expression_binder.hpp"
#include "sql/plan/function_body.hpp"
#include "sql/plan/function_scope.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sf::sql {
namespace {

// The argument of each parameter, in their order: f(1, 2), f(1, b => 2).
Result<std::vector<const PgQuery__Node*>> arguments_of(const Builder& builder, const UserFunction& function,
                                                       const PgQuery__FuncCall& call) {
    const auto refuse = [&](int location, std::string message) {
        return fail(builder.error(location, std::move(message), fmt::format("it is {}", function.signature())));
    };
    std::vector<const PgQuery__Node*> arguments(function.parameters.size());
    const std::string wrong_number = fmt::format("function \"{}\" takes {} argument{}, not {}", function.name,
                                                 arguments.size(), arguments.size() == 1 ? "" : "s", call.n_args);
    for (std::size_t i = 0; i < call.n_args; ++i) {
        const PgQuery__Node* argument = call.args[i];
        std::size_t place = i;
        if (argument->node_case == PG_QUERY__NODE__NODE_NAMED_ARG_EXPR) {
            const std::string_view name = argument->named_arg_expr->name;
            const auto found = std::ranges::find(function.parameters, name, &FunctionParameter::name);
            if (found == function.parameters.end())
                return refuse(location_of(*argument),
                              fmt::format("function \"{}\" has no parameter \"{}\"", function.name, name));
            place = static_cast<std::size_t>(found - function.parameters.begin());
            argument = argument->named_arg_expr->arg;
            if (arguments[place] != nullptr)
                return refuse(location_of(*argument), fmt::format("the parameter \"{}\" is given twice", name));
        }
        if (place >= arguments.size()) return refuse(location_of(*argument), wrong_number);
        arguments[place] = argument;
    }
    if (std::ranges::find(arguments, nullptr) != arguments.end()) return refuse(call.location, wrong_number);
    return arguments;
}

}  // namespace

Result<Operand> ExpressionBinder::bind_user_function(const UserFunction& function, const PgQuery__FuncCall& call,
                                                     const Clause& clause) {
    const int location = call.location;
    if (call.agg_star != 0 || call.agg_distinct != 0 || call.n_agg_order > 0 || call.agg_filter != nullptr ||
        call.agg_within_group != 0 || call.over != nullptr || call.func_variadic != 0)
        return refuse(location, fmt::format("function \"{}\" takes arguments and nothing else", function.name),
                      "DISTINCT, ORDER BY and FILTER stand in its body, at the aggregate");
    if (std::ranges::find(functions_->open, function.name) != functions_->open.end())
        return refuse_circle(function.name, location);
    if (functions_->left == 0)
        return refuse(location,
                      fmt::format("more than {} calls of functions, those in their bodies included", kFunctionCallsMax),
                      "a subquery computes once what is needed several times");
    --functions_->left;
    SF_ASSIGN(const auto arguments, arguments_of(builder_, function, call));
    std::vector<ExpressionPtr> values;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        SF_ASSIGN(Operand argument, bind(*arguments[i], clause));
        if (argument.location < 0) argument.location = location_of(*arguments[i]);
        SF_ASSIGN(ExpressionPtr value, builder_.implicit(argument, function.parameters[i].type));
        values.push_back(std::move(value));
    }
    SF_ASSIGN(FunctionBody body, FunctionBody::of(function));
    body.stand_at(location);
    functions_->open.push_back(function.name);
    auto result = bind_body(function, body.expression(), values, clause);
    functions_->open.pop_back();
    if (result) return typed(std::move(*result), location);
    result.error().message = fmt::format("in function \"{}\": {}", function.name, result.error().message);
    return fail(std::move(result.error()));
}

std::unexpected<Error> ExpressionBinder::refuse_circle(std::string_view name, int location) const {
    return refuse(location, fmt::format("function \"{}\" calls itself", name),
                  "a call stands for the body, so it would never end");
}

// The clause is that of the call: where no aggregate may stand, none may stand in the body.
Result<ExpressionPtr> ExpressionBinder::bind_body(const UserFunction& function, const PgQuery__Node& body,
                                                  const std::vector<ExpressionPtr>& values, const Clause& clause) {
    const FunctionScope scope(builder_, function, values, scope_.row_order());
    ExpressionBinder inner(builder_, scope, aggregates_, calls_);
    inner.functions_ = functions_;
    inner.placeholders_ = placeholders_;
    inner.depth_ = depth_;
    Clause inside = clause;
    inside.rankings = false;
    SF_ASSIGN(Operand value, inner.bind(body, inside));
    if (value.location < 0) value.location = location_of(body);
    SF_ASSIGN(ExpressionPtr result, builder_.assigned(value, function.result, "the body"));
    if (!function.strict || values.empty()) return result;
    Operands missing;
    for (const ExpressionPtr& argument : values) {
        SF_ASSIGN(ExpressionPtr is_null, builder_.call(kIsNull, {argument}, value.location));
        missing.push_back(typed(std::move(is_null), value.location));
    }
    SF_ASSIGN(const Operand any, connect(kOr, std::move(missing), value.location));
    return builder_.call(kCase, function.result,
                         {any.expression, make_literal(function.result, std::monostate{}), std::move(result)},
                         value.location);
}

// Before there is any call: parameters stand for themselves.
Result<> ExpressionBinder::check_body(const UserFunction& function, const PgQuery__Node& body) {
    std::vector<ExpressionPtr> values;
    for (const FunctionParameter& parameter : function.parameters) {
        const std::string text = parameter.name.empty() ? fmt::format("${}", values.size() + 1) : parameter.name;
        values.push_back(make_input(values.size(), parameter.type, text));
    }
    placeholders_ = true;
    functions_->open.push_back(function.name);
    SF_TRY(bind_body(function, body, values, {.name = "the body of a function", .aggregates = true}));
    return {};
}

}  // namespace sf::sql
