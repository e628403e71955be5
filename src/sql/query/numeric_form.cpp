// The scale of numerics, as far as the text of a query says it: PostgreSQL's rules for the scale of results
// (numeric.c), applied to expressions.
#include "sql/functions/catalog.hpp"
#include "sql/query/query_plan.hpp"

#include <algorithm>

namespace sf::sql::query {
namespace {

constexpr NumericForm kOpen{};

NumericForm of_scale(std::int64_t scale) {
    // A column of scale 38 could hold nothing but fractions.
    if (scale < 0 || scale > 24) return kOpen;
    return {static_cast<int>(scale), true};
}

bool is_null(const Expression& expression) {
    return expression.kind == Expression::Kind::literal && std::holds_alternative<std::monostate>(expression.literal);
}

// Of the results of a CASE together; NULL has whatever scale the others have.
NumericForm of_case(const Expression& expression, const LeafTable& leaves,
                    const std::vector<AggregateCall>& aggregates) {
    std::optional<NumericForm> form;
    for (std::size_t i = 1; i < expression.arguments.size(); i += i + 2 < expression.arguments.size() ? 2 : 1) {
        if (is_null(*expression.arguments[i])) continue;
        const NumericForm next = numeric_form(*expression.arguments[i], leaves, aggregates);
        form = form ? joined_form(*form, next) : next;
    }
    return form && form->exact ? *form : kOpen;
}

NumericForm of_aggregate(const AggregateCall& call, const LeafTable& leaves,
                         const std::vector<AggregateCall>& aggregates) {
    const std::string& name = call.signature.function;
    if (call.arguments.empty()) return kOpen;
    const bool keeps = name == "sum" || name == "min" || name == "max";
    if (!keeps) return kOpen;
    if (call.arguments[0]->type == Type::bigint) return of_scale(0);
    return numeric_form(*call.arguments[0], leaves, aggregates);
}

}  // namespace

NumericForm joined_form(NumericForm a, NumericForm b) {
    if (a.exact && b.exact && a.scale == b.scale) return a;
    return {std::max({a.scale, b.scale, a.exact && b.exact ? 0 : NumericForm::kScaleOpen}), false};
}

NumericForm numeric_form(const Expression& expression, const LeafTable& leaves,
                         const std::vector<AggregateCall>& aggregates) {
    const auto of = [&](std::size_t argument) {
        return numeric_form(*expression.arguments[argument], leaves, aggregates);
    };
    switch (expression.kind) {
        case Expression::Kind::literal:
            if (const auto* const value = std::get_if<Decimal>(&expression.literal)) return of_scale(value->scale);
            return of_scale(0);
        case Expression::Kind::input: return leaves[expression.index].numeric;
        case Expression::Kind::aggregate: return of_aggregate(aggregates[expression.index], leaves, aggregates);
        case Expression::Kind::call: break;
        default: return kOpen;
    }
    if (expression.function == &kNumericLimit) {
        const auto* const scale = std::get_if<std::int64_t>(&expression.arguments[2]->literal);
        return scale == nullptr ? kOpen : of_scale(*scale);
    }
    if (expression.function == &kCase) return of_case(expression, leaves, aggregates);
    const Function& function = *expression.function;
    if (function.style == Function::Style::cast) {
        const Type from = expression.arguments[0]->type;
        return from == Type::integer || from == Type::bigint ? of_scale(0) : kOpen;
    }
    if (function.style == Function::Style::infix && expression.arguments.size() == 2) {
        const NumericForm left = of(0);
        const NumericForm right = of(1);
        if (!left.exact || !right.exact) return kOpen;
        if (function.name == "+" || function.name == "-" || function.name == "%")
            return of_scale(std::max(left.scale, right.scale));
        if (function.name == "*") return of_scale(left.scale + right.scale);
        return kOpen;
    }
    if (function.style == Function::Style::prefix || function.name == "abs") return of(0);
    if (function.name == "round" || function.name == "trunc") {
        if (expression.arguments.size() == 1) return of_scale(0);
        const auto* const places = std::get_if<std::int64_t>(&expression.arguments[1]->literal);
        return places == nullptr ? kOpen : of_scale(std::max<std::int64_t>(*places, 0));
    }
    if (function.name == "floor" || function.name == "ceil" || function.name == "ceiling") return of_scale(0);
    return kOpen;
}

}  // namespace sf::sql::query
