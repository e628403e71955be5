#include "sql/plan/view_planner.hpp"

#include "base/assert.hpp"
#include "sql/plan/output_names.hpp"
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

bool is_bound(const Expression& expression) {
    return expression.kind == Kind::window_start || expression.kind == Kind::window_end;
}

bool is_written(const char* text) { return text != nullptr && *text != '\0'; }

bool is_view_name(std::string_view name) {
    const auto first = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    return !name.empty() && name.size() <= kIdentifierMax && first(name[0]) &&
           std::ranges::all_of(name, [&](char c) { return first(c) || (c >= '0' && c <= '9'); });
}

bool is_taken(std::string_view name) {
    constexpr std::array<std::string_view, 3> kTables = {"events", "metrics", "late_events"};
    constexpr std::array<std::string_view, 4> kPrefixes = {"streamflow_", "pg_", "duckdb_", "sqlite_"};
    return std::ranges::find(kTables, name) != kTables.end() ||
           std::ranges::any_of(kPrefixes, [&](std::string_view prefix) { return name.starts_with(prefix); });
}

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
    SF_TRY(check_select(select));
    SF_ASSIGN(Source source, from_clause(builder_, {select.from_clause, select.n_from_clause}));
    plan_.window = source.window;
    source_location_ = source.location;
    if (plan_.window.kind == Window::Kind::none && plan_.options.emit.kind == Emission::Kind::on_close)
        return refuse(create.into->options[0]->def_elem->location,
                      "a running total never closes, so emit = 'on close' would show nothing",
                      "write emit = 'every 1 s' or 'on change', or give it windows: TUMBLE(events, timestamp, ...)");
    scope_.emplace(builder_, std::move(source.name), source.window.kind != Window::Kind::none);
    binder_.emplace(builder_, *scope_, aggregates_, plan_.aggregates);
    if (select.where_clause != nullptr) {
        SF_ASSIGN(plan_.where, binder_->bind_boolean(*select.where_clause, {"WHERE"}));
    }
    SF_TRY(read_targets(select));
    SF_TRY(read_groups(select));
    SF_TRY(bind_outputs(select));
    SF_TRY(check_fields());
    SF_TRY(finish());
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
    if (is_written(name.schemaname) || is_written(name.catalogname))
        return refuse(name.location, "views have no schema", "write the name alone");
    if (!is_view_name(name.relname))
        return refuse(name.location, fmt::format("\"{}\" is no name for a view", name.relname),
                      "lower-case letters, digits and _, at most 63, no digit first");
    if (is_taken(name.relname))
        return refuse(name.location, fmt::format("the name \"{}\" is taken", name.relname), "choose another one");
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

// Everything that a SELECT may have and a view may not.
Result<> ViewPlanner::check_select(const PgQuery__SelectStmt& select) const {
    const auto place = [](std::size_t count, PgQuery__Node* const* nodes) {
        return count > 0 ? location_of(*nodes[0]) : -1;
    };
    if (select.op != PG_QUERY__SET_OPERATION__SETOP_NONE) {
        const PgQuery__SelectStmt* right = select.rarg;
        return refuse(right != nullptr ? place(right->n_target_list, right->target_list) : -1,
                      "UNION, INTERSECT and EXCEPT are not supported", "make a view of each");
    }
    if (select.with_clause != nullptr)
        return refuse(select.with_clause->location, "WITH queries are not supported", "a view reads events alone");
    if (select.n_values_lists > 0)
        return refuse(place(1, select.values_lists), "VALUES is not supported", std::string(kForm));
    if (select.n_distinct_clause > 0) {
        return refuse(place(select.n_target_list, select.target_list), "SELECT DISTINCT is not supported",
                      "GROUP BY the columns; count(DISTINCT x) counts different values");
    }
    if (select.into_clause != nullptr)
        return refuse(select.into_clause->rel->location, "SELECT INTO is not supported", std::string(kForm));
    if (select.n_sort_clause > 0)
        return refuse(place(1, select.sort_clause), "ORDER BY is not supported in a view",
                      "order the rows where they are read");
    if (select.limit_count != nullptr || select.limit_offset != nullptr) {
        const PgQuery__Node& limit = select.limit_count != nullptr ? *select.limit_count : *select.limit_offset;
        return refuse(location_of(limit), "LIMIT and OFFSET are not supported in a view",
                      "the best n of each window, by row_number(), are not supported yet");
    }
    if (select.n_window_clause > 0)
        return refuse(select.window_clause[0]->window_def->location, "window functions are not supported");
    if (select.n_locking_clause > 0) return refuse(-1, "FOR UPDATE and FOR SHARE are not supported");
    if (select.group_distinct != 0)
        return refuse(place(select.n_group_clause, select.group_clause), "GROUP BY DISTINCT is not supported");
    return {};
}

Result<> ViewPlanner::read_targets(const PgQuery__SelectStmt& select) {
    if (select.n_target_list == 0) return refuse(-1, "the SELECT list is empty", std::string(kForm));
    for (std::size_t i = 0; i < select.n_target_list; ++i) {
        const PgQuery__ResTarget& target = *select.target_list[i]->res_target;
        if (target.val->node_case == PG_QUERY__NODE__NODE_COLUMN_REF) {
            const PgQuery__ColumnRef& column = *target.val->column_ref;
            if (column.fields[column.n_fields - 1]->node_case == PG_QUERY__NODE__NODE_A_STAR)
                return refuse(column.location, "SELECT * is not supported in a view",
                              "name the columns: groups and aggregates");
        }
        std::string name = output_name(target, i + 1);
        for (const Target& other : targets_) {
            if (other.name == name)
                return refuse(target.location, fmt::format("two columns are called \"{}\"", name),
                              "give one of them another name with AS");
        }
        targets_.push_back({&target, std::move(name), nullptr});
    }
    return {};
}

Result<> ViewPlanner::read_groups(const PgQuery__SelectStmt& select) {
    for (std::size_t i = 0; i < select.n_group_clause; ++i) {
        const PgQuery__Node& node = *select.group_clause[i];
        SF_ASSIGN(ExpressionPtr expression, group_expression(node));
        if (is_bound(*expression)) {
            groups_by_window_ = true;
            continue;
        }
        SF_TRY(add_key(std::move(expression)));
    }
    if (plan_.window.kind != Window::Kind::none && !groups_by_window_) {
        const int location = select.n_group_clause > 0 ? location_of(*select.group_clause[0]) : source_location_;
        return refuse(location, "GROUP BY must hold window_start or window_end",
                      "write GROUP BY window_start, ...; without windows: FROM events");
    }
    return {};
}

// A name is a column of the input first and an output's second; a number is the place of an output.
Result<ExpressionPtr> ViewPlanner::group_expression(const PgQuery__Node& node) {
    const Clause clause = {.name = "GROUP BY", .window_bounds = true};
    const int location = location_of(node);
    const PgQuery__Node* source = &node;
    if (node.node_case == PG_QUERY__NODE__NODE_GROUPING_SET)
        return refuse(location, "GROUPING SETS, ROLLUP and CUBE are not supported", "make a view of each grouping");
    if (node.node_case == PG_QUERY__NODE__NODE_A_CONST) {
        if (node.a_const->val_case != PG_QUERY__A__CONST__VAL_IVAL)
            return refuse(location, "GROUP BY takes no literals but the numbers of outputs");
        const int number = node.a_const->ival->ival;
        if (number < 1 || static_cast<std::size_t>(number) > targets_.size())
            return refuse(location, fmt::format("there is no output number {}", number),
                          fmt::format("outputs have the numbers 1 to {}", targets_.size()));
        source = targets_[static_cast<std::size_t>(number) - 1].node->val;
    } else if (node.node_case == PG_QUERY__NODE__NODE_COLUMN_REF && node.column_ref->n_fields == 1) {
        const std::string_view name = last_name(*node.column_ref);
        if (!scope_->has_column(name)) {
            const auto target = std::ranges::find(targets_, name, &Target::name);
            if (target != targets_.end()) source = target->node->val;
        }
    }
    SF_ASSIGN(ExpressionPtr expression, binder_->bind_typed(*source, clause));
    if (is_bound(*expression)) return expression;
    const Expression* const bound = [&]() -> const Expression* {
        std::vector<const Expression*> rest = {expression.get()};
        while (!rest.empty()) {
            const Expression* const next = rest.back();
            rest.pop_back();
            if (is_bound(*next)) return next;
            for (const ExpressionPtr& argument : next->arguments) rest.push_back(argument.get());
        }
        return nullptr;
    }();
    if (bound != nullptr)
        return refuse(bound->location, fmt::format("GROUP BY takes {} only alone", bound->text),
                      "compute with it in the SELECT list");
    if (expression->type == array_type(Type::jsonb))
        return refuse(location, "groups can't be made by jsonb[]", "cast it to text[]");
    return expression;
}

Result<> ViewPlanner::add_key(ExpressionPtr expression) {
    const bool known =
        std::ranges::any_of(plan_.keys, [&](const KeyColumn& key) { return key.expression->text == expression->text; });
    if (!known) plan_.keys.push_back({expression->text, std::move(expression)});
    return {};
}

Result<> ViewPlanner::bind_outputs(const PgQuery__SelectStmt& select) {
    for (Target& target : targets_) {
        SF_ASSIGN(target.expression,
                  binder_->bind_typed(*target.node->val,
                                      {.name = "the SELECT list", .aggregates = true, .window_bounds = true}));
    }
    if (select.having_clause != nullptr) {
        SF_ASSIGN(having_, binder_->bind_boolean(*select.having_clause,
                                                 {.name = "HAVING", .aggregates = true, .window_bounds = true}));
    }
    if (select.n_group_clause == 0 && plan_.aggregates.empty())
        return refuse(targets_[0].node->location, "a view needs GROUP BY or an aggregate",
                      "it keeps groups of events, not events: SELECT type, count(*) ... GROUP BY type");
    return {};
}

// Fields are read of events alone: in WHERE, the keys, and what aggregates take.
Result<> ViewPlanner::check_fields() const {
    std::vector<const Expression*> rest;
    const auto look_at = [&](const ExpressionPtr& expression) {
        if (expression != nullptr) rest.push_back(expression.get());
    };
    look_at(plan_.where);
    for (const KeyColumn& key : plan_.keys) look_at(key.expression);
    for (const AggregateCall& call : plan_.aggregates) {
        std::ranges::for_each(call.arguments, look_at);
        look_at(call.filter);
    }
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

Result<> ViewPlanner::finish() {
    for (const Target& target : targets_) {
        SF_ASSIGN(ExpressionPtr expression, over_group(target.expression));
        plan_.outputs.push_back(output_column(target, std::move(expression)));
        const OutputColumn& output = plan_.outputs.back();
        if (output.kind != OutputColumn::Kind::key) continue;
        KeyColumn& key = plan_.keys[output.key];
        if (key.name == key.expression->text) key.name = output.name;
    }
    if (having_ != nullptr) {
        SF_ASSIGN(plan_.having, over_group(having_));
    }
    return {};
}

// The expression over what a group has: keys, bounds of its window, aggregates.
Result<ExpressionPtr> ViewPlanner::over_group(const ExpressionPtr& expression) const {
    for (std::size_t i = 0; i < plan_.keys.size(); ++i) {
        if (plan_.keys[i].expression->text == expression->text)
            return make_input(i, expression->type, expression->text);
    }
    switch (expression->kind) {
        case Kind::literal: return expression;
        case Kind::window_start: return make_input(plan_.input_window_start(), expression->type, expression->text);
        case Kind::window_end: return make_input(plan_.input_window_end(), expression->type, expression->text);
        case Kind::aggregate:
            return make_input(plan_.input_aggregate(expression->index), expression->type, expression->text);
        case Kind::call: break;
        case Kind::column:
        case Kind::json_field:
        case Kind::input:
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

OutputColumn ViewPlanner::output_column(const Target& target, ExpressionPtr expression) const {
    OutputColumn output;
    output.name = target.name;
    output.type = expression->type;
    const int input = input_of(*expression);
    if (input >= 0) {
        const auto number = static_cast<std::size_t>(input);
        if (number < plan_.keys.size()) {
            output.kind = OutputColumn::Kind::key;
            output.key = number;
        } else if (number == plan_.input_window_start()) {
            output.kind = OutputColumn::Kind::window_start;
        } else if (number == plan_.input_window_end()) {
            output.kind = OutputColumn::Kind::window_end;
        }
    }
    output.expression = std::move(expression);
    return output;
}

}  // namespace sf::sql
