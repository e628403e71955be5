// The place where the one SQL dialect, PostgreSQL's, becomes DuckDB's. For now queries are in DuckDB's dialect and pass
// unchanged.
#pragma once

#include "base/result.hpp"

#include <string>

namespace sf::database {

/// The text for DuckDB that means what `sql` says. Errors are in places of `sql`.
[[nodiscard]] inline Result<std::string> translate_to_duckdb(const std::string& sql) { return sql; }

}  // namespace sf::database
