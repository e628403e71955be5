// Two functions of DuckDB that take a member out of the JSON of a point with all its digits: DuckDB's own read numbers
// as doubles.
#pragma once

#include "database/lakehouse/duck.hpp"

namespace sf::database {

inline constexpr const char* kTextMember = "streamflow_text";  // (json, name) -> VARCHAR, as ->> in PostgreSQL.
inline constexpr const char* kJsonMember = "streamflow_json";  // (json, name) -> JSON; NULL also for null.

/// Registers both in the instance of `connection`.
[[nodiscard]] Result<> install_json_functions(const duck::Connection& connection);

}  // namespace sf::database
