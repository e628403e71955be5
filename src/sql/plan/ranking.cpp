// Around groups: filters, expressions, and ranks, from which the best n come.
#include "sql/plan/event_scope.hpp"
#include "sql/plan/select_planner.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sf::sql {
namespace {

// How many ranks a condition lets through at most: rank <= 10, rank < 10, 10 >= rank, rank = 1, alone or under AND.
std::int64_t limit_of(const Expression& condition, std::size_t input) {
    if (condition.kind != Expression::Kind::call) return INT64_MAX;
    const std::vector<ExpressionPtr>& sides = condition.arguments;
    if (condition.function == &kAnd) {
        std::int64_t least = INT64_MAX;
        for (const ExpressionPtr& side : sides) least = std::min(least, limit_of(*side, input));
        return least;
    }
    if (condition.function->style != Function::Style::infix || sides.size() != 2) return INT64_MAX;
    const auto is_rank = [&](const Expression& side) {
        return side.kind == Expression::Kind::input && side.index == input;
    };
    const auto value_of = [](const Expression& side) -> std::optional<std::int64_t> {
        const auto* const value = std::get_if<std::int64_t>(&side.literal);
        if (side.kind != Expression::Kind::literal || value == nullptr) return std::nullopt;
        return *value;
    };
    const bool left = is_rank(*sides[0]);
    if (!left && !is_rank(*sides[1])) return INT64_MAX;
    const auto bound = value_of(*sides[left ? 1 : 0]);
    if (!bound) return INT64_MAX;
    const std::string_view symbol = condition.function->name;
    if (symbol == "=" || symbol == (left ? "<=" : ">=")) return *bound;
    if (symbol == (left ? "<" : ">")) return *bound == INT64_MIN ? *bound : *bound - 1;
    return INT64_MAX;
}

bool may_look_different(Type type) {
    const Type element = is_array(type) ? element_type(type) : type;
    return element == Type::numeric || element == Type::interval;
}

bool has_rank(const Expression& expression) {
    return expression.kind == Expression::Kind::ranking ||
           std::ranges::any_of(expression.arguments, [](const ExpressionPtr& argument) { return has_rank(*argument); });
}

}  // namespace

Result<Relation> SelectPlanner::plan_around_groups(const PgQuery__SelectStmt& select) {
    if (select.n_group_clause > 0 || select.having_clause != nullptr || select.n_distinct_clause > 0) {
        const int location = select.n_group_clause > 0         ? location_of(*select.group_clause[0])
                             : select.having_clause != nullptr ? location_of(*select.having_clause)
                                                               : targets_[0].node->location;
        return refuse(location, "groups can't be grouped once more",
                      "a SELECT around groups filters, computes and ranks: WHERE, expressions over its columns, "
                      "row_number()");
    }
    Clause clause = kSelectList;
    clause.name = "a SELECT around groups";
    clause.aggregates = false;
    if (source_.rows == Relation::Rows::ranked_groups) {
        clause.name = "a SELECT around ranked groups";
        clause.rankings = false;
    }
    SF_TRY(bind_targets(clause));
    return finish_groups(select);
}

// An event is a group by its id. What is shown of it, and what ranks it, are keys as well: a group has nothing else.
Result<Relation> SelectPlanner::plan_ranked_events(const PgQuery__SelectStmt& select) {
    const int location = targets_[0].node->location;
    if (!branches_.empty())
        return refuse(location, "rows of a UNION ALL can't be ranked",
                      "an event could be two of them, which nothing tells apart; rank groups of them");
    if (plan_.over)
        return refuse(location, "rows of a view can't be ranked", "rank groups of them: GROUP BY in a SELECT inside");
    SF_TRY(add_group(make_column(EventColumn::id, Type::uuid, "id", location), location));
    for (Target& target : targets_) {
        SF_ASSIGN(target.expression, kept(target.expression, target.node->location));
    }
    for (const Ranking& ranking : plan_.rankings) {
        for (const ExpressionPtr& expression : ranking.partition) SF_TRY(add_keys_of(expression, location));
        for (const SortKey& key : ranking.order) SF_TRY(add_keys_of(key.expression, location));
    }
    plan_.ranks_events = true;
    return finish_groups(select);
}

// What a group has of its event. Equal keys may look different where 1.5 and 1.50 are one, so such a value is beside
// them.
Result<ExpressionPtr> SelectPlanner::kept(const ExpressionPtr& expression, int location) {
    if (is_literal(*expression) || expression->kind == Expression::Kind::ranking) return expression;
    if (!is_bound(*expression) && (bound_in(*expression) != nullptr || has_rank(*expression))) {
        std::vector<ExpressionPtr> arguments;
        for (const ExpressionPtr& argument : expression->arguments) {
            SF_ASSIGN(ExpressionPtr made, kept(argument, location));
            arguments.push_back(std::move(made));
        }
        return with_arguments(*expression, std::move(arguments));
    }
    if (!may_look_different(expression->type)) {
        SF_TRY(add_group(expression, expression->location >= 0 ? expression->location : location));
        return expression;
    }
    const Type types[] = {expression->type};
    AggregateCall call;
    SF_ASSIGN(call.signature, names_.aggregates.resolve({.name = "last", .arguments = types}));
    call.arguments = event_order();
    call.arguments.insert(call.arguments.begin(), expression);
    const std::string text = call.text();
    const auto known = std::ranges::find(plan_.aggregates, text, &AggregateCall::text);
    const auto index = static_cast<std::size_t>(known - plan_.aggregates.begin());
    if (known == plan_.aggregates.end()) plan_.aggregates.push_back(std::move(call));
    return make_aggregate(index, expression->type, text, location);
}

// The largest parts without a rank or a bound of the window in them.
Result<> SelectPlanner::add_keys_of(const ExpressionPtr& expression, int location) {
    if (is_literal(*expression) || expression->kind == Expression::Kind::ranking) return {};
    if (!is_bound(*expression) && (bound_in(*expression) != nullptr || has_rank(*expression))) {
        for (const ExpressionPtr& argument : expression->arguments) SF_TRY(add_keys_of(argument, location));
        return {};
    }
    return add_group(expression, expression->location >= 0 ? expression->location : location);
}

// Targets and ranks become expressions over what a group has.
Result<Relation> SelectPlanner::finish_groups(const PgQuery__SelectStmt& select) {
    const bool ranked_inside = source_.rows == Relation::Rows::ranked_groups;
    if (!ranked_inside && !plan_.rankings.empty()) {
        if (select.n_distinct_clause > 0)
            return refuse(targets_[0].node->location, "SELECT DISTINCT with ranks is not supported",
                          "groups differ by what GROUP BY has");
        if (plan_.window.kind == Window::Kind::session)
            return refuse(targets_[0].node->location, "sessions can't be ranked",
                          "each is a window of its own; TUMBLE and HOP have windows that groups share");
        if (plan_.options.ttl != Duration::zero())
            return refuse(targets_[0].node->location, "groups that go by a ttl can't be ranked",
                          "leave out ttl, or give the view windows");
        for (Ranking& ranking : plan_.rankings) SF_TRY(finish_ranking(ranking, targets_[0].node->location));
    }
    for (Target& target : targets_) {
        SF_ASSIGN(target.expression, over_group(target.expression));
    }
    return relation(plan_.rankings.empty() ? Relation::Rows::groups : Relation::Rows::ranked_groups);
}

Result<> SelectPlanner::finish_ranking(Ranking& ranking, int location) const {
    if (!ranking.order.empty()) location = ranking.order[0].expression->location;
    if (!ranking.partition.empty()) location = ranking.partition[0]->location;
    bool by_window = plan_.window.kind == Window::Kind::none;
    std::vector<ExpressionPtr> partition;
    for (const ExpressionPtr& expression : ranking.partition) {
        SF_ASSIGN(ExpressionPtr converted, over_group(expression));
        const int input = input_of(*converted);
        const bool bound = input == static_cast<int>(plan_.input_window_start()) ||
                           input == static_cast<int>(plan_.input_window_end());
        by_window = by_window || bound;
        if (!bound) partition.push_back(std::move(converted));
    }
    if (!by_window)
        return refuse(location, fmt::format("{} ranks across windows", ranking.text()),
                      "PARTITION BY must hold window_start or window_end");
    ranking.partition = std::move(partition);
    for (SortKey& key : ranking.order) {
        SF_ASSIGN(key.expression, over_group(key.expression));
    }
    return {};
}

void limit_rankings(ViewPlan& plan) {
    if (plan.shown == nullptr) return;
    for (std::size_t i = 0; i < plan.rankings.size(); ++i)
        plan.rankings[i].limit = limit_of(*plan.shown, plan.input_ranking(i));
}

}  // namespace sf::sql
