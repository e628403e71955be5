// Functions of DuckDB that take a member out of the JSON of a point with all its digits: DuckDB's own read numbers as
// doubles. NULL also for null, and for elements of an array that are null.
#pragma once

#include "database/lakehouse/duck.hpp"

namespace sf::database {

inline constexpr const char* kTextMember = "streamflow_text";     // (json, name) -> VARCHAR, as ->> in PostgreSQL.
inline constexpr const char* kJsonMember = "streamflow_json";     // (json, name) -> JSON.
inline constexpr const char* kTextElements = "streamflow_texts";  // (json, name) -> VARCHAR[], of an array.
inline constexpr const char* kJsonElements = "streamflow_jsons";  // (json, name) -> JSON[], the same.

/// Registers them in the instance of `connection`.
[[nodiscard]] Result<> install_json_functions(const duck::Connection& connection);

}  // namespace sf::database
