// Calls of aggregates: their arguments, constants, DISTINCT, ORDER BY and FILTER.
#include "sql/plan/expression_binder.hpp"
#include "sql/values/array.hpp"

#include <fmt/format.h>

#include <cmath>

namespace sf::sql {
namespace {

std::vector<Type> types_of(std::span<const Operand> operands) {
    std::vector<Type> types;
    for (const Operand& operand : operands) types.push_back(operand.type());
    return types;
}

std::string rule_text(const ConstantRule& rule) {
    switch (rule.kind) {
        case ConstantRule::Kind::text: return fmt::format("the {} must be a literal text", rule.name);
        case ConstantRule::Kind::number:
            return fmt::format("the {} must be a literal number from {} to {}", rule.name, rule.least, rule.greatest);
        case ConstantRule::Kind::numbers:
            return fmt::format("the {} must be an ARRAY of literal numbers from {} to {}", rule.name, rule.least,
                               rule.greatest);
        case ConstantRule::Kind::whole_number: break;
    }
    return fmt::format("the {} must be a literal whole number from {} to {}", rule.name, rule.least, rule.greatest);
}

// Nothing where an element is NULL or beyond the rule.
std::optional<std::vector<double>> numbers_of(const ConstantRule& rule, const Expression& array) {
    std::vector<double> numbers;
    ArrayReader elements(std::get<std::string>(array.literal));
    for (Element element; elements.next(element);) {
        if (!element) return std::nullopt;
        numbers.push_back(element_as<double>(*element));
        if (!(numbers.back() >= rule.least && numbers.back() <= rule.greatest)) return std::nullopt;
    }
    return numbers;
}

}  // namespace

Result<ConstantValue> ExpressionBinder::aggregate_constant(const ConstantRule& rule, const Operand& operand) const {
    // In the body of a function that nobody calls yet, any value will do: calls have theirs.
    if (placeholders_ && operand.expression->kind == Expression::Kind::input) return rule.least;
    const bool literal = is_literal(*operand.expression) && !is_null_literal(*operand.expression);
    if (literal && rule.kind == ConstantRule::Kind::text && operand.type() == Type::text)
        return std::get<std::string>(operand.expression->literal);
    if (literal && rule.kind == ConstantRule::Kind::numbers && is_array(operand.type())) {
        SF_ASSIGN(const ExpressionPtr array,
                  builder_.cast(operand, array_type(Type::double_precision), operand.location));
        if (auto numbers = numbers_of(rule, *array)) return std::move(*numbers);
        return refuse(operand.location, rule_text(rule));
    }
    if (literal && rule.kind != ConstantRule::Kind::text && operand.is_number_typed()) {
        SF_ASSIGN(const ExpressionPtr number, builder_.cast(operand, Type::double_precision, operand.location));
        const auto* const value = std::get_if<double>(&number->literal);
        const bool whole =
            rule.kind == ConstantRule::Kind::number || (value != nullptr && std::trunc(*value) == *value);
        if (value != nullptr && whole && *value >= rule.least && *value <= rule.greatest) return *value;
    }
    return refuse(operand.location, rule_text(rule));
}

Result<> ExpressionBinder::read_aggregate_order(const PgQuery__FuncCall& call, AggregateCall& aggregate,
                                                Operands& keys) {
    for (std::size_t i = 0; i < call.n_agg_order; ++i) {
        const PgQuery__SortBy& sort = *call.agg_order[i]->sort_by;
        const int location = location_of(*call.agg_order[i]);
        if (sort.n_use_op > 0) return refuse(location, "ORDER BY ... USING is not supported", "write ASC or DESC");
        SF_ASSIGN(Operand key, bind(*sort.node, {"an aggregate's ORDER BY"}));
        if (key.location < 0) key.location = location;
        const bool descending = sort.sortby_dir == PG_QUERY__SORT_BY_DIR__SORTBY_DESC;
        const bool nulls_first = sort.sortby_nulls == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_DEFAULT
                                     ? descending
                                     : sort.sortby_nulls == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_FIRST;
        aggregate.order.push_back({descending, nulls_first});
        keys.push_back(std::move(key));
    }
    return {};
}

// Behind the arguments: the keys of ORDER BY, then what orders rows.
Result<> ExpressionBinder::settle_aggregate_order(const PgQuery__FuncCall& call, const Operands& keys,
                                                  AggregateCall& aggregate) const {
    const AggregateSignature& signature = aggregate.signature;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        SF_ASSIGN(ExpressionPtr key, builder_.cast(keys[i], signature.order[i], keys[i].location));
        // Equal values are one, so that nothing else of their events can sort them.
        if (call.agg_distinct != 0 && key->text != aggregate.arguments[0]->text)
            return refuse(keys[i].location, "with DISTINCT an aggregate's ORDER BY takes its argument alone",
                          fmt::format("ORDER BY {}", aggregate.arguments[0]->text));
        aggregate.arguments.push_back(std::move(key));
    }
    if (signature.row_order == RowOrder::unused) return {};
    std::vector<ExpressionPtr> row_order = scope_.row_order();
    if (row_order.empty() && signature.row_order == RowOrder::needed)
        return refuse(call.location, "these rows have no order of their own",
                      "events have one; elsewhere write ORDER BY in the aggregate, or take min() or max()");
    for (ExpressionPtr& column : row_order) aggregate.arguments.push_back(std::move(column));
    return {};
}

Result<Operand> ExpressionBinder::bind_aggregate(std::string_view name, const PgQuery__FuncCall& call,
                                                 const Clause& clause) {
    const int location = call.location;
    if (!clause.aggregates) {
        const std::string hint = clause.name == "WHERE"
                                     ? "HAVING filters groups; FILTER (WHERE ...) filters the events of one aggregate"
                                     : "";
        return refuse(location, fmt::format("an aggregate can't stand in {}", clause.name), hint);
    }
    if (call.func_variadic != 0) return refuse(location, "VARIADIC is not supported");
    if (call.n_args == 0 && call.agg_star == 0 && call.agg_within_group == 0)
        return refuse(location, fmt::format("{} needs an argument", name), "count(*) counts events");

    AggregateCall aggregate;
    aggregate.within_group = call.agg_within_group != 0;
    SF_ASSIGN(Operands arguments, bind_all({call.args, call.n_args}, {.name = "an aggregate's arguments",
                                                                      .aggregates = clause.nested_aggregates}));
    for (Operand& argument : arguments) {
        if (argument.location < 0) argument.location = location;
    }
    Operands keys;
    SF_TRY(read_aggregate_order(call, aggregate, keys));
    const std::vector<Type> types = types_of(arguments);
    const std::vector<Type> order = types_of(keys);
    auto signature = aggregates_.resolve({.name = name,
                                          .arguments = types,
                                          .order = order,
                                          .distinct = call.agg_distinct != 0,
                                          .within_group = aggregate.within_group});
    if (!signature) return refuse(location, std::move(signature.error().message), std::move(signature.error().hint));
    aggregate.signature = std::move(*signature);
    const std::size_t evaluated = aggregate.signature.arguments.size();
    const std::size_t wanted = evaluated + aggregate.signature.constants.size();
    if (wanted != arguments.size())
        return refuse(location, fmt::format("{} takes {} arguments, not {}", name, wanted, arguments.size()));
    for (std::size_t i = 0; i < evaluated; ++i) {
        SF_ASSIGN(ExpressionPtr argument,
                  builder_.cast(arguments[i], aggregate.signature.arguments[i], arguments[i].location));
        aggregate.arguments.push_back(std::move(argument));
    }
    for (std::size_t i = evaluated; i < wanted; ++i) {
        SF_ASSIGN(ConstantValue constant,
                  aggregate_constant(aggregate.signature.constants[i - evaluated], arguments[i]));
        aggregate.constants.push_back(std::move(constant));
    }
    SF_TRY(settle_aggregate_order(call, keys, aggregate));
    if (call.agg_filter != nullptr) {
        SF_ASSIGN(aggregate.filter, bind_boolean(*call.agg_filter, {"FILTER"}));
    }
    const std::string text = aggregate.text();
    std::size_t index = 0;
    while (index < calls_.size() && calls_[index].text() != text) ++index;
    const Type result = aggregate.signature.result;
    if (index == calls_.size()) calls_.push_back(std::move(aggregate));
    return typed(make_aggregate(index, result, text, location), location);
}

}  // namespace sf::sql
