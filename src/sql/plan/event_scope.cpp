#include "sql/plan/event_scope.hpp"

#include "base/nearest_name.hpp"
#include "sql/plan/dotted_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sf::sql {
namespace {

struct ColumnName {
    std::string_view name;
    EventColumn column;
    Type type;
};
constexpr std::array kColumns = {
    ColumnName{"id", EventColumn::id, Type::uuid},
    ColumnName{"type", EventColumn::type, Type::text},
    ColumnName{"source", EventColumn::source, Type::text},
    ColumnName{"timestamp", EventColumn::timestamp, Type::timestamptz},
    ColumnName{"received_at", EventColumn::received_at, Type::timestamptz},
    ColumnName{"severity", EventColumn::severity, Type::text},
    ColumnName{"user_id", EventColumn::user_id, Type::text},
    ColumnName{"correlation_id", EventColumn::correlation_id, Type::text},
    ColumnName{"tags", EventColumn::tags, kTextArray},
    ColumnName{"data", EventColumn::data, Type::jsonb},
};
constexpr std::array<std::string_view, 2> kBounds = {"window_start", "window_end"};

const ColumnName* find_column(std::string_view name) {
    const auto* const found = std::ranges::find(kColumns, name, &ColumnName::name);
    return found == kColumns.end() ? nullptr : found;
}

}  // namespace

bool EventScope::has_column(std::string_view name) const {
    return find_column(name) != nullptr || (has_window_ && std::ranges::find(kBounds, name) != kBounds.end());
}

Result<std::vector<std::string>> EventScope::names_of(const PgQuery__ColumnRef& reference) const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < reference.n_fields; ++i) {
        const PgQuery__Node& field = *reference.fields[i];
        if (field.node_case != PG_QUERY__NODE__NODE_STRING)
            return fail(builder_.error(reference.location, "* is not supported here",
                                       "name the columns; count(*) counts events"));
        names.emplace_back(string_of(field));
    }
    if (names.size() > 1 && names[0] == table_ && (table_ != "data" || names[1] == "data")) names.erase(names.begin());
    return names;
}

Result<ExpressionPtr> EventScope::simple_column(const std::string& name, int location) const {
    if (name == "data") return make_json_field({}, location);
    if (const ColumnName* const column = find_column(name))
        return make_column(column->column, column->type, column->name, location);
    if (name == kBounds[0] || name == kBounds[1]) {
        if (has_window_)
            return make_window_bound(name == kBounds[0] ? Expression::Kind::window_start : Expression::Kind::window_end,
                                     location);
        return fail(builder_.error(location, fmt::format("{} exists only with a window", name),
                                   "write FROM TUMBLE(events, timestamp, INTERVAL '1 min')"));
    }
    std::vector<std::string_view> known(kBounds.begin(), kBounds.end());
    for (const ColumnName& column : kColumns) known.push_back(column.name);
    const auto meant = nearest_name(name, known);
    return fail(builder_.error(location, fmt::format("there is no column \"{}\"", name),
                               meant ? fmt::format("is it \"{}\"?", *meant)
                                     : fmt::format("fields of the event's own are data.{}", quoted_identifier(name))));
}

Result<ExpressionPtr> EventScope::column(const PgQuery__ColumnRef& reference) const {
    SF_ASSIGN(std::vector<std::string> names, names_of(reference));
    if (names.size() == 1) return simple_column(names[0], reference.location);
    if (names[0] != "data") {
        if (find_column(names[0]) != nullptr)
            return fail(builder_.error(reference.location, fmt::format("{} has no fields", names[0]), "only data has"));
        return fail(
            builder_.error(reference.location, fmt::format("there is no table \"{}\" here", names[0]),
                           fmt::format("the table is called \"{}\"; fields of the event's own are data.name", table_)));
    }
    SF_TRY(check_capitals(builder_, reference.location, names.size()));
    names.erase(names.begin());
    return make_plain_field(std::move(names), reference.location);
}

Result<std::vector<NamedColumn>> EventScope::star(const PgQuery__ColumnRef& reference) const {
    if (reference.n_fields > 1 && string_of(*reference.fields[0]) != table_)
        return fail(builder_.error(reference.location,
                                   fmt::format("there is no table \"{}\" here", string_of(*reference.fields[0])),
                                   fmt::format("the table is called \"{}\"", table_)));
    std::vector<NamedColumn> columns;
    for (const ColumnName& column : kColumns) {
        ExpressionPtr expression = column.column == EventColumn::data
                                       ? make_json_field({}, reference.location)
                                       : make_column(column.column, column.type, column.name, reference.location);
        columns.push_back({std::string(column.name), std::move(expression)});
    }
    if (has_window_) {
        columns.push_back({"window_start", make_window_bound(Expression::Kind::window_start, reference.location)});
        columns.push_back({"window_end", make_window_bound(Expression::Kind::window_end, reference.location)});
    }
    return columns;
}

std::vector<ExpressionPtr> event_order() {
    return {make_column(EventColumn::timestamp, Type::timestamptz, "timestamp", -1),
            make_column(EventColumn::id, Type::uuid, "id", -1)};
}

}  // namespace sf::sql
