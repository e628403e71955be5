// The tables of ad-hoc SQL that are about points: `metrics`, `late_events`, and each view by its name. Made for a query
// by the names that it mentions, so that others pay nothing.
#pragma once

#include "database/lakehouse/points/point_catalog.hpp"
#include "database/lakehouse/sql_gate.hpp"
#include "database/point_store.hpp"
#include "sql/user_function.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace sf::database {

/// What a query gets: which rows it sees, and its tables as SELECTs over them.
struct PointQuery {
    struct Table {
        std::string name;
        std::string select;
    };
    std::vector<Table> tables;
    PointSnapshot snapshot;  // Empty where there are no tables.
};

/// By name; shared with the queries that read them.
using ReferenceTables = std::map<std::string, std::shared_ptr<const sql::ReferenceTable>, std::less<>>;

using ViewTables = std::map<std::string, ViewTable, std::less<>>;  // By name.

/// Any thread.
class PointTables {
public:
    explicit PointTables(PointCatalog& catalog) : catalog_(catalog) {}

    void set_views(std::vector<ViewTable> views);
    void set_reference_tables(std::vector<std::shared_ptr<const sql::ReferenceTable>> tables);
    void set_functions(std::shared_ptr<const sql::NamedFunctions> functions);

    /// Those of now. A query is planned and run with the same.
    [[nodiscard]] std::shared_ptr<const ViewTables> views();
    [[nodiscard]] std::shared_ptr<const ReferenceTables> reference_tables();
    [[nodiscard]] std::shared_ptr<const sql::NamedFunctions> functions();

    [[nodiscard]] PointQuery query(const SqlTables& mentioned, const ViewTables& known);

private:
    PointCatalog& catalog_;
    std::mutex mutex_;
    std::shared_ptr<const ViewTables> views_ = std::make_shared<ViewTables>();  // Under mutex_; shared with queries.
    std::shared_ptr<const ReferenceTables> references_ = std::make_shared<ReferenceTables>();         // The same.
    std::shared_ptr<const sql::NamedFunctions> functions_ = std::make_shared<sql::NamedFunctions>();  // The same.
};

/// A view's own columns, typed, over SELECTed rows with kPointColumns.
[[nodiscard]] std::string view_table_sql(const ViewTable& view, const std::string& rows);

}  // namespace sf::database
