// What output columns are called: PostgreSQL's rules.
#pragma once

#include <pg_query/pg_query.pb-c.h>

#include <string>

namespace sf::sql {

/// The name after AS, else that of the column, function or type; "column3" where nothing has a name. `position` counts
/// from 1.
[[nodiscard]] std::string output_name(const PgQuery__ResTarget& target, std::size_t position);

/// The same, with another name where nothing has one.
[[nodiscard]] std::string output_name(const PgQuery__ResTarget& target, std::string otherwise);

}  // namespace sf::sql
