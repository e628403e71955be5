#include "database/lakehouse/points/point_tables.hpp"

#include "base/ascii.hpp"
#include "base/logging.hpp"
#include "database/lakehouse/points/json_functions.hpp"

#include "sql/tables/reference_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sf::database {
namespace {

constexpr const char* kMetrics = "metrics";
constexpr const char* kLateEvents = "late_events";

// How a type of a view's column is made from the text of its JSON value, or an array from texts. A value that does not
// fit its type is an error of the query: NULL would be a lie.
std::string cast_of(std::string_view type, const std::string& text) {
    const bool array = type.ends_with("[]");
    if (array) type.remove_suffix(2);
    const auto as = [&](std::string_view name) {
        return fmt::format("CAST({} AS {}{})", text, name, array ? "[]" : "");
    };
    // Exact with 22 digits before the point and 16 behind it; more digits behind are rounded. All of them are in
    // `metrics`.
    if (type.starts_with("numeric")) return as("DECIMAL(38,16)");
    if (type == "interval") return as("INTERVAL");
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kTypes = {
        {{"integer", "INTEGER"},
         {"bigint", "BIGINT"},
         {"double precision", "DOUBLE"},
         {"boolean", "BOOLEAN"},
         {"timestamptz", "TIMESTAMPTZ"},
         {"timestamp with time zone", "TIMESTAMPTZ"},
         {"timestamp without time zone", "TIMESTAMP"},
         {"date", "DATE"},
         {"uuid", "UUID"}}};
    const auto found = std::ranges::find(kTypes, type, &std::pair<std::string_view, std::string_view>::first);
    return found == kTypes.end() ? text : as(found->second);
}

std::string value_of(const char* object, const ViewTable::Column& column) {
    const auto call = [&](const char* function) {
        return fmt::format("{}({}, {})", function, object, duck::quoted(column.name));
    };
    if (column.type == "jsonb" || column.type == "json") return call(kJsonMember);
    if (column.type == "jsonb[]") return call(kJsonElements);
    // PostgreSQL writes "-1 days +02:03:00", and DuckDB reads no plus.
    if (column.type == "interval") return cast_of(column.type, fmt::format("replace({}, '+', '')", call(kTextMember)));
    if (column.type == "interval[]")
        return cast_of(column.type,
                       fmt::format("list_transform({}, lambda x: replace(x, '+', ''))", call(kTextElements)));
    return cast_of(column.type, call(column.type.ends_with("[]") ? kTextElements : kTextMember));
}

}  // namespace

std::string view_table_sql(const ViewTable& view, const std::string& rows) {
    std::string columns;
    for (const ViewTable::Column& column : view.columns) {
        std::string value;
        switch (column.source) {
            case ViewTable::Source::key: value = value_of("keys", column); break;
            case ViewTable::Source::window_start: value = "window_start"; break;
            case ViewTable::Source::window_end: value = "window_end"; break;
            case ViewTable::Source::value: value = value_of("\"values\"", column); break;
        }
        columns += fmt::format("{}{} AS {}", columns.empty() ? "" : ", ", value, quoted_name(column.name));
    }
    return fmt::format("SELECT {} FROM ({})", columns, rows);
}

void PointTables::set_views(std::vector<ViewTable> views) {
    auto named = std::make_shared<ViewTables>();
    for (ViewTable& view : views) {
        const std::string name = ascii_lower(view.name);
        if (name == "events" || name == kMetrics || name == kLateEvents || view.columns.empty()) {
            logging::warn("a view can't be a table of its name", {{"view", view.name}});
            continue;
        }
        named->insert_or_assign(view.name, std::move(view));
    }
    std::lock_guard lock(mutex_);
    views_ = std::move(named);
}

void PointTables::set_reference_tables(std::vector<std::shared_ptr<const sql::ReferenceTable>> tables) {
    auto named = std::make_shared<ReferenceTables>();
    for (auto& table : tables) {
        const std::string& name = table->definition().name;
        const std::string lowered = ascii_lower(name);
        if (lowered == "events" || lowered == kMetrics || lowered == kLateEvents) {
            logging::warn("a reference table can't be asked under its name", {{"table", name}});
            continue;
        }
        named->insert_or_assign(name, std::move(table));
    }
    std::lock_guard lock(mutex_);
    references_ = std::move(named);
}

void PointTables::set_functions(std::shared_ptr<const sql::NamedFunctions> functions) {
    std::lock_guard lock(mutex_);
    functions_ = std::move(functions);
}

std::shared_ptr<const sql::NamedFunctions> PointTables::functions() {
    std::lock_guard lock(mutex_);
    return functions_;
}

std::shared_ptr<const ReferenceTables> PointTables::reference_tables() {
    std::lock_guard lock(mutex_);
    return references_;
}

std::shared_ptr<const ViewTables> PointTables::views() {
    std::lock_guard lock(mutex_);
    return views_;
}

PointQuery PointTables::query(const SqlTables& mentioned, const ViewTables& known) {
    bool metrics = false;
    bool late_events = false;
    ViewTables views;
    for (const std::string& name : mentioned.names) {
        metrics = metrics || name == kMetrics;
        late_events = late_events || name == kLateEvents;
        if (const auto found = known.find(name); found != known.end()) views.insert(*found);
    }
    PointQuery query;
    if (!metrics && !late_events && views.empty()) return query;
    std::set<std::string, std::less<>> names;
    for (const auto& [name, view] : views) names.insert(view.name);
    query.snapshot = catalog_.snapshot(metrics ? nullptr : &names);
    if (metrics) {
        query.tables.push_back(
            {kMetrics,
             fmt::format(
                 "SELECT view, keys, window_start, window_end, \"values\", final, CAST(epoch AS BIGINT) AS epoch, "
                 "CAST(version AS DECIMAL(38,0)) AS version FROM ({})",
                 latest_points_sql(query.snapshot))});
    }
    if (late_events) query.tables.push_back({kLateEvents, late_events_sql(query.snapshot)});
    for (const auto& [name, view] : views) {
        query.tables.push_back({view.name, view_table_sql(view, latest_points_sql(query.snapshot, view.name))});
    }
    return query;
}

}  // namespace sf::database
