// Aggregates of views as aggregates of DuckDB: what a query's text calls by number (sql/query_text.hpp), run over the
// engine's own states. Internal to lakehouse/.
#pragma once

#include "database/lakehouse/duck.hpp"
#include "database/lakehouse/shown.hpp"
#include "sql/view_plan.hpp"

#include <vector>

namespace sf::database {

using AggregateCalls = std::vector<sql::AggregateCall>;

/// Installed once per instance. DuckDB does not tell an aggregate which connection it runs on, so what a call means is
/// looked up by the number of its query. Any thread.
class Aggregators {
public:
    [[nodiscard]] Result<> install(const duck::Connection& connection);

    Shown<AggregateCalls> calls;  // By the number of the query.
};

}  // namespace sf::database
