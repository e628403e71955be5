// Reference tables as tables of DuckDB: a function that hands out the rows of one of those that its connection sees.
// Internal to lakehouse/.
#pragma once

#include "database/lakehouse/duck.hpp"
#include "database/lakehouse/shown.hpp"
#include "sql/tables/reference_table.hpp"

#include <memory>
#include <vector>

namespace sf::database {

using ReferenceRows = std::vector<sql::ReferenceTablePtr>;

/// One per DuckDB instance, shared with the function's registration there. Any thread. Its argument is the number of a
/// table.
class ReferenceScan : public Shown<ReferenceRows>, public std::enable_shared_from_this<ReferenceScan> {
public:
    static constexpr const char* kFunction = "streamflow_reference";

    /// Registers the function in the instance of `connection`.
    [[nodiscard]] Result<> install(const duck::Connection& connection);
};

}  // namespace sf::database
