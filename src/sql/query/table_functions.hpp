// Functions in FROM that make rows: series, and what takes arrays and JSON apart.
#pragma once

#include "sql/query/query_scope.hpp"

#include <span>
#include <string_view>

namespace sf::sql::query {

/// `alias` is what FROM calls it, empty if nothing. Arguments may read the columns of `scope`: what stands left in
/// FROM.
[[nodiscard]] Result<RelationPtr> table_function(QueryContext& context, const QueryScope& scope,
                                                 const PgQuery__FuncCall& call, std::string_view alias,
                                                 bool with_ordinality);

/// Lets the elements of an unnest stand in the rows of the one relation that they read, if that is among `from` and all
/// rows of its are there: an UNNEST over it streams, while a lateral join keeps what it joins by, the whole of data,
/// for each element (docs/decisions/0020-*). `keeps_rows`: rows without elements stay, as LEFT JOIN ... ON true has
/// them.
void put_beside_rows(const LeafTable& leaves, std::span<const RelationPtr> from, const RelationPtr& elements,
                     bool keeps_rows);

}  // namespace sf::sql::query
