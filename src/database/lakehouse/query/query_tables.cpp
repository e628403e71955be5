#include "database/lakehouse/query/query_tables.hpp"

#include "sql/tables/reference_table.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sf::database {
namespace {

using sql::RelationColumn;
using sql::Type;

// As point_tables.cpp casts them.
Type type_named(std::string_view name) {
    static constexpr std::array<std::pair<std::string_view, Type>, 10> kTypes = {
        {{"integer", Type::integer},
         {"bigint", Type::bigint},
         {"double precision", Type::double_precision},
         {"boolean", Type::boolean},
         {"timestamptz", Type::timestamptz},
         {"timestamp with time zone", Type::timestamptz},
         {"timestamp without time zone", Type::timestamp},
         {"date", Type::date},
         {"uuid", Type::uuid},
         {"interval", Type::interval}}};
    if (name.ends_with("[]")) return sql::array_type(type_named(name.substr(0, name.size() - 2)));
    if (name.starts_with("numeric")) return Type::numeric;
    if (name.starts_with("json")) return Type::jsonb;
    const auto* const found = std::ranges::find(kTypes, name, &std::pair<std::string_view, Type>::first);
    return found == kTypes.end() ? Type::text : found->second;
}

}  // namespace

const std::vector<RelationColumn>* QueryTables::find(std::string_view table) const {
    static const std::map<std::string_view, std::vector<RelationColumn>> kTables = {
        {"events",
         {{"id", Type::uuid},
          {"type", Type::text},
          {"source", Type::text},
          {"timestamp", Type::timestamptz},
          {"received_at", Type::timestamptz},
          {"severity", Type::text},
          {"user_id", Type::text},
          {"correlation_id", Type::text},
          {"tags", sql::kTextArray},
          {"data", Type::jsonb}}},
        {"metrics",
         {{"view", Type::text},
          {"keys", Type::jsonb},
          {"window_start", Type::timestamptz},
          {"window_end", Type::timestamptz},
          {"values", Type::jsonb},
          {"final", Type::boolean},
          {"epoch", Type::bigint},
          {"version", Type::numeric, 0}}},
        {"late_events",
         {{"view", Type::text},
          {"event_id", Type::uuid},
          {"timestamp", Type::timestamptz},
          {"closed_until", Type::timestamptz}}}};
    if (const auto own = kTables.find(table); own != kTables.end()) return &own->second;
    if (const auto known = asked_.find(table); known != asked_.end()) return &known->second;
    std::vector<RelationColumn> columns;
    if (const auto view = views_->find(table); view != views_->end()) {
        for (const ViewTable::Column& column : view->second.columns)
            columns.push_back({column.name, type_named(column.type)});
    } else if (const auto reference = references_->find(table); reference != references_->end()) {
        for (const sql::TableColumn& column : reference->second->definition().columns)
            columns.push_back({column.name, column.type});
    } else {
        return nullptr;
    }
    return &asked_.emplace(std::string(table), std::move(columns)).first->second;
}

std::vector<std::string> QueryTables::names() const {
    std::vector<std::string> names = {"events", "late_events", "metrics"};
    for (const auto& [name, view] : *views_) names.push_back(name);
    for (const auto& [name, table] : *references_) names.push_back(name);
    return names;
}

}  // namespace sf::database
