#include "sql/plan/from_clause.hpp"

#include "sql/plan/expression_binder.hpp"
#include "sql/plan/type_name.hpp"
#include "sql/plan/view_options.hpp"
#include "sql/values/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sf::sql {
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
    WindowReader(const Builder& builder, const PgQuery__FuncCall& call, const Form& form)
        : builder_(builder), call_(call), form_(form) {}

    Result<Window> read() const {
        const bool hop = form_.kind == Window::Kind::hop;
        const std::size_t lengths = hop ? 2 : 1;
        const std::size_t most = 2 + lengths + (form_.offset ? 1 : 0);
        if (call_.n_args < 2 + lengths || call_.n_args > most || call_.agg_star != 0 || call_.agg_distinct != 0 ||
            call_.n_agg_order > 0 || call_.agg_filter != nullptr || call_.over != nullptr)
            return refuse(call_.location, fmt::format("{} takes other arguments", form_.function), form());
        if (column_name(0) != "events") return refuse(location_of(*call_.args[0]), "the only table is events", form());
        Window window;
        window.kind = form_.kind;
        if (column_name(1) == "received_at") window.time = TimeColumn::received_at;
        else if (column_name(1) != "timestamp")
            return refuse(location_of(*call_.args[1]), "windows are over timestamp or received_at", form());
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

    [[nodiscard]] std::string_view column_name(std::size_t index) const {
        const PgQuery__Node& node = *call_.args[index];
        if (node.node_case != PG_QUERY__NODE__NODE_COLUMN_REF || node.column_ref->n_fields != 1) return {};
        return last_name(*node.column_ref);
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
};

Result<std::string> alias_of(const Builder& builder, const PgQuery__Alias* alias, std::string_view otherwise,
                             int location) {
    if (alias == nullptr) return std::string(otherwise);
    if (alias->n_colnames > 0)
        return fail(
            builder.error(location, "names of columns in an alias are not supported", "use AS in the SELECT list"));
    return std::string(alias->aliasname);
}

Result<Source> from_function(const Builder& builder, const PgQuery__RangeFunction& function) {
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
        return fail(builder.error(location, fmt::format("there is no table function \"{}\"", name),
                                  "TUMBLE, HOP and SESSION are windows over events"));
    Source source;
    source.location = location;
    SF_ASSIGN(source.window, WindowReader(builder, call, *form).read());
    SF_ASSIGN(source.name, alias_of(builder, function.alias, name, location));
    return source;
}

}  // namespace

Result<Source> from_clause(const Builder& builder, std::span<PgQuery__Node* const> items) {
    if (items.empty())
        return fail(ErrorCode::invalid_input, "a view needs FROM", {},
                    fmt::format("write FROM events or FROM {}", kTumbleForm));
    if (items.size() > 1)
        return fail(builder.error(location_of(*items[1]), "joins are not supported", "a view reads events alone"));
    const PgQuery__Node& item = *items[0];
    switch (item.node_case) {
        case PG_QUERY__NODE__NODE_RANGE_VAR: {
            const PgQuery__RangeVar& table = *item.range_var;
            const bool plain = table.schemaname == nullptr || *table.schemaname == '\0';
            if (!plain || std::string_view(table.relname) != "events")
                return fail(builder.error(table.location, fmt::format("there is no table \"{}\"", table.relname),
                                          "the table to read is events"));
            if (table.inh == 0) return fail(builder.error(table.location, "ONLY is not supported"));
            Source source;
            SF_ASSIGN(source.name, alias_of(builder, table.alias, "events", table.location));
            return source;
        }
        case PG_QUERY__NODE__NODE_RANGE_FUNCTION: return from_function(builder, *item.range_function);
        case PG_QUERY__NODE__NODE_JOIN_EXPR: {
            const int location = item.join_expr->rarg != nullptr ? location_of(*item.join_expr->rarg) : -1;
            return fail(builder.error(location, "joins are not supported", "a view reads events alone"));
        }
        case PG_QUERY__NODE__NODE_RANGE_SUBSELECT:
            return fail(builder.error(-1, "subqueries in FROM are not supported", "a view reads events alone"));
        default:
            return fail(builder.error(location_of(item), "this form of FROM is not supported", "write FROM events"));
    }
}

}  // namespace sf::sql
