// Around groups: filters, expressions, and ranks, from which the best n come.
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
