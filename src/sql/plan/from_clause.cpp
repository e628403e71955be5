#include "sql/plan/from_clause.hpp"

#include "base/nearest_name.hpp"
#include "sql/plan/derived_scope.hpp"
#include "sql/plan/event_scope.hpp"
#include "sql/plan/expression_binder.hpp"
#include "sql/plan/join.hpp"
#include "sql/plan/type_name.hpp"
#include "sql/plan/view_options.hpp"
#include "sql/values/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sf::sql {

static Result<Source> from_item(const Builder& builder, const PgQuery__Node& item, Subqueries& subqueries);

namespace {

constexpr std::string_view kTumbleForm = "TUMBLE(events, timestamp, INTERVAL '1 min')";

// How a window function is called.
struct Form {
    Window::Kind kind = Window::Kind::none;
    std::string_view function;  // As people write it.
    std::string_view name;      // As the parser gives it.
    std::string_view example;
    std::string_view size;  // What the last length is.
    bool offset = true;     // May follow the lengths.
};

constexpr std::array kForms = {
    Form{Window::Kind::tumble, "TUMBLE", "tumble", kTumbleForm, "the size of a window"},
    Form{Window::Kind::hop, "HOP", "hop",
         "HOP(events, timestamp, INTERVAL '10 s', INTERVAL '5 min'): first the slide, then the size",
         "the size of a window"},
    Form{Window::Kind::session, "SESSION", "session", "SESSION(events, timestamp, INTERVAL '30 min')",
         "the gap of a session", false},
};

class WindowReader {
public:
    /// `table` has the columns of what the call names first. `view`: null where it reads events.
    WindowReader(const Builder& builder, const PgQuery__FuncCall& call, const Form& form, const Scope& table,
                 ViewSource* view)
        : builder_(builder), call_(call), form_(form), table_(table), view_(view) {}

    Result<Window> read() const {
        if (view_ != nullptr && form_.kind == Window::Kind::session)
            return refuse(call_.location, "sessions are of events, not of a view's rows", "write TUMBLE or HOP");
        const bool hop = form_.kind == Window::Kind::hop;
        const std::size_t lengths = hop ? 2 : 1;
        const std::size_t most = 2 + lengths + (form_.offset ? 1 : 0);
        if (call_.n_args < 2 + lengths || call_.n_args > most || call_.agg_star != 0 || call_.agg_distinct != 0 ||
            call_.n_agg_order > 0 || call_.agg_filter != nullptr || call_.over != nullptr)
            return refuse(call_.location, fmt::format("{} takes other arguments", form_.function), form());
        Window window;
        window.kind = form_.kind;
        SF_ASSIGN(window.time, time_column(*call_.args[1]));
        SF_ASSIGN(window.size, length(1 + lengths, form_.size));
        window.slide = window.size;
        if (hop) {
            SF_ASSIGN(window.slide, length(2, "the slide of a window"));
            if (window.slide > window.size)
                return refuse(location_of(*call_.args[2]),
                              "the slide is longer than the size, so some events would be in no window", form());
            if (window.size / window.slide > kWindowsOverlapMax)
                return refuse(location_of(*call_.args[2]),
                              fmt::format("an event would be in more than {} windows at once", kWindowsOverlapMax),
                              "use a longer slide");
        }
        if (call_.n_args == 3 + lengths) {
            SF_ASSIGN(window.offset, offset(2 + lengths, window.slide));
        }
        return window;
    }

private:
    [[nodiscard]] std::unexpected<Error> refuse(int location, std::string message, std::string hint) const {
        return fail(builder_.error(location, std::move(message), std::move(hint)));
    }
    [[nodiscard]] std::string form() const { return fmt::format("write {}", form_.example); }

    [[nodiscard]] Result<TimeColumn> time_column(const PgQuery__Node& node) const {
        if (node.node_case == PG_QUERY__NODE__NODE_COLUMN_REF && !is_star(*node.column_ref)) {
            const auto column = table_.column(*node.column_ref);
            if (view_ != nullptr && column && (*column)->kind == Expression::Kind::view_column) {
                const ViewSource::Part part = view_->columns[(*column)->index].part;
                view_->by_end = part == ViewSource::Part::window_end;
                if (view_->by_end || part == ViewSource::Part::window_start) return TimeColumn::timestamp;
            }
            const bool plain = column && (*column)->kind == Expression::Kind::column;
            if (plain && (*column)->column == EventColumn::timestamp) return TimeColumn::timestamp;
            if (plain && (*column)->column == EventColumn::received_at) return TimeColumn::received_at;
        }
        if (view_ != nullptr)
            return refuse(location_of(node),
                          fmt::format("windows over view \"{}\" go by its window_start or window_end", view_->view),
                          fmt::format("write {}({}, window_start, ...)", form_.function, view_->view));
        return refuse(location_of(node), "windows are over timestamp or received_at", time_hint(node));
    }

    [[nodiscard]] std::string time_hint(const PgQuery__Node& node) const {
        static constexpr std::array<std::string_view, 2> kTimeColumns = {"timestamp", "received_at"};
        const bool name = node.node_case == PG_QUERY__NODE__NODE_COLUMN_REF && !is_star(*node.column_ref);
        const auto meant = name ? nearest_name(last_name(*node.column_ref), kTimeColumns) : std::nullopt;
        return meant ? fmt::format("is it {}?", *meant) : form();
    }

    // INTERVAL '10 s', or '10 s' alone.
    [[nodiscard]] Result<Interval> interval(std::size_t index, std::string_view what) const {
        const PgQuery__Node* node = call_.args[index];
        const int location = location_of(*node);
        const PgQuery__TypeName* type = nullptr;
        if (node->node_case == PG_QUERY__NODE__NODE_TYPE_CAST) {
            type = node->type_cast->type_name;
            node = node->type_cast->arg;
        }
        const bool literal =
            node->node_case == PG_QUERY__NODE__NODE_A_CONST && node->a_const->val_case == PG_QUERY__A__CONST__VAL_SVAL;
        if (!literal || (type != nullptr && !is_type(*type, "interval")))
            return refuse(location, fmt::format("{} must be a literal INTERVAL", what), form());
        std::optional<Interval> value = read_interval(node->a_const->sval->sval);
        if (type != nullptr && type->n_typmods > 0) {
            SF_ASSIGN(const ExpressionPtr expression,
                      interval_literal(builder_, *type, node->a_const->sval->sval, location));
            value = std::get<Interval>(expression->literal);
        }
        if (!value)
            return refuse(node->a_const->location, fmt::format("\"{}\" is no interval", node->a_const->sval->sval),
                          "write INTERVAL '10 s'");
        return *value;
    }

    [[nodiscard]] Result<Duration> length(std::size_t index, std::string_view what) const {
        const int location = location_of(*call_.args[index]);
        SF_ASSIGN(const Interval written, interval(index, what));
        SF_ASSIGN(const Duration value, fixed_length(builder_, written, location, what));
        if (value == Duration::zero()) return refuse(location, fmt::format("{} must not be zero", what), form());
        return value;
    }

    // Of any length and sign: where in a slide windows begin.
    [[nodiscard]] Result<Duration> offset(std::size_t index, Duration slide) const {
        constexpr std::string_view kWhat = "the offset of a window";
        SF_ASSIGN(const Interval written, interval(index, kWhat));
        SF_ASSIGN(const __int128 micros, fixed_micros(builder_, written, location_of(*call_.args[index]), kWhat));
        const auto within = static_cast<std::int64_t>(micros % slide.count());
        return Duration{within < 0 ? within + slide.count() : within};
    }

    const Builder& builder_;
    const PgQuery__FuncCall& call_;
    const Form& form_;
    const Scope& table_;
    ViewSource* const view_;
};

// TUMBLE(name, ...): nothing where the name is no name.
std::string_view table_argument(const PgQuery__FuncCall& call) {
    if (call.n_args == 0 || call.args[0]->node_case != PG_QUERY__NODE__NODE_COLUMN_REF) return {};
    const PgQuery__ColumnRef& reference = *call.args[0]->column_ref;
    return reference.n_fields == 1 ? string_of(*reference.fields[0]) : std::string_view{};
}

Result<std::string> alias_of(const Builder& builder, const PgQuery__Alias* alias, std::string_view otherwise,
                             int location) {
    if (alias == nullptr) return std::string(otherwise);
    if (alias->n_colnames > 0)
        return fail(
            builder.error(location, "names of columns in an alias are not supported", "use AS in the SELECT list"));
    return std::string(alias->aliasname);
}

Result<Source> over_relation(const Builder& builder, Relation relation, const PgQuery__Alias* alias,
                             std::string_view otherwise, int location, bool of_view) {
    const std::string name = alias != nullptr ? std::string(alias->aliasname) : std::string(otherwise);
    if (alias != nullptr) {
        SF_TRY(rename_columns(builder, relation, {alias->colnames, alias->n_colnames}, name, location));
    }
    Source source;
    source.location = location;
    source.rows = relation.rows;
    source.scope = std::make_unique<DerivedScope>(builder, name, std::move(relation.columns), of_view);
    return source;
}

// The columns and the bounds of the windows that the rows are put into.
Result<Source> in_windows(const Builder& builder, const PgQuery__FuncCall& call, Window window, Relation relation,
                          std::string name, bool of_view) {
    Source source;
    source.location = call.location;
    source.rows = Relation::Rows::windowed_events;
    source.window = window;
    for (const auto kind : {Expression::Kind::window_start, Expression::Kind::window_end}) {
        ExpressionPtr bound = make_window_bound(kind, source.location);
        if (std::ranges::find(relation.columns, bound->text, &NamedColumn::name) != relation.columns.end())
            return fail(builder.error(location_of(*call.args[0]),
                                      fmt::format("it has a column {} already", bound->text),
                                      "give that one another name with AS"));
        relation.columns.push_back({bound->text, bound});
    }
    source.scope = std::make_unique<DerivedScope>(builder, std::move(name), std::move(relation.columns), of_view);
    return source;
}

Result<Source> windows_over_query(const Builder& builder, const PgQuery__FuncCall& call, const Form& form,
                                  Relation relation, std::string name, ViewSource* view) {
    if (relation.rows == Relation::Rows::groups || relation.rows == Relation::Rows::ranked_groups)
        return fail(builder.error(location_of(*call.args[0]), "windows are over events, not over groups",
                                  "put the window into the SELECT that has the GROUP BY"));
    if (relation.rows == Relation::Rows::windowed_events)
        return fail(builder.error(location_of(*call.args[0]), "its events are in windows already",
                                  "one of both is the window"));
    const DerivedScope table(builder, std::string(table_argument(call)), relation.columns);
    SF_ASSIGN(const Window window, WindowReader(builder, call, form, table, view).read());
    return in_windows(builder, call, window, std::move(relation), std::move(name), view != nullptr);
}

// The windows' bounds stand in the place of the view's own.
Result<Source> windows_over_view(const Builder& builder, const PgQuery__FuncCall& call, const Form& form,
                                 Relation relation, std::string name, ViewSource& view) {
    const DerivedScope table(builder, view.view, relation.columns);
    SF_ASSIGN(const Window window, WindowReader(builder, call, form, table, &view).read());
    std::erase_if(relation.columns, [](const NamedColumn& column) {
        return column.name == "window_start" || column.name == "window_end";
    });
    return in_windows(builder, call, window, std::move(relation), std::move(name), true);
}

std::string window_hint(std::string_view name) {
    std::array<std::string_view, kForms.size()> names;
    std::ranges::transform(kForms, names.begin(), &Form::name);
    const auto meant = nearest_name(name, names);
    const auto form = std::ranges::find(kForms, meant.value_or(""), &Form::name);
    return form != kForms.end() ? fmt::format("is it {}?", form->function)
                                : std::string("TUMBLE, HOP and SESSION are windows over events");
}

std::string view_hint(std::string_view name, const Subqueries& subqueries, std::string otherwise) {
    const std::vector<std::string> views = subqueries.view_names();
    const auto meant = nearest_name(name, std::vector<std::string_view>(views.begin(), views.end()));
    return meant ? fmt::format("is it \"{}\"?", *meant) : std::move(otherwise);
}

Result<Source> from_function(const Builder& builder, const PgQuery__RangeFunction& function, Subqueries& subqueries) {
    // Each is a list of the call and its column definitions.
    const PgQuery__Node* const first = function.n_functions > 0 ? function.functions[0]->list->items[0] : nullptr;
    const bool is_call = first != nullptr && first->node_case == PG_QUERY__NODE__NODE_FUNC_CALL;
    const int location = first == nullptr ? -1 : location_of(*first);
    if (!is_call || function.n_functions != 1 || function.lateral != 0 || function.ordinality != 0 ||
        function.is_rowsfrom != 0 || function.n_coldeflist > 0)
        return fail(builder.error(location, "this form of FROM is not supported",
                                  fmt::format("write FROM events or FROM {}", kTumbleForm)));
    const PgQuery__FuncCall& call = *first->func_call;
    const std::string_view name = string_of(*call.funcname[call.n_funcname - 1]);
    const auto form = std::ranges::find(kForms, name, &Form::name);
    if (call.n_funcname > 1 || form == kForms.end())
        return fail(builder.error(location, fmt::format("there is no table function \"{}\"", name), window_hint(name)));
    SF_ASSIGN(std::string alias, alias_of(builder, function.alias, name, location));
    const std::string_view table = table_argument(call);
    SF_ASSIGN(std::optional<Relation> with, subqueries.with_query(table));
    if (with)
        return windows_over_query(builder, call, *form, std::move(*with), std::move(alias), subqueries.view_read());
    if (table != "events" && call.n_args > 0) {
        const int place = location_of(*call.args[0]);
        SF_ASSIGN(std::optional<Relation> view, subqueries.view(table, place));
        if (view)
            return windows_over_view(builder, call, *form, std::move(*view), std::move(alias), *subqueries.view_read());
        return fail(builder.error(place, "windows are over events, a view or a WITH query",
                                  view_hint(table, subqueries, fmt::format("write {}", kTumbleForm))));
    }
    Source source;
    source.location = location;
    source.rows = Relation::Rows::windowed_events;
    SF_ASSIGN(source.window, WindowReader(builder, call, *form, EventScope(builder, "events", false), nullptr).read());
    source.scope = std::make_unique<EventScope>(builder, std::move(alias), true);
    return source;
}

Result<Source> from_table(const Builder& builder, const PgQuery__RangeVar& table, Subqueries& subqueries) {
    const bool plain = table.schemaname == nullptr || *table.schemaname == '\0';
    if (plain) {
        SF_ASSIGN(std::optional<Relation> with, subqueries.with_query(table.relname));
        if (with && table.inh != 0)
            return over_relation(builder, std::move(*with), table.alias, table.relname, table.location,
                                 subqueries.view_read() != nullptr);
    }
    if (plain && table.inh != 0 && std::string_view(table.relname) != "events") {
        SF_ASSIGN(std::optional<Relation> view, subqueries.view(table.relname, table.location));
        if (view) return over_relation(builder, std::move(*view), table.alias, table.relname, table.location, true);
    }
    if (!plain || std::string_view(table.relname) != "events")
        return fail(builder.error(table.location, fmt::format("there is no table \"{}\"", table.relname),
                                  view_hint(table.relname, subqueries, "the table to read is events")));
    if (table.inh == 0) return fail(builder.error(table.location, "ONLY is not supported"));
    Source source;
    source.location = table.location;
    SF_ASSIGN(std::string name, alias_of(builder, table.alias, "events", table.location));
    source.scope = std::make_unique<EventScope>(builder, std::move(name), false);
    return source;
}

bool is_values(const PgQuery__Node& item) {
    return item.node_case == PG_QUERY__NODE__NODE_RANGE_SUBSELECT &&
           item.range_subselect->subquery->select_stmt->n_values_lists > 0;
}

Result<ReferenceTablePtr> stored_table(const Builder& builder, const PgQuery__RangeVar& table,
                                       const TableCatalog& tables) {
    const bool plain = table.schemaname == nullptr || *table.schemaname == '\0';
    if (ReferenceTablePtr found = plain ? tables.table(table.relname) : nullptr) return found;
    if (plain && std::string_view(table.relname) == "events")
        return fail(builder.error(table.location, "events are not joined with events",
                                  "they are joined with reference tables"));
    const std::vector<std::string> names = tables.table_names();
    const auto meant = nearest_name(table.relname, std::vector<std::string_view>(names.begin(), names.end()));
    return fail(builder.error(table.location, fmt::format("there is no table \"{}\"", table.relname),
                              meant ? fmt::format("is it \"{}\"?", *meant)
                                    : "events are joined with reference tables; CREATE TABLE makes one"));
}

Result<Source> from_join(const Builder& builder, const PgQuery__JoinExpr& join, Subqueries& subqueries) {
    SF_ASSIGN(Source source, from_item(builder, *join.larg, subqueries));
    const PgQuery__Node& right = *join.rarg;
    const int location = location_of(right);
    if (subqueries.view_read() != nullptr)
        return fail(
            builder.error(source.location, "rows of a view are not joined", "join the events that it is made of"));
    if (source.rows == Relation::Rows::groups)
        return fail(builder.error(location, "groups are not joined", "join the events that they are made of"));
    ReferenceTablePtr table;
    std::string alias;
    if (right.node_case == PG_QUERY__NODE__NODE_RANGE_VAR) {
        SF_ASSIGN(table, stored_table(builder, *right.range_var, subqueries.tables()));
        SF_ASSIGN(alias, alias_of(builder, right.range_var->alias, right.range_var->relname, location));
    } else if (is_values(right)) {
        SF_ASSIGN(table,
                  values_table(builder, *right.range_subselect->subquery->select_stmt, right.range_subselect->alias));
        alias = table->definition().name;
    } else {
        return fail(builder.error(location, "events are joined with reference tables",
                                  "write JOIN table AS t ON t.key = ..., or JOIN (VALUES (...)) AS t (...) ON ..."));
    }
    SF_ASSIGN(Join made,
              join_table(builder, join, std::move(source.scope), table, std::move(alias), subqueries.functions()));
    source.scope = std::move(made.scope);
    if (source.condition == nullptr) {
        source.condition = std::move(made.condition);
    } else if (made.condition != nullptr) {
        SF_ASSIGN(source.condition, builder.call(kAnd, {source.condition, std::move(made.condition)}, location));
    }
    return source;
}

Result<Source> from_subselect(const Builder& builder, const PgQuery__RangeSubselect& item, Subqueries& subqueries) {
    const PgQuery__SelectStmt& select = *item.subquery->select_stmt;
    const int location = select.n_target_list > 0 ? location_of(*select.target_list[0]) : -1;
    if (item.lateral != 0)
        return fail(builder.error(location, "LATERAL is not supported", "a subquery stands alone in FROM"));
    SF_ASSIGN(Relation relation, subqueries.subquery(select));
    return over_relation(builder, std::move(relation), item.alias, "the subquery", location,
                         subqueries.view_read() != nullptr);
}

}  // namespace

Result<> rename_columns(const Builder& builder, Relation& relation, std::span<PgQuery__Node* const> names,
                        std::string_view table, int location) {
    if (names.size() > relation.columns.size())
        return fail(builder.error(location, fmt::format("\"{}\" has {} columns, and there are {} names for them", table,
                                                        relation.columns.size(), names.size())));
    for (std::size_t i = 0; i < names.size(); ++i) relation.columns[i].name = string_of(*names[i]);
    for (std::size_t i = 0; i < relation.columns.size(); ++i) {
        const auto rest = std::span(relation.columns).subspan(i + 1);
        if (std::ranges::find(rest, relation.columns[i].name, &NamedColumn::name) != rest.end())
            return fail(builder.error(location, fmt::format("two columns are called \"{}\"", relation.columns[i].name),
                                      "give one of them another name"));
    }
    return {};
}

Result<Source> from_clause(const Builder& builder, std::span<PgQuery__Node* const> items, Subqueries& subqueries) {
    if (items.empty())
        return fail(ErrorCode::invalid_input, "a view needs FROM", {},
                    fmt::format("write FROM events or FROM {}", kTumbleForm));
    if (items.size() > 1) {
        const bool makes_rows = items[1]->node_case == PG_QUERY__NODE__NODE_RANGE_FUNCTION;
        return fail(builder.error(location_of(*items[1]), "a list of tables is not supported",
                                  makes_rows ? "queries make rows of lists, views don't; tags @> ARRAY['a'] and "
                                               "data->'list'->0 look into them"
                                             : "write FROM events JOIN table ON ..."));
    }
    return from_item(builder, *items[0], subqueries);
}

static Result<Source> from_item(const Builder& builder, const PgQuery__Node& item, Subqueries& subqueries) {
    switch (item.node_case) {
        case PG_QUERY__NODE__NODE_RANGE_VAR: return from_table(builder, *item.range_var, subqueries);
        case PG_QUERY__NODE__NODE_RANGE_FUNCTION: return from_function(builder, *item.range_function, subqueries);
        case PG_QUERY__NODE__NODE_RANGE_SUBSELECT: return from_subselect(builder, *item.range_subselect, subqueries);
        case PG_QUERY__NODE__NODE_JOIN_EXPR: return from_join(builder, *item.join_expr, subqueries);
        default:
            return fail(builder.error(location_of(item), "this form of FROM is not supported", "write FROM events"));
    }
}

}  // namespace sf::sql
