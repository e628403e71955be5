#include "sql/query/from_planner.hpp"

#include "base/nearest_name.hpp"
#include "sql/plan/from_clause.hpp"
#include "sql/plan/view_options.hpp"
#include "sql/query/query_planner.hpp"
#include "sql/query/table_functions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sf::sql::query {
namespace {

bool is_set(const char* text) { return text != nullptr && *text != '\0'; }

// SELECT * FROM relation
QueryPtr all_of(const QueryContext& context, const QueryScope& scope, const RelationPtr& relation) {
    auto query = std::make_shared<Query>();
    Select select;
    select.from = {relation};
    for (NamedColumn& column : scope.columns_of(relation, relation->table, nullptr))
        select.outputs.push_back({column.name, std::move(column.expression)});
    query->body = std::move(select);
    query->events = relation->events;
    describe(context, *query);
    return query;
}

bool is_window(std::string_view name) { return name == "tumble" || name == "hop" || name == "session"; }

std::size_t position_of(const std::vector<Attribute>& columns, std::string_view name) {
    return static_cast<std::size_t>(std::ranges::find(columns, name, &Attribute::name) - columns.begin());
}

}  // namespace

Result<> check_names(const QueryContext& context, const std::vector<NamedColumn>& left,
                     const std::vector<NamedColumn>& right, int location) {
    for (const NamedColumn& column : right) {
        if (!column.table.empty() &&
            std::ranges::any_of(left, [&](const NamedColumn& other) { return other.table == column.table; }))
            return context.refuse(location, fmt::format("two tables are called \"{}\"", column.table),
                                  fmt::format("give one of them another name: {} AS other", column.table));
    }
    return {};
}

Result<FromPlanner::Item> FromPlanner::plan(const PgQuery__Node& node) {
    switch (node.node_case) {
        case PG_QUERY__NODE__NODE_RANGE_VAR: {
            SF_ASSIGN(RelationPtr relation, table(*node.range_var));
            return named(std::move(relation), node.range_var->alias, node.range_var->relname, node.range_var->location);
        }
        case PG_QUERY__NODE__NODE_RANGE_FUNCTION: return function(*node.range_function);
        case PG_QUERY__NODE__NODE_RANGE_SUBSELECT: return subquery(*node.range_subselect);
        case PG_QUERY__NODE__NODE_JOIN_EXPR: return join(*node.join_expr);
        case PG_QUERY__NODE__NODE_RANGE_TABLE_SAMPLE:
            return context_.refuse(-1, "TABLESAMPLE is not supported", "WHERE and LIMIT choose rows");
        default: return context_.refuse(location_of(node), "this form of FROM is not supported");
    }
}

Result<FromPlanner::Item> FromPlanner::named(RelationPtr relation, const PgQuery__Alias* alias,
                                             std::string_view otherwise, int location) {
    relation->name = context_.relation_name();
    std::string name(otherwise);
    if (alias != nullptr) {
        name = alias->aliasname;
        SF_TRY(rename_columns(context_, relation->columns, {alias->colnames, alias->n_colnames}, location));
    }
    Item item{relation, scope_.columns_of(relation, name, owner_)};
    return item;
}

Result<RelationPtr> FromPlanner::table(const PgQuery__RangeVar& table) {
    const std::string_view name = table.relname;
    if (is_set(table.catalogname))
        return context_.refuse(table.location, fmt::format("there is no database \"{}\"", table.catalogname));
    if (table.inh == 0) return context_.refuse(table.location, "ONLY is not supported");
    if (is_set(table.schemaname)) return catalog_table(table);
    auto relation = std::make_shared<Relation>();
    if (const WithScope::Entry* const with = scope_.with == nullptr ? nullptr : scope_.with->find(name)) {
        relation->kind = Relation::Kind::with;
        relation->table = with->name;
        relation->columns = with->columns;
        relation->events = with->events;
        return relation;
    }
    const std::vector<RelationColumn>* const columns = context_.tables.find(name);
    if (columns == nullptr) {
        const std::vector<std::string> names = context_.tables.names();
        const std::vector<std::string_view> known(names.begin(), names.end());
        const auto meant = nearest_name(name, known);
        return context_.refuse(
            table.location, fmt::format("there is no table \"{}\"", name),
            meant ? fmt::format("is it \"{}\"?", *meant)
                  : "the tables are events, metrics, late_events, and each view and reference table by its name");
    }
    relation->kind = Relation::Kind::table;
    relation->table = name;
    if (name == "events") relation->events = {.time = 3, .id = 0};
    for (const RelationColumn& column : *columns) {
        const NumericForm form{column.scale.value_or(NumericForm::kScaleOpen), column.scale.has_value()};
        relation->columns.push_back({column.name, column.type, form});
    }
    return relation;
}

// information_schema says what is in our own catalogue, as rows of literals.
Result<RelationPtr> FromPlanner::catalog_table(const PgQuery__RangeVar& table) {
    if (std::string_view(table.schemaname) != "information_schema")
        return context_.refuse(table.location, fmt::format("there is no schema \"{}\"", table.schemaname),
                               "tables have none: write the name alone");
    const std::string_view name = table.relname;
    const auto text = [](std::string value) { return make_literal(Type::text, std::move(value)); };
    auto relation = std::make_shared<Relation>();
    relation->kind = Relation::Kind::query;
    relation->query = std::make_shared<Query>();
    Values values;
    const auto column = [&](std::string_view column_name, Type type) {
        relation->query->columns.push_back({std::string(column_name), type, {}});
    };
    column("table_catalog", Type::text);
    column("table_schema", Type::text);
    column("table_name", Type::text);
    if (name == "tables") {
        column("table_type", Type::text);
        for (const std::string& known : context_.tables.names())
            values.rows.push_back({text("streamflow"), text("public"), text(known), text("VIEW")});
    } else if (name == "columns") {
        column("column_name", Type::text);
        column("ordinal_position", Type::integer);
        column("is_nullable", Type::text);
        column("data_type", Type::text);
        for (const std::string& known : context_.tables.names()) {
            std::int64_t position = 0;
            for (const RelationColumn& its : *context_.tables.find(known)) {
                values.rows.push_back({text("streamflow"), text("public"), text(known), text(its.name),
                                       make_literal(Type::integer, ++position), text("YES"),
                                       text(is_array(its.type) ? "ARRAY" : std::string(to_string(its.type)))});
            }
        }
    } else {
        return context_.refuse(table.location, fmt::format("there is no table \"information_schema.{}\"", name),
                               "information_schema has tables and columns");
    }
    relation->query->body = std::move(values);
    relation->columns = relation->query->columns;
    return relation;
}

Result<FromPlanner::Item> FromPlanner::function(const PgQuery__RangeFunction& function) {
    const PgQuery__Node* const first = function.n_functions > 0 ? function.functions[0]->list->items[0] : nullptr;
    const int location = first == nullptr ? -1 : location_of(*first);
    if (first == nullptr || first->node_case != PG_QUERY__NODE__NODE_FUNC_CALL || function.n_functions != 1 ||
        function.is_rowsfrom != 0 || function.n_coldeflist > 0)
        return context_.refuse(location, "this form of FROM is not supported");
    const PgQuery__FuncCall& call = *first->func_call;
    const std::string_view name = string_of(*call.funcname[call.n_funcname - 1]);
    if (is_window(name)) {
        if (function.ordinality != 0)
            return context_.refuse(location, "windows have no WITH ORDINALITY", "row_number() OVER (...) numbers rows");
        SF_ASSIGN(RelationPtr relation, window(call, name));
        return named(std::move(relation), function.alias, name, location);
    }
    const std::string_view alias = function.alias == nullptr ? std::string_view() : function.alias->aliasname;
    SF_ASSIGN(RelationPtr relation, table_function(context_, scope_, call, alias, function.ordinality != 0));
    return named(std::move(relation), function.alias, name, location);
}

Result<QueryPtr> FromPlanner::window_source(const PgQuery__Node& node) {
    if (node.node_case == PG_QUERY__NODE__NODE_COLUMN_REF && node.column_ref->n_fields == 1) {
        PgQuery__RangeVar named_table = PG_QUERY__RANGE_VAR__INIT;
        std::string name(last_name(*node.column_ref));
        named_table.relname = name.data();
        named_table.inh = 1;
        named_table.location = node.column_ref->location;
        SF_ASSIGN(RelationPtr relation, table(named_table));
        relation->name = context_.relation_name();
        return all_of(context_, scope_, relation);
    }
    if (node.node_case == PG_QUERY__NODE__NODE_SUB_LINK &&
        node.sub_link->sub_link_type == PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK)
        return QueryPlanner(context_, outer_, scope_.with).plan(*node.sub_link->subselect->select_stmt);
    return context_.refuse(location_of(node), "windows are over a table or a subquery in brackets",
                           "write TUMBLE(events, timestamp, INTERVAL '1 min')");
}

Result<Duration> FromPlanner::window_length(const PgQuery__Node& node, std::string_view what) {
    std::vector<AggregateCall> none;
    const QueryScope empty(context_, nullptr);
    ExpressionBinder binder = context_.binder(empty, none);
    const int location = location_of(node);
    SF_ASSIGN(const Operand operand, binder.bind(node, {.name = what}));
    SF_ASSIGN(const ExpressionPtr expression, context_.builder.implicit(operand, Type::interval));
    const auto* const interval = std::get_if<Interval>(&expression->literal);
    if (!is_literal(*expression) || interval == nullptr)
        return context_.refuse(location, fmt::format("{} must be a literal INTERVAL", what));
    return fixed_length(context_.builder, *interval, location, what);
}

Result<RelationPtr> FromPlanner::window(const PgQuery__FuncCall& call, std::string_view name) {
    const bool hop = name == "hop";
    const bool session = name == "session";
    const std::size_t lengths = hop ? 2 : 1;
    const std::string form = hop ? "HOP(events, timestamp, INTERVAL '10 s', INTERVAL '5 min'): first the slide, then "
                                   "the size"
                             : session ? "SESSION(events, timestamp, INTERVAL '30 min')"
                                       : "TUMBLE(events, timestamp, INTERVAL '1 min')";
    const std::size_t most = session ? 3 : 3 + lengths;
    if (call.n_args < 2 + lengths || call.n_args > most || call.agg_star != 0 || call.over != nullptr)
        return context_.refuse(call.location,
                               fmt::format("{} takes other arguments", hop       ? "HOP"
                                                                       : session ? "SESSION"
                                                                                 : "TUMBLE"),
                               "write " + form);
    auto relation = std::make_shared<Relation>();
    relation->kind = Relation::Kind::window;
    SF_ASSIGN(relation->query, window_source(*call.args[0]));
    relation->columns = relation->query->columns;
    relation->events = relation->query->events;
    const PgQuery__Node& time = *call.args[1];
    const bool is_name = time.node_case == PG_QUERY__NODE__NODE_COLUMN_REF && time.column_ref->n_fields == 1;
    relation->time_column = is_name ? position_of(relation->columns, last_name(*time.column_ref)) : std::size_t(-1);
    if (relation->time_column >= relation->columns.size() ||
        relation->columns[relation->time_column].type != Type::timestamptz)
        return context_.refuse(location_of(time), "windows are over a column of type timestamptz", "write " + form);
    Window& window = relation->window;
    window.kind = hop ? Window::Kind::hop : session ? Window::Kind::session : Window::Kind::tumble;
    SF_ASSIGN(window.size,
              window_length(*call.args[1 + lengths], session ? "the gap of a session" : "the size of a window"));
    window.slide = window.size;
    if (hop) {
        SF_ASSIGN(window.slide, window_length(*call.args[2], "the slide of a window"));
    }
    if (window.size == Duration::zero() || window.slide == Duration::zero())
        return context_.refuse(location_of(*call.args[2]), "the length of a window must not be zero", "write " + form);
    if (window.slide > window.size)
        return context_.refuse(location_of(*call.args[2]),
                               "the slide is longer than the size, so some rows would be in no window",
                               "write " + form);
    if (window.size / window.slide > kWindowsOverlapMax)
        return context_.refuse(location_of(*call.args[2]),
                               fmt::format("a row would be in more than {} windows at once", kWindowsOverlapMax),
                               "use a longer slide");
    if (call.n_args == 3 + lengths) {
        constexpr std::string_view kWhat = "the offset of a window";
        std::vector<AggregateCall> none;
        const QueryScope empty(context_, nullptr);
        ExpressionBinder binder = context_.binder(empty, none);
        const PgQuery__Node& node = *call.args[2 + lengths];
        SF_ASSIGN(const Operand operand, binder.bind(node, {.name = kWhat}));
        SF_ASSIGN(const ExpressionPtr expression, context_.builder.implicit(operand, Type::interval));
        const auto* const interval = std::get_if<Interval>(&expression->literal);
        if (!is_literal(*expression) || interval == nullptr)
            return context_.refuse(location_of(node), fmt::format("{} must be a literal INTERVAL", kWhat));
        SF_ASSIGN(const __int128 micros, fixed_micros(context_.builder, *interval, location_of(node), kWhat));
        const auto within = static_cast<std::int64_t>(micros % window.slide.count());
        window.offset = Duration{within < 0 ? within + window.slide.count() : within};
    }
    relation->columns.push_back({"window_start", Type::timestamptz, {}});
    relation->columns.push_back({"window_end", Type::timestamptz, {}});
    return relation;
}

Result<FromPlanner::Item> FromPlanner::subquery(const PgQuery__RangeSubselect& subquery) {
    auto relation = std::make_shared<Relation>();
    relation->kind = Relation::Kind::query;
    relation->lateral = subquery.lateral != 0;
    const QueryScope* const outer = relation->lateral ? &scope_ : outer_;
    SF_ASSIGN(relation->query, QueryPlanner(context_, outer, scope_.with).plan(*subquery.subquery->select_stmt));
    // A literal that found no type is a text.
    relation->columns = relation->query->columns;
    relation->events = relation->query->events;
    return named(std::move(relation), subquery.alias, "", -1);
}

Result<FromPlanner::Item> FromPlanner::join(const PgQuery__JoinExpr& join) {
    SF_ASSIGN(Item left, plan(*join.larg));
    QueryScope beside(context_, outer_);
    beside.with = scope_.with;
    beside.columns = scope_.columns;
    beside.columns.insert(beside.columns.end(), left.columns.begin(), left.columns.end());
    SF_ASSIGN(Item right, FromPlanner(context_, beside, outer_, owner_).plan(*join.rarg));
    const int location = location_of(*join.rarg);
    SF_TRY(check_names(context_, left.columns, right.columns, location));
    if (join.alias != nullptr || join.join_using_alias != nullptr)
        return context_.refuse(location, "names for joins are not supported", "name the tables");
    auto joined = std::make_shared<Relation>();
    joined->kind = Relation::Kind::join;
    joined->left = left.relation;
    joined->right = right.relation;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < join.n_using_clause; ++i) names.emplace_back(string_of(*join.using_clause[i]));
    if (join.is_natural != 0) {
        for (const NamedColumn& column : left.columns) {
            const bool both = !column.merged_away && std::ranges::any_of(right.columns, [&](const NamedColumn& other) {
                return other.name == column.name && !other.merged_away;
            });
            if (both) names.push_back(column.name);
        }
    }
    switch (join.jointype) {
        case PG_QUERY__JOIN_TYPE__JOIN_LEFT: joined->join = Relation::Join::left; break;
        case PG_QUERY__JOIN_TYPE__JOIN_RIGHT: joined->join = Relation::Join::right; break;
        case PG_QUERY__JOIN_TYPE__JOIN_FULL: joined->join = Relation::Join::full; break;
        default: {
            const bool cross = join.quals == nullptr && names.empty();
            joined->join = cross ? Relation::Join::cross : Relation::Join::inner;
        }
    }
    Item item{joined, {}};
    if (!names.empty()) {
        SF_TRY(join_using(names, location, left, right, *joined, item.columns));
    } else if (joined->join != Relation::Join::cross && join.quals == nullptr) {
        joined->condition = make_literal(Type::boolean, true);  // NATURAL without a common column.
    }
    for (Item* side : {&left, &right})
        item.columns.insert(item.columns.end(), side->columns.begin(), side->columns.end());
    if (join.quals != nullptr) {
        QueryScope both(context_, outer_);
        both.with = scope_.with;
        both.columns = item.columns;
        std::vector<AggregateCall> none;
        ExpressionBinder binder = context_.binder(both, none);
        SF_ASSIGN(joined->condition, binder.bind_boolean(*join.quals, {.name = "ON"}));
    }
    const bool takes_all = joined->condition == nullptr || is_true_literal(*joined->condition);
    const bool left_stays = joined->join == Relation::Join::left;
    if (takes_all && (left_stays || joined->join == Relation::Join::inner || joined->join == Relation::Join::cross))
        put_beside_rows(*context_.leaves, std::array{left.relation}, right.relation, left_stays);
    return item;
}

Result<> FromPlanner::join_using(const std::vector<std::string>& names, int location, Item& left, Item& right,
                                 Relation& joined, std::vector<NamedColumn>& columns) {
    const auto find = [&](Item& item, const std::string& name, std::string_view side) -> Result<NamedColumn*> {
        NamedColumn* found = nullptr;
        for (NamedColumn& column : item.columns) {
            if (column.name != name || column.merged_away) continue;
            if (found != nullptr)
                return context_.refuse(location, fmt::format("column \"{}\" is ambiguous in the {} side", name, side));
            found = &column;
        }
        if (found == nullptr)
            return context_.refuse(location, fmt::format("the {} side has no column \"{}\"", side, name));
        return found;
    };
    std::vector<AggregateCall> none;
    const QueryScope empty(context_, nullptr);
    ExpressionBinder binder = context_.binder(empty, none);
    std::vector<ExpressionPtr> conditions;
    for (const std::string& name : names) {
        SF_ASSIGN(NamedColumn * mine, find(left, name, "left"));
        SF_ASSIGN(NamedColumn * theirs, find(right, name, "right"));
        Operand a{mine->expression, false, location};
        Operand b{theirs->expression, false, location};
        SF_ASSIGN(const Operand equal, binder.compare("=", a, b, location));
        conditions.push_back(equal.expression);
        const std::array operands = {a, b};
        SF_ASSIGN(const Type type, context_.builder.common_type(operands, "a column of USING"));
        SF_ASSIGN(ExpressionPtr from_left, context_.builder.implicit(a, type));
        SF_ASSIGN(ExpressionPtr from_right, context_.builder.implicit(b, type));
        ExpressionPtr merged = joined.join == Relation::Join::right ? from_right : from_left;
        if (joined.join == Relation::Join::full) {
            SF_ASSIGN(merged, context_.builder.call(kCoalesce, type, {from_left, from_right}, location));
        }
        columns.push_back({"", name, std::move(merged)});
        for (NamedColumn* column : {mine, theirs}) column->merged_away = true;
    }
    // Columns that an inner join has merged before are in the new one now, and nowhere else.
    for (Item* side : {&left, &right}) {
        std::erase_if(side->columns,
                      [](const NamedColumn& column) { return column.table.empty() && column.merged_away; });
    }
    joined.condition = conditions[0];
    if (conditions.size() > 1) {
        SF_ASSIGN(joined.condition, context_.builder.call(kAnd, std::move(conditions), location));
    }
    return {};
}

}  // namespace sf::sql::query
