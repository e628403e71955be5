#include "sql/plan/event_scope.hpp"

#include "base/ascii.hpp"
#include "base/nearest_name.hpp"

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

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           (c & 0x80) != 0;
}

// The names of a dotted reference as they are written at `at`, with their quotes; stops at anything unusual, such as a
// comment.
std::vector<std::string_view> written_names(std::string_view sql, std::size_t at) {
    std::vector<std::string_view> names;
    const auto skip_spaces = [&] {
        while (at < sql.size() && is_space(sql[at])) ++at;
    };
    while (at < sql.size()) {
        const std::size_t begin = at;
        if (sql[at] == '"') {
            for (++at; at < sql.size() && (sql[at] != '"' || (at + 1 < sql.size() && sql[at + 1] == '"')); ++at) {
                if (sql[at] == '"') ++at;
            }
            ++at;
        } else {
            while (at < sql.size() && is_name_character(sql[at])) ++at;
        }
        if (at == begin) break;
        names.push_back(sql.substr(begin, std::min(at, sql.size()) - begin));
        skip_spaces();
        if (at >= sql.size() || sql[at] != '.') break;
        ++at;
        skip_spaces();
    }
    return names;
}

bool has_unquoted_capital(std::string_view written) {
    return !written.starts_with('"') && std::ranges::any_of(written, [](char c) { return c >= 'A' && c <= 'Z'; });
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
    const auto written = written_names(builder_.sql(), static_cast<std::size_t>(std::max(reference.location, 0)));
    for (std::size_t i = written.size(); reference.location >= 0 && i-- > 1 && written.size() - i < names.size();) {
        if (!has_unquoted_capital(written[i])) continue;
        std::string quoted = "data";
        for (std::size_t k = written.size() - names.size() + 1; k < written.size(); ++k)
            quoted += written[k].starts_with('"') || !has_unquoted_capital(written[k])
                          ? fmt::format(".{}", written[k])
                          : fmt::format(".\"{}\"", written[k]);
        return fail(builder_.error(reference.location + static_cast<int>(written[i].data() - written[0].data()),
                                   "names without quotes are read in lower case", fmt::format("write {}", quoted)));
    }
    names.erase(names.begin());
    ExpressionPtr field = make_json_field(std::move(names), reference.location);
    return make_call(kScalarOfField, Type::json_scalar, {std::move(field)}, nullptr, reference.location);
}

}  // namespace sf::sql
