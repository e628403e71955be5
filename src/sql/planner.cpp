#include "sql/planner.hpp"

#include "sql/plan/view_planner.hpp"
#include "sql/syntax/statement.hpp"

namespace sf::sql {

Result<ViewPlan> plan_view(std::string_view sql, const AggregateCatalog& aggregates, const TableCatalog& tables,
                           const FunctionCatalog& functions, const ViewCatalog& views) {
    SF_ASSIGN(const Statement statement, Statement::parse(sql));
    return ViewPlanner(statement, aggregates, tables, functions, views).plan();
}

}  // namespace sf::sql
