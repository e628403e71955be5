// The places that the nodes of a tree know.
#pragma once

#include <pg_query/pg_query.pb-c.h>

#include <functional>

namespace sf::sql {

/// Gives every node below `node` the place that `moved` makes of its own; -1 is one that is not known.
void move_locations(PgQuery__Node& node, const std::function<int(int)>& moved);

}  // namespace sf::sql
