// The part of the reference that shows aggregates: the ways to call each, found by asking the catalog with all types.
#pragma once

#include "sql/aggregate_catalog.hpp"

#include <string>

namespace sf::sql {

[[nodiscard]] std::string aggregates_table(const AggregateCatalog& aggregates);

}  // namespace sf::sql
