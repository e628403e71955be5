// SQL text to a typed plan, through PostgreSQL's own grammar (libpg_query). Every refusal says where and, where there
// is one, the way out.
#pragma once

#include "base/result.hpp"
#include "sql/aggregate_catalog.hpp"
#include "sql/tables/reference_table.hpp"
#include "sql/user_function.hpp"
#include "sql/view_catalog.hpp"
#include "sql/view_plan.hpp"

#include <string_view>

namespace sf::sql {

/// Plans exactly one statement: CREATE MATERIALIZED VIEW name [WITH (...)] AS SELECT ... Errors are `invalid_input`:
/// the message says what is wrong, the detail has line, column and the line of the text with a caret under the place,
/// the hint the way out.
[[nodiscard]] Result<ViewPlan> plan_view(std::string_view sql, const AggregateCatalog& aggregates,
                                         const TableCatalog& tables = no_tables(),
                                         const FunctionCatalog& functions = no_functions(),
                                         const ViewCatalog& views = no_views());

}  // namespace sf::sql
