// GROUP BY, and what an expression means over groups instead of rows.
#include "sql/query/query_planner.hpp"
#include "sql/query/select_planner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sf::sql::query {

using Kind = Expression::Kind;

Result<> SelectPlanner::read_groups(const PgQuery__SelectStmt& select) {
    for (std::size_t i = 0; i < select.n_group_clause; ++i) {
        SF_ASSIGN(Grouping grouping, read_grouping(*select.group_clause[i]));
        body_.grouping.push_back(std::move(grouping));
    }
    body_.grouped = select.n_group_clause > 0;
    return {};
}

// SELECT DISTINCT over sessions: what it shows is what they are of.
Result<> SelectPlanner::group_by_targets() {
    for (const Target& target : targets_) {
        ExpressionPtr expression = target.output.expression;
        if (target.node != nullptr) {
            SF_ASSIGN(expression, binder_->bind_typed(*target.node, {.name = "SELECT DISTINCT"}));
        }
        SF_ASSIGN(const std::size_t key, add_key(std::move(expression), target.output.location));
        body_.grouping.push_back({.kind = Grouping::Kind::keys, .keys = {key}, .parts = {}});
    }
    body_.grouped = true;
    return {};
}

// One bound of a window says which window it is, so the other one can stand beside it.
void SelectPlanner::group_by_both_bounds() {
    if (std::ranges::any_of(body_.grouping, [](const Grouping& each) { return each.kind != Grouping::Kind::keys; }))
        return;
    const auto bound_of = [&](const ExpressionPtr& expression) -> const Leaf* {
        if (expression->kind != Kind::input) return nullptr;
        const Leaf& leaf = (*context_.leaves)[expression->index];
        const bool bound = leaf.kind == Leaf::Kind::column && leaf.owner == static_cast<const QueryScope*>(this) &&
                           leaf.relation->kind == Relation::Kind::window &&
                           leaf.column + 2 >= leaf.relation->columns.size();
        return bound ? &leaf : nullptr;
    };
    const std::vector<ExpressionPtr> keys = body_.keys;
    for (const ExpressionPtr& key : keys) {
        const Leaf* const bound = bound_of(key);
        if (bound == nullptr) continue;
        for (const NamedColumn& column : columns) {
            const Leaf* const other = bound_of(column.expression);
            if (other == nullptr || other->relation != bound->relation || other->column == bound->column) continue;
            if (std::ranges::find(body_.keys, column.expression->text, [](const auto& each) { return each->text; }) !=
                body_.keys.end())
                continue;
            body_.grouping.push_back({.kind = Grouping::Kind::keys, .keys = {body_.keys.size()}, .parts = {}});
            body_.keys.push_back(column.expression);
        }
    }
}

namespace {

const Relation* sessions_in(const Relation& relation) {
    if (relation.kind == Relation::Kind::window)
        return relation.window.kind == Window::Kind::session ? &relation : nullptr;
    if (relation.kind != Relation::Kind::join) return nullptr;
    const Relation* const left = sessions_in(*relation.left);
    return left != nullptr ? left : sessions_in(*relation.right);
}

// Whether an expression reads window_start or window_end of the relation.
bool reads_bounds(const Expression& expression, const LeafTable& leaves, const RelationPtr& relation) {
    if (expression.kind == Kind::input) {
        const Leaf& leaf = leaves[expression.index];
        return leaf.kind == Leaf::Kind::column && leaf.relation == relation &&
               leaf.column + 2 >= relation->columns.size();
    }
    return std::ranges::any_of(
        expression.arguments, [&](const ExpressionPtr& argument) { return reads_bounds(*argument, leaves, relation); });
}

}  // namespace

// Sessions are of the groups of the SELECT, and of the rows that its WHERE lets through.
Result<> SelectPlanner::make_sessions(const PgQuery__SelectStmt& select) {
    if (std::ranges::none_of(body_.from, [](const RelationPtr& each) { return sessions_in(*each) != nullptr; }))
        return {};
    const int location = location_of(*select.from_clause[0]);
    if (select.n_group_clause == 0 && is_plain_distinct(select)) {
        SF_TRY(group_by_targets());
        group_by_both_bounds();
    }
    const bool plain = std::ranges::all_of(
        body_.grouping, [](const Grouping& grouping) { return grouping.kind == Grouping::Kind::keys; });
    if (body_.from.size() != 1 || body_.from[0]->kind != Relation::Kind::window)
        return context_.refuse(
            location, "SESSION stands alone in FROM",
            "join its rows in a query around it: FROM (SELECT ... FROM SESSION(...) ...) s JOIN ...");
    Relation& relation = *body_.from[0];
    bool has_start = false;
    for (const ExpressionPtr& key : body_.keys) {
        const bool bound = reads_bounds(*key, *context_.leaves, body_.from[0]);
        has_start = has_start || bound;
        if (!bound) relation.keys.push_back(key);
    }
    if (body_.where != nullptr && reads_bounds(*body_.where, *context_.leaves, body_.from[0]))
        return context_.refuse(location, "WHERE can't read the bounds of sessions: it chooses the rows that make them",
                               "HAVING can");
    if (!plain || !has_start)
        return context_.refuse(location, "sessions are those of groups",
                               "GROUP BY their keys and window_start: GROUP BY user_id, window_start, window_end");
    relation.where = std::exchange(body_.where, nullptr);
    return {};
}

Result<Grouping> SelectPlanner::read_grouping(const PgQuery__Node& node) {
    Grouping grouping;
    if (node.node_case == PG_QUERY__NODE__NODE_GROUPING_SET) {
        const PgQuery__GroupingSet& set = *node.grouping_set;
        switch (set.kind) {
            case PG_QUERY__GROUPING_SET_KIND__GROUPING_SET_ROLLUP: grouping.kind = Grouping::Kind::rollup; break;
            case PG_QUERY__GROUPING_SET_KIND__GROUPING_SET_CUBE: grouping.kind = Grouping::Kind::cube; break;
            case PG_QUERY__GROUPING_SET_KIND__GROUPING_SET_SETS: grouping.kind = Grouping::Kind::sets; break;
            default: return grouping;  // ()
        }
        for (std::size_t i = 0; i < set.n_content; ++i) {
            SF_ASSIGN(Grouping part, read_grouping(*set.content[i]));
            grouping.parts.push_back(std::move(part));
        }
        return grouping;
    }
    if (node.node_case == PG_QUERY__NODE__NODE_ROW_EXPR) {
        for (std::size_t i = 0; i < node.row_expr->n_args; ++i) {
            SF_ASSIGN(const std::size_t key, key_of(*node.row_expr->args[i]));
            grouping.keys.push_back(key);
        }
        return grouping;
    }
    SF_ASSIGN(const std::size_t key, key_of(node));
    grouping.keys.push_back(key);
    return grouping;
}

// A name is a column of the input first and an output's second; a number is the place of an output.
Result<std::size_t> SelectPlanner::key_of(const PgQuery__Node& node) {
    const Clause clause = {.name = "GROUP BY"};
    const int location = location_of(node);
    const PgQuery__Node* source = &node;
    ExpressionPtr expression;
    const auto take_output = [&](const Target& target) {
        source = target.node;
        if (source == nullptr) expression = target.output.expression;
    };
    if (node.node_case == PG_QUERY__NODE__NODE_A_CONST) {
        if (node.a_const->val_case != PG_QUERY__A__CONST__VAL_IVAL)
            return context_.refuse(location, "GROUP BY takes no literals but the numbers of outputs");
        const int number = node.a_const->ival->ival;
        if (number < 1 || static_cast<std::size_t>(number) > targets_.size())
            return context_.refuse(location, fmt::format("there is no output number {}", number),
                                   fmt::format("outputs have the numbers 1 to {}", targets_.size()));
        take_output(targets_[static_cast<std::size_t>(number) - 1]);
    } else if (node.node_case == PG_QUERY__NODE__NODE_COLUMN_REF && node.column_ref->n_fields == 1) {
        const std::string_view name = last_name(*node.column_ref);
        if (!has_column(name)) {
            const auto target =
                std::ranges::find_if(targets_, [&](const Target& each) { return each.output.name == name; });
            if (target != targets_.end()) take_output(*target);
        }
    }
    if (expression == nullptr) {
        SF_ASSIGN(expression, binder_->bind_typed(*source, clause));
    }
    return add_key(std::move(expression), location);
}

Result<std::size_t> SelectPlanner::add_key(ExpressionPtr expression, int location) {
    SF_TRY(check_comparable(context_, expression->type, location, "GROUP BY"));
    expression = equal_form(expression);
    const auto known =
        std::ranges::find_if(body_.keys, [&](const ExpressionPtr& key) { return key->text == expression->text; });
    if (known != body_.keys.end()) return static_cast<std::size_t>(known - body_.keys.begin());
    body_.keys.push_back(std::move(expression));
    return body_.keys.size() - 1;
}

Result<> SelectPlanner::put_over_groups(Query& query) {
    for (const std::size_t leaf : window_leaves_) SF_TRY(window_over_group((*context_.leaves)[leaf].window));
    for (Target& target : targets_) {
        SF_ASSIGN(target.output.expression, over_group(target.output.expression));
    }
    if (body_.having != nullptr) {
        SF_ASSIGN(body_.having, over_group(body_.having));
    }
    for (SortKey& key : query.order) {
        if (key.expression == nullptr) continue;
        SF_ASSIGN(key.expression, over_group(key.expression));
    }
    for (ExpressionPtr& expression : body_.distinct_on) {
        SF_ASSIGN(expression, over_group(expression));
    }
    return {};
}

// Its inputs are the keys and the aggregates from now on.
Result<ExpressionPtr> SelectPlanner::over_group(const ExpressionPtr& expression) {
    if (expression->kind == Kind::literal || expression->kind == Kind::aggregate) return expression;
    const std::string text = equal_form(expression)->text;
    for (std::size_t i = 0; i < body_.keys.size(); ++i) {
        const ExpressionPtr& key = body_.keys[i];
        if (key->text != text && key->text != expression->text) continue;
        ExpressionPtr& leaf = group_keys_[i];
        if (leaf == nullptr) {
            Leaf made{.kind = Leaf::Kind::group_key, .owner = static_cast<const QueryScope*>(this)};
            made.numeric = numeric_form(*key, *context_.leaves, body_.aggregates);
            made.expression = key;
            leaf = context_.add(std::move(made), key->type, key->text);
        }
        return leaf;
    }
    if (expression->kind == Kind::input) {
        Leaf& leaf = (*context_.leaves)[expression->index];
        const bool mine = leaf.owner == static_cast<const QueryScope*>(this);
        if (leaf.kind == Leaf::Kind::quantified && mine) {
            SF_ASSIGN(leaf.expression, over_group(leaf.expression));
        }
        if (leaf.kind == Leaf::Kind::column && mine)
            return context_.refuse(
                expression->location,
                fmt::format("column \"{}\" must stand in GROUP BY or in an aggregate", expression->text),
                fmt::format("min({}) is one of its values", expression->text));
        return expression;
    }
    if (expression->kind == Kind::json_field) {
        SF_TRY(over_group(expression->arguments[0]));
        return expression;
    }
    std::vector<ExpressionPtr> arguments;
    for (const ExpressionPtr& argument : expression->arguments) {
        auto over = over_group(argument);
        if (!over) return over;
        arguments.push_back(std::move(*over));
    }
    return with_arguments(*expression, std::move(arguments));
}

Result<> SelectPlanner::window_over_group(WindowCall& call) {
    const auto replace = [this](ExpressionPtr& expression) -> Result<> {
        if (expression == nullptr) return {};
        SF_ASSIGN(expression, over_group(expression));
        return {};
    };
    for (ExpressionPtr& argument : call.arguments) SF_TRY(replace(argument));
    for (ExpressionPtr& argument : call.aggregate.arguments) SF_TRY(replace(argument));
    SF_TRY(replace(call.aggregate.filter));
    for (ExpressionPtr& expression : call.partition) SF_TRY(replace(expression));
    for (SortKey& key : call.order) SF_TRY(replace(key.expression));
    return {};
}

Result<Operand> SelectPlanner::grouping_call(const PgQuery__GroupingFunc& call, ExpressionBinder& binder) {
    Leaf leaf{.kind = Leaf::Kind::grouping, .owner = static_cast<const QueryScope*>(this)};
    std::string text = "GROUPING(";
    for (std::size_t i = 0; i < call.n_args; ++i) {
        SF_ASSIGN(const ExpressionPtr bound, binder.bind_typed(*call.args[i], {.name = "GROUPING"}));
        const ExpressionPtr key = equal_form(bound);
        const bool known =
            std::ranges::any_of(body_.keys, [&](const ExpressionPtr& each) { return each->text == key->text; });
        if (!known) return context_.refuse(location_of(*call.args[i]), "GROUPING takes what stands in GROUP BY");
        text += (i > 0 ? ", " : "") + key->text;
        leaf.keys.push_back(key);
    }
    return Operand{context_.add(std::move(leaf), Type::integer, text + ")"), false, call.location};
}

}  // namespace sf::sql::query
