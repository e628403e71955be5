// Functions of DuckDB that evaluate our own expressions over its columns: what a query's text calls by number
// (sql/query_text.hpp). Internal to lakehouse/.
#pragma once

#include "database/lakehouse/duck.hpp"
#include "database/lakehouse/shown.hpp"
#include "sql/expression.hpp"

#include <memory>
#include <vector>

namespace sf::database {

class Evaluation;

/// The expressions of a query, each ready to be evaluated by several threads.
using Evaluations = std::vector<std::shared_ptr<Evaluation>>;  // Shared with DuckDB's plan of the query.

[[nodiscard]] std::shared_ptr<const Evaluations> make_evaluations(const std::vector<sql::ExpressionPtr>& expressions);

/// Installed once per instance; what a call means is looked up by its connection when it is bound. Any thread.
class Evaluators {
public:
    [[nodiscard]] Result<> install(const duck::Connection& connection);

    Shown<Evaluations> expressions;
};

}  // namespace sf::database
