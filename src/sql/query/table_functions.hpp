// Functions in FROM that make rows: series, and what takes arrays and JSON apart.
#pragma once

#include "sql/query/query_scope.hpp"

#include <string_view>

namespace sf::sql::query {

/// `alias` is what FROM calls it, empty if nothing. Arguments may read the columns of `scope`: what stands left in
/// FROM.
[[nodiscard]] Result<RelationPtr> table_function(QueryContext& context, const QueryScope& scope,
                                                 const PgQuery__FuncCall& call, std::string_view alias,
                                                 bool with_ordinality);

}  // namespace sf::sql::query
