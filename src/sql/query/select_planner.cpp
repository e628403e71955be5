#include "sql/query/select_planner.hpp"

#include "sql/plan/output_names.hpp"
#include "sql/query/from_planner.hpp"
#include "sql/query/query_planner.hpp"
#include "sql/query/table_functions.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sf::sql::query {

Result<> SelectPlanner::plan(const PgQuery__SelectStmt& select, Query& query) {
    if (select.group_distinct != 0) return context_.refuse(-1, "GROUP BY DISTINCT is not supported");
    const QueryScope* const outer = this->outer();
    const void* const owner = static_cast<const QueryScope*>(this);
    for (std::size_t i = 0; i < select.n_from_clause; ++i) {
        const PgQuery__Node& node = *select.from_clause[i];
        SF_ASSIGN(FromPlanner::Item item, FromPlanner(context_, *this, outer, owner).plan(node));
        SF_TRY(check_names(context_, columns, item.columns, location_of(node)));
        columns.insert(columns.end(), item.columns.begin(), item.columns.end());
        put_beside_rows(*context_.leaves, body_.from, item.relation, false);
        body_.from.push_back(std::move(item.relation));
    }
    for (std::size_t i = 0; i < select.n_window_clause; ++i) {
        const PgQuery__WindowDef& window = *select.window_clause[i]->window_def;
        windows_.emplace_back(window.name, &window);
    }
    binder_.emplace(context_.binder(*this, body_.aggregates));
    if (select.where_clause != nullptr) {
        SF_ASSIGN(body_.where, binder_->bind_boolean(*select.where_clause, {"WHERE"}));
    }
    SF_TRY(read_targets(select));
    SF_TRY(read_groups(select));
    group_by_both_bounds();
    SF_TRY(make_sessions(select));
    SF_TRY(bind_targets());
    if (select.having_clause != nullptr) {
        SF_ASSIGN(body_.having, binder_->bind_boolean(*select.having_clause, {.name = "HAVING", .aggregates = true}));
    }
    SF_TRY(read_order(select, query));
    SF_TRY(read_distinct(select));
    body_.grouped = body_.grouped || !body_.aggregates.empty() || body_.having != nullptr;
    if (body_.grouped) {
        SF_TRY(put_over_groups(query));
    }
    // DISTINCT leaves the outputs alone to order by.
    for (SortKey& key : query.order) {
        const ExpressionPtr& ordered = key.output ? targets_[*key.output].output.expression : key.expression;
        const ExpressionPtr form = order_form(ordered);
        if (body_.distinct || form == ordered) continue;
        key.expression = form;
        key.output.reset();
    }
    query.events = events_among_targets();
    for (Target& target : targets_) body_.outputs.push_back(std::move(target.output));
    query.body = std::move(body_);
    describe(context_, query);
    return {};
}

namespace {

bool is_short_table(const Relation& relation) {
    if (relation.kind == Relation::Kind::query) return std::holds_alternative<Values>(relation.query->body);
    return relation.kind == Relation::Kind::table && relation.table != "events";
}

// The relation whose rows are events; beside it stand at most tables that rows are looked up in.
const Relation* events_in(const Relation& relation) {
    if (relation.kind != Relation::Kind::join) return relation.events ? &relation : nullptr;
    const bool looks_up = relation.join == Relation::Join::inner || relation.join == Relation::Join::left;
    return looks_up && is_short_table(*relation.right) ? events_in(*relation.left) : nullptr;
}

}  // namespace

// Events happened in the order of their times; rows of other tables have none.
std::vector<ExpressionPtr> SelectPlanner::row_order() const {
    const Relation* const events = body_.from.size() == 1 ? events_in(*body_.from[0]) : nullptr;
    if (events == nullptr) return {};
    std::vector<ExpressionPtr> order;
    for (const std::size_t column : {events->events->time, events->events->id}) {
        const auto found = std::ranges::find_if(columns, [&](const NamedColumn& each) {
            if (each.expression->kind != Expression::Kind::input) return false;
            const Leaf& leaf = (*context_.leaves)[each.expression->index];
            return leaf.kind == Leaf::Kind::column && leaf.relation.get() == events && leaf.column == column;
        });
        if (found == columns.end()) return {};
        order.push_back(found->expression);
    }
    return order;
}

// Each row is one of the events that it was, if it has their time and id still.
std::optional<EventColumns> SelectPlanner::events_among_targets() const {
    const std::vector<ExpressionPtr> order = row_order();
    if (order.empty() || body_.grouped || body_.distinct || !body_.distinct_on.empty()) return std::nullopt;
    const auto place = [&](const ExpressionPtr& column) {
        const auto found = std::ranges::find_if(targets_, [&](const Target& target) {
            const Expression& shown = *target.output.expression;
            return shown.kind == Expression::Kind::input && shown.index == column->index;
        });
        return static_cast<std::size_t>(found - targets_.begin());
    };
    const EventColumns found{.time = place(order[0]), .id = place(order[1])};
    if (found.time == targets_.size() || found.id == targets_.size()) return std::nullopt;
    return found;
}

Result<> SelectPlanner::read_targets(const PgQuery__SelectStmt& select) {
    if (select.n_target_list == 0) return context_.refuse(-1, "the SELECT list is empty");
    for (std::size_t i = 0; i < select.n_target_list; ++i) {
        const PgQuery__ResTarget& target = *select.target_list[i]->res_target;
        const bool is_column = target.val->node_case == PG_QUERY__NODE__NODE_COLUMN_REF;
        if (is_column) {
            const PgQuery__ColumnRef& reference = *target.val->column_ref;
            if (reference.fields[reference.n_fields - 1]->node_case == PG_QUERY__NODE__NODE_A_STAR) {
                SF_ASSIGN(const std::vector<NamedColumn> starred, this->starred(reference));
                for (const NamedColumn& column : starred)
                    targets_.push_back({nullptr, {column.name, column.expression, false, reference.location}});
                continue;
            }
        }
        targets_.push_back({target.val, {output_name(target, "?column?"), nullptr, false, target.location}});
    }
    return {};
}

Result<> SelectPlanner::bind_targets() {
    for (Target& target : targets_) {
        if (target.node == nullptr) continue;
        SF_ASSIGN(
            Operand operand,
            binder_->bind(*target.node, {.name = "the SELECT list", .aggregates = true, .window_functions = true}));
        target.output.expression = std::move(operand.expression);
        target.output.unknown = operand.unknown;
    }
    return {};
}

// In ORDER BY a name alone is an output's first and a column's second, and a number is the place of an output.
Result<SortKey> SelectPlanner::sort_of_outputs(const PgQuery__SortBy& sort) {
    SortKey key = sort_key(sort);
    const PgQuery__Node& node = *sort.node;
    const int location = location_of(node);
    if (sort.sortby_dir == PG_QUERY__SORT_BY_DIR__SORTBY_USING)
        return context_.refuse(location, "ORDER BY ... USING is not supported", "write ASC or DESC");
    if (node.node_case == PG_QUERY__NODE__NODE_A_CONST) {
        if (node.a_const->val_case != PG_QUERY__A__CONST__VAL_IVAL)
            return context_.refuse(location, "ORDER BY takes no literals but the numbers of outputs");
        const int number = node.a_const->ival->ival;
        if (number < 1 || static_cast<std::size_t>(number) > targets_.size())
            return context_.refuse(location, fmt::format("there is no output number {}", number),
                                   fmt::format("outputs have the numbers 1 to {}", targets_.size()));
        key.output = static_cast<std::size_t>(number) - 1;
    } else if (node.node_case == PG_QUERY__NODE__NODE_COLUMN_REF && node.column_ref->n_fields == 1) {
        const std::string_view name = last_name(*node.column_ref);
        for (std::size_t i = 0; i < targets_.size(); ++i) {
            if (targets_[i].output.name != name) continue;
            if (key.output && targets_[*key.output].output.expression->text != targets_[i].output.expression->text)
                return context_.refuse(location, fmt::format("two outputs are called \"{}\"", name),
                                       "order by the number of one of them");
            if (!key.output) key.output = i;
        }
    }
    if (!key.output) {
        SF_ASSIGN(key.expression,
                  binder_->bind_typed(node, {.name = "ORDER BY", .aggregates = true, .window_functions = true}));
        for (std::size_t i = 0; i < targets_.size() && !key.output; ++i) {
            if (targets_[i].output.expression->text == key.expression->text) key.output = i;
        }
    }
    if (key.output) key.expression = nullptr;
    const Expression& ordered = key.output ? *targets_[*key.output].output.expression : *key.expression;
    SF_TRY(check_comparable(context_, ordered.type, location, "ORDER BY"));
    return key;
}

Result<> SelectPlanner::read_order(const PgQuery__SelectStmt& select, Query& query) {
    for (std::size_t i = 0; i < select.n_sort_clause; ++i) {
        SF_ASSIGN(SortKey key, sort_of_outputs(*select.sort_clause[i]->sort_by));
        query.order.push_back(std::move(key));
    }
    const bool distinct = is_plain_distinct(select);
    for (std::size_t i = 0; distinct && i < query.order.size(); ++i) {
        if (!query.order[i].output)
            return context_.refuse(location_of(*select.sort_clause[i]->sort_by->node),
                                   "with SELECT DISTINCT, ORDER BY takes outputs alone");
    }
    return {};
}

// DISTINCT alone is a list with an empty node.
bool is_plain_distinct(const PgQuery__SelectStmt& select) {
    return select.n_distinct_clause > 0 && select.distinct_clause[0]->node_case == PG_QUERY__NODE__NODE__NOT_SET;
}

Result<> SelectPlanner::read_distinct(const PgQuery__SelectStmt& select) {
    if (select.n_distinct_clause == 0) return {};
    if (is_plain_distinct(select)) {
        body_.distinct = true;
        for (Target& target : targets_) {
            ExpressionPtr& expression = target.output.expression;
            SF_TRY(check_comparable(context_, expression->type, target.output.location, "SELECT DISTINCT"));
            expression = equal_form(expression);
        }
        return {};
    }
    for (std::size_t i = 0; i < select.n_distinct_clause; ++i) {
        PgQuery__SortBy sort = PG_QUERY__SORT_BY__INIT;
        sort.node = select.distinct_clause[i];
        SF_ASSIGN(SortKey key, sort_of_outputs(sort));
        body_.distinct_on.push_back(equal_form(key.output ? targets_[*key.output].output.expression : key.expression));
    }
    return {};
}

std::optional<Result<Operand>> SelectPlanner::special(const PgQuery__Node& node, ExpressionBinder& binder,
                                                      const Clause& clause) const {
    // The binder only knows the scope as something to ask; it is this planner that it was made by.
    auto& self = const_cast<SelectPlanner&>(*this);
    if (node.node_case == PG_QUERY__NODE__NODE_FUNC_CALL && node.func_call->over != nullptr)
        return self.window_call(*node.func_call, binder, clause);
    if (node.node_case == PG_QUERY__NODE__NODE_GROUPING_FUNC) return self.grouping_call(*node.grouping_func, binder);
    return QueryScope::special(node, binder, clause);
}

}  // namespace sf::sql::query
