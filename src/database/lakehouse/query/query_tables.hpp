// What the front end may know of the tables of ad-hoc SQL: their names, columns and types. Internal to lakehouse/.
#pragma once

#include "database/lakehouse/points/point_tables.hpp"
#include "sql/query_text.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace sf::database {

class QueryTables final : public sql::RelationCatalog {
public:
    /// events, metrics and late_events, these views and these reference tables.
    QueryTables(std::shared_ptr<const ViewTables> views, std::shared_ptr<const ReferenceTables> references)
        : views_(std::move(views)), references_(std::move(references)) {}

    [[nodiscard]] const std::vector<sql::RelationColumn>* find(std::string_view table) const override;
    [[nodiscard]] std::vector<std::string> names() const override;

private:
    std::shared_ptr<const ViewTables> views_;            // Shared with the query that they are the tables of.
    std::shared_ptr<const ReferenceTables> references_;  // The same.
    mutable std::map<std::string, std::vector<sql::RelationColumn>, std::less<>>
        asked_;  // Views and reference tables that find() has found.
};

}  // namespace sf::database
