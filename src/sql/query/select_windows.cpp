// f(...) OVER (...): the functions that only windows have, aggregates over windows, and frames.
#include "base/nearest_name.hpp"
#include "sql/query/query_planner.hpp"
#include "sql/query/select_planner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sf::sql::query {
namespace {

// FRAMEOPTION_... of PostgreSQL's parsenodes.h.
enum FrameOption : int {
    kNonDefault = 0x1,
    kRange = 0x2,
    kRows = 0x4,
    kGroups = 0x8,
    kStartUnboundedPreceding = 0x20,
    kEndUnboundedFollowing = 0x100,
    kStartCurrentRow = 0x200,
    kEndCurrentRow = 0x400,
    kStartOffsetPreceding = 0x800,
    kEndOffsetPreceding = 0x1000,
    kStartOffsetFollowing = 0x2000,
    kEndOffsetFollowing = 0x4000,
    kExcludeCurrentRow = 0x8000,
    kExcludeGroup = 0x10000,
    kExcludeTies = 0x20000,
};

struct OwnFunction {
    std::string_view name;
    std::size_t arguments_min;
    std::size_t arguments_max;
    std::optional<Type> result;  // Nothing: that of the first argument.
};
constexpr std::array kOwnFunctions = {
    OwnFunction{"row_number", 0, 0, Type::bigint},
    OwnFunction{"rank", 0, 0, Type::bigint},
    OwnFunction{"dense_rank", 0, 0, Type::bigint},
    OwnFunction{"percent_rank", 0, 0, Type::double_precision},
    OwnFunction{"cume_dist", 0, 0, Type::double_precision},
    OwnFunction{"ntile", 1, 1, Type::integer},
    OwnFunction{"lag", 1, 3, std::nullopt},
    OwnFunction{"lead", 1, 3, std::nullopt},
    OwnFunction{"first_value", 1, 1, std::nullopt},
    OwnFunction{"last_value", 1, 1, std::nullopt},
    OwnFunction{"nth_value", 2, 2, std::nullopt},
};

}  // namespace

Result<Operand> SelectPlanner::window_call(const PgQuery__FuncCall& call, ExpressionBinder& binder,
                                           const Clause& clause) {
    const std::string name(string_of(*call.funcname[call.n_funcname - 1]));
    if (!clause.window_functions)
        return context_.refuse(call.location, fmt::format("a window function can't stand in {}", clause.name),
                               "compute it in a subquery in FROM");
    WindowCall window;
    // What stands inside sees groups where there are any, but no other windows.
    const Clause inside = {.name = "a window function", .aggregates = true};
    Type type = Type::bigint;
    if (context_.aggregates.has(name)) {
        SF_TRY(window_aggregate(call, binder, type, window));
    } else {
        SF_ASSIGN(type, window_function(call, name, binder, inside, window));
    }
    SF_TRY(window_definition(*call.over, binder, window, call.location));
    Leaf leaf{.kind = Leaf::Kind::window, .owner = static_cast<const QueryScope*>(this)};
    if (type == Type::numeric && window.function.empty() && !window.aggregate.arguments.empty() &&
        window.aggregate.signature.function != "avg") {
        const Expression& argument = *window.aggregate.arguments[0];
        leaf.numeric = argument.type == Type::bigint ? NumericForm{0, true}
                                                     : numeric_form(argument, *context_.leaves, body_.aggregates);
    } else if (type == Type::numeric && !window.arguments.empty()) {
        const auto form = [&](std::size_t i) {
            return numeric_form(*window.arguments[i], *context_.leaves, body_.aggregates);
        };
        leaf.numeric = window.arguments.size() == 3 ? joined_form(form(0), form(2)) : form(0);
    }
    leaf.window = std::move(window);
    const std::string text = fmt::format("{}(...) OVER #{}", name, context_.leaves->size());
    window_leaves_.push_back(context_.leaves->size());
    return Operand{context_.add(std::move(leaf), type, text), false, call.location};
}

Result<> SelectPlanner::window_aggregate(const PgQuery__FuncCall& call, ExpressionBinder& binder, Type& type,
                                         WindowCall& window) {
    if (call.agg_distinct != 0) return context_.refuse(call.location, "DISTINCT is not supported over windows");
    PgQuery__FuncCall plain = call;
    plain.over = nullptr;
    PgQuery__Node node = PG_QUERY__NODE__INIT;
    node.node_case = PG_QUERY__NODE__NODE_FUNC_CALL;
    node.func_call = &plain;
    const std::size_t before = body_.aggregates.size();
    SF_ASSIGN(const Operand operand,
              binder.bind(node, {.name = "a window function", .aggregates = true, .nested_aggregates = true}));
    const std::size_t index = operand.expression->index;
    window.aggregate = body_.aggregates[index];
    type = operand.type();
    // It is no aggregate of the groups, unless another expression has the same one there.
    if (index + 1 == body_.aggregates.size() && index >= before) body_.aggregates.pop_back();
    return {};
}

Result<Type> SelectPlanner::window_function(const PgQuery__FuncCall& call, std::string_view name,
                                            ExpressionBinder& binder, const Clause& inside, WindowCall& window) {
    const auto* const function = std::ranges::find(kOwnFunctions, name, &OwnFunction::name);
    if (function == kOwnFunctions.end()) {
        std::vector<std::string_view> names;
        for (const OwnFunction& known : kOwnFunctions) names.push_back(known.name);
        const auto meant = nearest_name(name, names);
        return context_.refuse(call.location, fmt::format("there is no window function \"{}\"", name),
                               meant ? fmt::format("is it \"{}\"?", *meant) : "");
    }
    if (call.n_args < function->arguments_min || call.n_args > function->arguments_max || call.agg_star != 0 ||
        call.agg_distinct != 0 || call.n_agg_order > 0 || call.agg_filter != nullptr)
        return context_.refuse(call.location, fmt::format("{} takes other arguments", name));
    window.function = name;
    std::vector<Operand> operands;
    for (std::size_t i = 0; i < call.n_args; ++i) {
        SF_ASSIGN(Operand operand, binder.bind(*call.args[i], inside));
        operands.push_back(std::move(operand));
    }
    std::optional<Type> type = function->result;
    if (!type) {
        // lag(x, 1, otherwise) has the type of both.
        std::vector<Operand> values = {operands[0]};
        if (operands.size() == 3) values.push_back(operands[2]);
        SF_ASSIGN(type, context_.builder.common_type(values, fmt::format("the values of {}", name)));
    }
    for (std::size_t i = 0; i < operands.size(); ++i) {
        const bool value = !function->result && (i == 0 || i == 2);
        SF_ASSIGN(ExpressionPtr argument, context_.builder.implicit(operands[i], value ? *type : Type::bigint));
        window.arguments.push_back(std::move(argument));
    }
    return *type;
}

Result<> SelectPlanner::window_definition(const PgQuery__WindowDef& definition, ExpressionBinder& binder,
                                          WindowCall& window, int location) {
    const std::string_view name = definition.name == nullptr ? std::string_view{} : definition.name;
    const std::string_view base = definition.refname == nullptr ? std::string_view{} : definition.refname;
    const bool in_clause = std::ranges::any_of(windows_, [&](const auto& each) { return each.second == &definition; });
    const std::string_view other = !base.empty() ? base : in_clause ? std::string_view{} : name;
    if (!other.empty()) {
        const auto found = std::ranges::find_if(windows_, [&](const auto& each) { return each.first == other; });
        if (found == windows_.end() || found->second == &definition)
            return context_.refuse(location, fmt::format("there is no window \"{}\"", other),
                                   "WINDOW name AS (...) makes one");
        SF_TRY(window_definition(*found->second, binder, window, location));
        if (base.empty()) return {};  // OVER name: that window and nothing else.
        if (window.mode != WindowCall::Mode::none)
            return context_.refuse(location, fmt::format("window \"{}\" has a frame, so it can't be extended", other));
    }
    const Clause inside = {.name = "a window", .aggregates = true};
    if (definition.n_partition_clause > 0 && !other.empty())
        return context_.refuse(location, fmt::format("PARTITION BY can't be added to window \"{}\"", other));
    for (std::size_t i = 0; i < definition.n_partition_clause; ++i) {
        const PgQuery__Node& node = *definition.partition_clause[i];
        SF_ASSIGN(ExpressionPtr expression, binder.bind_typed(node, inside));
        SF_TRY(check_comparable(context_, expression->type, location_of(node), "PARTITION BY"));
        window.partition.push_back(equal_form(expression));
    }
    if (definition.n_order_clause > 0 && !window.order.empty())
        return context_.refuse(location, fmt::format("ORDER BY can't be added to window \"{}\"", other));
    for (std::size_t i = 0; i < definition.n_order_clause; ++i) {
        const PgQuery__SortBy& sort = *definition.order_clause[i]->sort_by;
        SortKey key = sort_key(sort);
        SF_ASSIGN(key.expression, binder.bind_typed(*sort.node, inside));
        SF_TRY(check_comparable(context_, key.expression->type, location_of(*sort.node), "ORDER BY"));
        key.expression = order_form(key.expression);
        window.order.push_back(std::move(key));
    }
    return window_frame(definition, binder, window);
}

Result<> SelectPlanner::window_frame(const PgQuery__WindowDef& definition, ExpressionBinder& binder,
                                     WindowCall& window) {
    const int options = definition.frame_options;
    if ((options & kNonDefault) == 0) return {};
    window.mode = (options & kRows) != 0     ? WindowCall::Mode::rows
                  : (options & kGroups) != 0 ? WindowCall::Mode::groups
                                             : WindowCall::Mode::range;
    if (window.mode == WindowCall::Mode::groups && window.order.empty())
        return context_.refuse(definition.location, "GROUPS needs ORDER BY in the window");
    SF_ASSIGN(window.from, frame_bound(definition, true, binder, window));
    SF_ASSIGN(window.to, frame_bound(definition, false, binder, window));
    if ((options & kExcludeCurrentRow) != 0) window.exclude = WindowCall::Exclude::current_row;
    if ((options & kExcludeGroup) != 0) window.exclude = WindowCall::Exclude::group;
    if ((options & kExcludeTies) != 0) window.exclude = WindowCall::Exclude::ties;
    return {};
}

Result<FrameBound> SelectPlanner::frame_bound(const PgQuery__WindowDef& definition, bool start,
                                              ExpressionBinder& binder, const WindowCall& window) {
    const int options = definition.frame_options;
    FrameBound bound;
    if ((options & (start ? kStartUnboundedPreceding : 0)) != 0) return bound;
    if ((options & (start ? 0 : kEndUnboundedFollowing)) != 0)
        return FrameBound{FrameBound::Kind::unbounded_following, {}};
    if ((options & (start ? kStartCurrentRow : kEndCurrentRow)) != 0)
        return FrameBound{FrameBound::Kind::current_row, {}};
    const bool preceding = (options & (start ? kStartOffsetPreceding : kEndOffsetPreceding)) != 0;
    bound.kind = preceding ? FrameBound::Kind::preceding : FrameBound::Kind::following;
    const PgQuery__Node& node = *(start ? definition.start_offset : definition.end_offset);
    const int location = location_of(node);
    SF_ASSIGN(const Operand operand, binder.bind(node, {.name = "a window's frame"}));
    Type type = Type::bigint;
    if (window.mode == WindowCall::Mode::range) {
        if (window.order.size() != 1)
            return context_.refuse(location, "RANGE with a distance needs exactly one ORDER BY column");
        type = window.order[0].expression->type;
        if (type == Type::timestamptz || type == Type::timestamp) type = Type::interval;
    }
    if (!is_number(type) && type != Type::interval)
        return context_.refuse(location, fmt::format("RANGE has no distances of {}", to_string(type)));
    SF_ASSIGN(bound.offset, context_.builder.implicit(operand, type));
    if (!is_literal(*bound.offset) || is_null_literal(*bound.offset))
        return context_.refuse(location, "the distance must be a literal");
    const auto* const rows = std::get_if<std::int64_t>(&bound.offset->literal);
    if (rows != nullptr && *rows < 0) return context_.refuse(location, "the distance must not be negative");
    return bound;
}

}  // namespace sf::sql::query
