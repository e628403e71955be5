// What is no expression by itself, for DuckDB: columns, subqueries, aggregates, calls over windows.
#include "sql/functions/catalog.hpp"
#include "sql/query/duckdb_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sf::sql::query {
namespace {

std::vector<NumericForm> forms_of_columns(const Query& query) {
    std::vector<NumericForm> forms;
    for (const Attribute& column : query.columns) forms.push_back(column.numeric);
    return forms;
}

const Function& division_of_numerics() {
    for (const Function* function : operators_named("/", 2)) {
        if (function->result == Type::numeric) return *function;
    }
    std::unreachable();
}

}  // namespace

std::string DuckDbText::leaf(const Leaf& leaf, Type type) {
    switch (leaf.kind) {
        case Leaf::Kind::column: {
            const Relation& relation = *leaf.relation;
            if (relation.host == nullptr) return fmt::format("{}.{}", relation.name, duckdb::column_name(leaf.column));
            return fmt::format("{}.{}", relation.host->name, duckdb::column_name(relation.host_column + leaf.column));
        }
        case Leaf::Kind::group_key: return value(leaf.expression);
        case Leaf::Kind::window: return window(leaf.window, type);
        case Leaf::Kind::scalar_subquery: {
            const auto* const around = std::exchange(aggregates_, nullptr);
            std::string text = fmt::format("({})", query(*leaf.query, forms_of_columns(*leaf.query)));
            aggregates_ = around;
            return text;
        }
        case Leaf::Kind::exists: {
            const auto* const around = std::exchange(aggregates_, nullptr);
            std::string text = fmt::format("EXISTS ({})", query(*leaf.query, forms_of_columns(*leaf.query)));
            aggregates_ = around;
            return text;
        }
        case Leaf::Kind::quantified: return quantified(leaf);
        case Leaf::Kind::grouping: break;
    }
    return fmt::format("CAST(GROUPING({}) AS INTEGER)", list(leaf.keys, ", "));
}

std::string DuckDbText::quantified(const Leaf& leaf) {
    NumericForm form = leaf.query->columns[0].numeric;
    if (leaf.expression->type == Type::numeric) form = joined_form(form, form_of(*leaf.expression));
    const std::string left = value_as(leaf.expression, form);
    const auto* const around = std::exchange(aggregates_, nullptr);
    const std::string right = query(*leaf.query, std::array{form});
    aggregates_ = around;
    if (leaf.symbol == "=" && !leaf.all) return fmt::format("({} IN ({}))", left, right);
    if (leaf.symbol == "<>" && leaf.all) return fmt::format("({} NOT IN ({}))", left, right);
    return fmt::format("({} {} {} ({}))", left, leaf.symbol, leaf.all ? "ALL" : "ANY", right);
}

namespace {

constexpr std::string_view kDistinct = "_distinct";

// The name without what says DISTINCT.
std::string_view plain_name(const AggregateCall& call) {
    std::string_view name = call.signature.function;
    if (name.ends_with(kDistinct) && name != "approx_count_distinct") name.remove_suffix(kDistinct.size());
    return name;
}

bool is_distinct_call(const AggregateCall& call) { return plain_name(call).size() < call.signature.function.size(); }

// What DuckDB computes as PostgreSQL does. Approximate aggregates are exact here: all values are at hand.
bool is_native_aggregate(const AggregateCall& call) {
    const std::string_view name = plain_name(call);
    const Type type = call.arguments.empty() ? Type::bigint : call.arguments[0]->type;
    // JSON's 1.5 is 1.50, and '1 day -2 hours' is '22 hours': DuckDB tells them apart.
    const Type element = is_array(type) ? element_type(type) : type;
    const bool has_forms = element == Type::jsonb || element == Type::interval;
    if (!call.order.empty() || (is_distinct_call(call) && has_forms)) return false;
    if (name == "approx_count_distinct" || name == "count" || name == "every") return true;
    if (name == "approx_quantile") return std::holds_alternative<double>(call.constants[0]);
    constexpr std::array<std::string_view, 5> kAlike = {"min", "max", "sum", "bool_and", "bool_or"};
    if (std::ranges::find(kAlike, name) != kAlike.end()) return type != Type::interval;
    if (name == "avg") return is_number(type);
    // Of double precision; of other numbers PostgreSQL has more digits.
    constexpr std::array<std::string_view, 9> kAlikeOfDoubles = {"stddev",     "variance",   "stddev_samp",
                                                                 "stddev_pop", "var_samp",   "var_pop",
                                                                 "covar_pop",  "covar_samp", "regr_count"};
    return std::ranges::find(kAlikeOfDoubles, name) != kAlikeOfDoubles.end() && type == Type::double_precision;
}

bool is_whole_partition(const WindowCall& call) {
    using Mode = WindowCall::Mode;
    using Bound = FrameBound::Kind;
    if (call.exclude != WindowCall::Exclude::none) return false;
    if (call.order.empty() && call.mode != Mode::rows) return true;  // All rows are peers.
    return call.mode != Mode::none && call.from.kind == Bound::unbounded_preceding &&
           call.to.kind == Bound::unbounded_following;
}

}  // namespace

std::string DuckDbText::window(const WindowCall& call, Type type) {
    std::string over = " OVER (";
    if (!call.partition.empty()) over += fmt::format("PARTITION BY {}", list(call.partition, ", "));
    over += sort_keys(call.order, nullptr);
    // DuckDB (1.4) gives C functions one state of many for a frame that is the same for all rows, and they read beyond
    // it. A frame with an end in numbers is none for it.
    const bool own = call.function.empty() && !is_native_aggregate(call.aggregate);
    over +=
        own && is_whole_partition(call) ? " ROWS BETWEEN UNBOUNDED PRECEDING AND 1000000000000 FOLLOWING" : frame(call);
    over += ")";
    if (call.function.empty()) return aggregate(call.aggregate, over);
    NumericForm form;
    if (type == Type::numeric) {
        form = form_of(*call.arguments[0]);
        if (call.arguments.size() == 3) form = joined_form(form, form_of(*call.arguments[2]));  // What lag() has else.
    }
    std::string arguments;
    for (const ExpressionPtr& argument : call.arguments)
        arguments += (arguments.empty() ? "" : ", ") + value_as(argument, form);
    const std::string text = fmt::format("{}({}){}", call.function, arguments, over);
    return call.function == "ntile" ? fmt::format("CAST({} AS INTEGER)", text) : text;
}

std::string DuckDbText::frame(const WindowCall& call) {
    if (call.mode == WindowCall::Mode::none) return "";
    const auto bound = [this](const FrameBound& each) -> std::string {
        switch (each.kind) {
            case FrameBound::Kind::unbounded_preceding: return "UNBOUNDED PRECEDING";
            case FrameBound::Kind::preceding: return value(each.offset) + " PRECEDING";
            case FrameBound::Kind::current_row: return "CURRENT ROW";
            case FrameBound::Kind::following: return value(each.offset) + " FOLLOWING";
            case FrameBound::Kind::unbounded_following: break;
        }
        return "UNBOUNDED FOLLOWING";
    };
    const std::string_view mode = call.mode == WindowCall::Mode::rows     ? "ROWS"
                                  : call.mode == WindowCall::Mode::groups ? "GROUPS"
                                                                          : "RANGE";
    std::string text = fmt::format(" {} BETWEEN {} AND {}", mode, bound(call.from), bound(call.to));
    switch (call.exclude) {
        case WindowCall::Exclude::none: break;
        case WindowCall::Exclude::current_row: text += " EXCLUDE CURRENT ROW"; break;
        case WindowCall::Exclude::group: text += " EXCLUDE GROUP"; break;
        case WindowCall::Exclude::ties: text += " EXCLUDE TIES"; break;
    }
    return text;
}

std::string DuckDbText::aggregate(const AggregateCall& call, const std::string& over) {
    const std::string filtered =
        (call.filter == nullptr ? "" : fmt::format(" FILTER (WHERE {})", condition(call.filter))) + over;
    if (!is_native_aggregate(call)) return own_aggregate(call, filtered, aggregator_name(call.signature.result));
    std::string_view name = plain_name(call);
    std::string arguments = call.arguments.empty() ? "*" : is_distinct_call(call) ? "DISTINCT " : "";
    arguments += list(std::span(call.arguments).first(call.signature.arguments.size()), ", ");
    const auto plain = [&](std::string_view function) {
        return fmt::format("{}({}){}", function, arguments, filtered);
    };
    const Type type = call.arguments.empty() ? Type::bigint : call.arguments[0]->type;
    if (name == "approx_count_distinct") return fmt::format("count(DISTINCT {}){}", arguments, filtered);
    if (name == "regr_count" || (name == "sum" && type == Type::integer))
        return fmt::format("CAST({} AS BIGINT)", plain(name));
    if (name == "sum" && type == Type::bigint) return fmt::format("CAST({} AS DECIMAL(38,0))", plain(name));
    if (name == "avg" && type != Type::double_precision)
        return average(call, filtered, evaluator_name(Type::numeric, NumericForm::kScaleOpen));
    if (name == "approx_quantile")
        return fmt::format("CAST(quantile_disc({}, {}){} AS DOUBLE)", arguments, std::get<double>(call.constants[0]),
                           filtered);
    if (name == "every") return plain("bool_and");
    if (name == "stddev" || name == "variance") name = name == "stddev" ? "stddev_samp" : "var_samp";
    return plain(name);
}

// The engine's states, in an aggregate of DuckDB's. Of no rows there is no state, and the result is NULL, or nothing
// counted.
std::string DuckDbText::own_aggregate(const AggregateCall& call, const std::string& over, std::string_view function) {
    if (call.arguments.empty() || call.arguments.size() > kAggregateArgumentsMax) {
        cannot(fmt::format("{} has too many arguments and keys of ORDER BY here", plain_name(call)),
               fmt::format("there may be {} together", kAggregateArgumentsMax));
        return "";
    }
    const auto index = static_cast<std::int64_t>(text_.aggregates.size());
    text_.aggregates.push_back(call);
    std::string text = fmt::format("{}(CAST('{}' AS BIGINT), {}){}", function, number_ * kAggregatesMax + index,
                                   list(call.arguments, ", "), over);
    const bool counts = plain_name(call).find("count") != std::string_view::npos;
    return counts ? fmt::format("coalesce({}, 0)", text) : text;
}

// The sum divided by the count, both as numerics, as PostgreSQL does.
std::string DuckDbText::average(const AggregateCall& call, const std::string& over, std::string_view function) {
    const std::string argument = (call.signature.function == "avg" ? "" : "DISTINCT ") + value(call.arguments[0]);
    NumericForm form{0, true};
    if (call.arguments[0]->type == Type::numeric) form = form_of(*call.arguments[0]);
    const ExpressionPtr quotient =
        make_call(division_of_numerics(), Type::numeric,
                  {make_input(0, Type::numeric, "sum"), make_input(1, Type::numeric, "count")}, nullptr, -1);
    const std::string written = fmt::format(", CAST(sum({0}){1} AS {2}), CAST(count({0}){1} AS DECIMAL(38,0))",
                                            argument, over, duckdb::type_name(Type::numeric, form));
    const auto [found, is_new] = evaluated_.try_emplace("avg\n" + written, text_.expressions.size());
    if (is_new) text_.expressions.push_back(quotient);
    return fmt::format("{}({}{})", function, found->second, written);
}

// Whether it is computed by us from other values, and so can be had with all its digits.
bool DuckDbText::has_numeric_text(const Expression& expression, const Select& select) const {
    if (expression.kind != Expression::Kind::aggregate) return expression.kind == Expression::Kind::call;
    const AggregateCall& call = select.aggregates[expression.index];
    return call.signature.function == "avg" || !is_native_aggregate(call);
}

std::string DuckDbText::numeric_text(const ExpressionPtr& expression) {
    if (expression->kind != Expression::Kind::aggregate) return evaluated(expression, kNumericTextEvaluator);
    const AggregateCall& call = (*aggregates_)[expression->index];
    const std::string filter = call.filter == nullptr ? "" : fmt::format(" FILTER (WHERE {})", condition(call.filter));
    return is_native_aggregate(call) ? average(call, filter, kNumericTextEvaluator)
                                     : own_aggregate(call, filter, kNumericTextAggregator);
}

}  // namespace sf::sql::query
