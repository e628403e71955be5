// GROUP BY, HAVING, aggregates and DISTINCT: events become groups.
#include "sql/plan/select_planner.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sf::sql {

using Kind = Expression::Kind;

// Targets become expressions over what a group has: keys, bounds of its window, aggregates.
Result<Relation> SelectPlanner::plan_groups(const PgQuery__SelectStmt& select, Grouping by) {
    if (by == Grouping::distinct) {
        for (const Target& target : targets_) SF_TRY(add_group(target.expression, target.node->location));
    } else if (by == Grouping::clause) {
        SF_TRY(read_groups(select));
        SF_TRY(bind_targets(kSelectList));
    }
    if (source_.rows == Relation::Rows::windowed_events && !groups_by_window_) {
        if (by == Grouping::distinct)
            return refuse(targets_[0].node->location,
                          "SELECT DISTINCT over windows must hold window_start or window_end",
                          "write SELECT DISTINCT ..., window_start, window_end");
        const int location = select.n_group_clause > 0 ? location_of(*select.group_clause[0]) : source_.location;
        return refuse(location, "GROUP BY must hold window_start or window_end",
                      "write GROUP BY window_start, ...; without windows: FROM events");
    }
    ExpressionPtr having;
    if (select.having_clause != nullptr) {
        SF_ASSIGN(having, binder_->bind_boolean(*select.having_clause,
                                                {.name = "HAVING", .aggregates = true, .window_bounds = true}));
    }
    if (select.n_distinct_clause > 0 && by != Grouping::distinct) SF_TRY(check_distinct());
    if (having != nullptr) {
        SF_ASSIGN(plan_.having, over_group(having));
    }
    return finish_groups(select);
}

// Groups that show all they are told apart by differ already.
Result<> SelectPlanner::check_distinct() const {
    const auto shown = [&](auto is_it) {
        return std::ranges::any_of(targets_, [&](const Target& target) { return is_it(*target.expression); });
    };
    for (const KeyColumn& key : plan_.keys) {
        if (shown([&](const Expression& output) { return output.text == key.expression->text; })) continue;
        return refuse(targets_[0].node->location,
                      fmt::format("SELECT DISTINCT does not show {}, which GROUP BY has", key.expression->text),
                      "show all that GROUP BY has; count(DISTINCT x) counts different values");
    }
    if (groups_by_window_ && !shown(is_bound))
        return refuse(targets_[0].node->location, "SELECT DISTINCT does not show the window", "add window_start");
    return {};
}

Result<> SelectPlanner::read_groups(const PgQuery__SelectStmt& select) {
    for (std::size_t i = 0; i < select.n_group_clause; ++i) {
        const PgQuery__Node& node = *select.group_clause[i];
        SF_ASSIGN(ExpressionPtr expression, group_expression(node));
        SF_TRY(add_group(std::move(expression), location_of(node)));
    }
    return {};
}

// A name is a column of the input first and an output's second; a number is the place of an output.
Result<ExpressionPtr> SelectPlanner::group_expression(const PgQuery__Node& node) {
    const Clause clause = {.name = "GROUP BY", .window_bounds = true};
    const int location = location_of(node);
    if (node.node_case == PG_QUERY__NODE__NODE_GROUPING_SET)
        return refuse(location, "GROUPING SETS, ROLLUP and CUBE are not supported", "make a view of each grouping");
    if (node.node_case == PG_QUERY__NODE__NODE_A_CONST) {
        if (node.a_const->val_case != PG_QUERY__A__CONST__VAL_IVAL)
            return refuse(location, "GROUP BY takes no literals but the numbers of outputs");
        const int number = node.a_const->ival->ival;
        if (number < 1 || static_cast<std::size_t>(number) > targets_.size())
            return refuse(location, fmt::format("there is no output number {}", number),
                          fmt::format("outputs have the numbers 1 to {}", targets_.size()));
        return bind_target(targets_[static_cast<std::size_t>(number) - 1], clause);
    }
    if (node.node_case == PG_QUERY__NODE__NODE_COLUMN_REF && node.column_ref->n_fields == 1) {
        const std::string_view name = last_name(*node.column_ref);
        const auto target = std::ranges::find(targets_, name, &Target::name);
        if (!source_.scope->has_column(name) && target != targets_.end()) return bind_target(*target, clause);
    }
    return binder_->bind_typed(node, clause);
}

Result<> SelectPlanner::add_group(ExpressionPtr expression, int location) {
    if (is_bound(*expression)) {
        groups_by_window_ = true;
        return {};
    }
    if (const Expression* const bound = bound_in(*expression))
        return refuse(bound->location, fmt::format("GROUP BY takes {} only alone", bound->text),
                      "compute with it in the SELECT list");
    if (expression->type == array_type(Type::jsonb))
        return refuse(location, "groups can't be made by jsonb[]", "cast it to text[]");
    const bool known =
        std::ranges::any_of(plan_.keys, [&](const KeyColumn& key) { return key.expression->text == expression->text; });
    if (!known) plan_.keys.push_back({expression->text, std::move(expression)});
    return {};
}

Result<ExpressionPtr> SelectPlanner::over_group(const ExpressionPtr& expression) const {
    for (std::size_t i = 0; i < plan_.keys.size(); ++i) {
        if (plan_.keys[i].expression->text == expression->text)
            return make_input(i, expression->type, expression->text);
    }
    switch (expression->kind) {
        case Kind::literal:
        case Kind::input: return expression;  // Of a SELECT around groups.
        case Kind::window_start: return make_input(plan_.input_window_start(), expression->type, expression->text);
        case Kind::window_end: return make_input(plan_.input_window_end(), expression->type, expression->text);
        case Kind::aggregate:
            return make_input(plan_.input_aggregate(expression->index), expression->type, expression->text);
        case Kind::ranking:
            return make_input(plan_.input_ranking(expression->index), expression->type, expression->text);
        case Kind::call: break;
        case Kind::column:
        case Kind::json_field:
        case Kind::union_column:
        case Kind::view_column:
            return refuse(expression->location,
                          fmt::format("{} is neither in GROUP BY nor inside an aggregate", expression->text),
                          fmt::format("add it to GROUP BY, or take max({})", expression->text));
    }
    if (expression->function == &kScalarOfField)
        return refuse(expression->location,
                      fmt::format("{} is neither in GROUP BY nor inside an aggregate", expression->text),
                      fmt::format("add it to GROUP BY, or take max({})", expression->text));
    std::vector<ExpressionPtr> arguments;
    for (const ExpressionPtr& argument : expression->arguments) {
        SF_ASSIGN(ExpressionPtr converted, over_group(argument));
        arguments.push_back(std::move(converted));
    }
    return with_arguments(*expression, std::move(arguments));
}

}  // namespace sf::sql
