#include "sql/plan/view_planner.hpp"

#include "sql/plan/object_name.hpp"
#include "sql/plan/view_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_set>

namespace sf::sql {
namespace {

using Kind = Expression::Kind;

constexpr std::size_t kFieldsMax = 1'000;  // Of data, in a view: each has a column of a batch.

constexpr std::string_view kForm = "write CREATE MATERIALIZED VIEW name AS SELECT ...";

// Of what it selects first.
int location_of_first(const PgQuery__SelectStmt& select) {
    const PgQuery__SelectStmt* leaf = &select;
    while (leaf->larg != nullptr) leaf = leaf->larg;
    return leaf->n_target_list > 0 ? location_of(*leaf->target_list[0]) : -1;
}

bool is_written(const char* text) { return text != nullptr && *text != '\0'; }

}  // namespace

Result<ViewPlan> ViewPlanner::plan() {
    const PgQuery__Node& root = statement_.root();
    if (root.node_case != PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT)
        return refuse(0, "this is no view", std::string(kForm));
    const PgQuery__CreateTableAsStmt& create = *root.create_table_as_stmt;
    SF_TRY(read_statement(create));
    if (create.query->node_case != PG_QUERY__NODE__NODE_SELECT_STMT)
        return refuse(location_of(*create.query), "a view is made of a SELECT", std::string(kForm));
    const PgQuery__SelectStmt& select = *create.query->select_stmt;
    SF_ASSIGN(const Relation relation, SelectPlanner(builder_, names_, plan_, branches_, nullptr).plan(select));
    if (plan_.over) SF_TRY(check_options_over_view(create));
    if (plan_.over && relation.rows == Relation::Rows::events)
        return refuse(location_of_first(select), "a view over a view needs GROUP BY",
                      "its rows are there already: ad-hoc SQL selects and computes");
    if (relation.rows == Relation::Rows::events && !branches_.empty())
        return refuse(
            location_of_first(select), "a view of single events has no UNION ALL",
            "an event could be two rows of one id: make a view of each SELECT, or GROUP BY around the UNION ALL");
    if (relation.rows == Relation::Rows::events) return plan_events(relation, create);
    if (plan_.window.kind == Window::Kind::none && plan_.options.emit.kind == Emission::Kind::on_close)
        return refuse(create.into->options[0]->def_elem->location,
                      "a running total never closes, so emit = 'on close' would show nothing",
                      "write emit = 'every 1 s' or 'on change', or give it windows: TUMBLE(events, timestamp, ...)");
    if (plan_.window.kind != Window::Kind::none && plan_.options.ttl != Duration::zero())
        return refuse(create.into->options[0]->def_elem->location, "ttl is for running totals",
                      "windows go by themselves: lateness says when");
    if (relation.rows == Relation::Rows::windowed_events)
        return refuse(location_of_first(select), "windows need GROUP BY",
                      "write GROUP BY window_start, ...; rows of single events are FROM events");
    add_outputs(relation);
    limit_rankings(plan_);
    SF_TRY(split_branches());
    SF_TRY(check_fields());
    return std::move(plan_);
}

// A row is read when nothing can change it any more, and in the order of windows: none is late.
Result<> ViewPlanner::check_options_over_view(const PgQuery__CreateTableAsStmt& create) {
    for (std::size_t i = 0; i < create.into->n_options; ++i) {
        const PgQuery__DefElem& option = *create.into->options[i]->def_elem;
        const std::string_view name = option.defname;
        if (name == "lateness" || name == "out_of_orderness" || name == "ttl")
            return refuse(
                option.location, fmt::format("a view over a view has no option {}", name),
                fmt::format("rows of \"{}\" come when its own lateness is over, none of them late", plan_.over->view));
    }
    plan_.options.lateness = plan_.options.out_of_orderness = Duration::zero();
    return {};
}

// A row waits for nothing and changes no more, so there is nothing that options could say.
Result<ViewPlan> ViewPlanner::plan_events(const Relation& relation, const PgQuery__CreateTableAsStmt& create) {
    if (create.into->n_options > 0)
        return refuse(
            create.into->options[0]->def_elem->location,
            fmt::format("a view without GROUP BY has no option {}", create.into->options[0]->def_elem->defname),
            "each event is a row at once, and final; no state is kept");
    plan_.of_events = true;
    plan_.keys.push_back({"id", make_column(EventColumn::id, Type::uuid, "id", -1)});
    for (const NamedColumn& column : relation.columns) {
        plan_.outputs.push_back(
            {.name = column.name, .type = column.expression->type, .expression = column.expression});
        if (column.expression->text != plan_.keys[0].expression->text) continue;
        plan_.outputs.back().kind = OutputColumn::Kind::key;
        if (plan_.keys[0].name == "id") plan_.keys[0].name = column.name;
    }
    SF_TRY(check_fields());
    return std::move(plan_);
}

Result<> ViewPlanner::read_statement(const PgQuery__CreateTableAsStmt& create) {
    if (create.objtype != PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW)
        return refuse(0, "this is no materialized view", std::string(kForm));
    const PgQuery__IntoClause& into = *create.into;
    const PgQuery__RangeVar& name = *into.rel;
    if (create.if_not_exists != 0)
        return refuse(name.location, "IF NOT EXISTS is not supported",
                      "a view that exists is answered with a conflict");
    SF_TRY(check_object_name(builder_, name, "a view"));
    if (std::string_view(name.relpersistence) == "u")
        return refuse(name.location, "UNLOGGED is not supported", std::string(kForm));
    if (into.n_col_names > 0)
        return refuse(name.location, "names of columns after the view's are not supported",
                      "use AS in the SELECT list");
    if (is_written(into.access_method)) return refuse(name.location, "USING is not supported", std::string(kForm));
    if (is_written(into.table_space_name))
        return refuse(name.location, "TABLESPACE is not supported", std::string(kForm));
    if (into.skip_data != 0)
        return refuse(name.location, "WITH NO DATA is not supported",
                      "a view starts with the events that come after it");
    plan_.name = name.relname;
    SF_ASSIGN(plan_.options, view_options(builder_, {into.options, into.n_options}));
    return {};
}

// Fields are read of events alone: in WHERE, the keys, what aggregates take, and the outputs of a view of events.
Result<> ViewPlanner::check_fields() const {
    std::vector<const Expression*> rest;
    const auto look_at = [&](const ExpressionPtr& expression) {
        if (expression != nullptr) rest.push_back(expression.get());
    };
    const auto look_at_plan = [&](const ViewPlan& plan) {
        look_at(plan.where);
        for (const KeyColumn& key : plan.keys) look_at(key.expression);
        for (const OutputColumn& output : plan.outputs) look_at(output.expression);
        for (const AggregateCall& call : plan.aggregates) {
            std::ranges::for_each(call.arguments, look_at);
            look_at(call.filter);
        }
    };
    look_at_plan(plan_);
    std::ranges::for_each(plan_.branches, look_at_plan);
    std::unordered_set<std::string_view> fields;
    while (!rest.empty()) {
        const Expression* const next = rest.back();
        rest.pop_back();
        if (next->kind == Kind::json_field && fields.insert(next->text).second && fields.size() > kFieldsMax)
            return refuse(next->location, fmt::format("a view reads at most {} different fields of data", kFieldsMax),
                          "make several views of it");
        std::ranges::for_each(next->arguments, look_at);
    }
    return {};
}

// From the one plan over the columns of a UNION ALL, one over the events of each SELECT.
Result<> ViewPlanner::split_branches() {
    if (branches_.empty()) return {};
    SF_ASSIGN(ViewPlan first, over_branch(branches_[0]));
    for (const Branch& branch : std::span(branches_).subspan(1)) {
        SF_ASSIGN(ViewPlan other, over_branch(branch));
        first.branches.push_back(std::move(other));
    }
    plan_ = std::move(first);
    return {};
}

Result<ViewPlan> ViewPlanner::over_branch(const Branch& branch) const {
    ViewPlan plan = plan_;
    SF_ASSIGN(plan.where, in_branch(builder_, plan.where, branch));
    if (plan.where == nullptr) plan.where = branch.where;
    else if (branch.where != nullptr) {
        SF_ASSIGN(plan.where, builder_.call(kAnd, {branch.where, plan.where}, plan.where->location));
    }
    for (KeyColumn& key : plan.keys) {
        SF_ASSIGN(key.expression, in_branch(builder_, key.expression, branch));
    }
    for (AggregateCall& call : plan.aggregates) {
        for (ExpressionPtr& argument : call.arguments) {
            SF_ASSIGN(argument, in_branch(builder_, argument, branch));
        }
        SF_ASSIGN(call.filter, in_branch(builder_, call.filter, branch));
    }
    return plan;
}

void ViewPlanner::add_outputs(const Relation& relation) {
    for (const NamedColumn& column : relation.columns) {
        plan_.outputs.push_back(output_column(column));
        const OutputColumn& output = plan_.outputs.back();
        if (output.kind != OutputColumn::Kind::key) continue;
        KeyColumn& key = plan_.keys[output.key];
        if (key.name == key.expression->text) key.name = output.name;
    }
}

OutputColumn ViewPlanner::output_column(const NamedColumn& column) const {
    OutputColumn output{.name = column.name, .type = column.expression->type, .expression = column.expression};
    const int input = input_of(*column.expression);
    if (input < 0) return output;
    const auto number = static_cast<std::size_t>(input);
    if (number < plan_.keys.size()) {
        output.kind = OutputColumn::Kind::key;
        output.key = number;
    } else if (number == plan_.input_window_start()) {
        output.kind = OutputColumn::Kind::window_start;
    } else if (number == plan_.input_window_end()) {
        output.kind = OutputColumn::Kind::window_end;
    }
    return output;
}

}  // namespace sf::sql
