// All tables of the catalog in a row, for the reference.
#pragma once

#include "sql/functions/function.hpp"

#include <vector>

namespace sf::sql {

/// Those that take any number of arguments, too.
[[nodiscard]] std::vector<const Function*> all_functions();
[[nodiscard]] std::vector<const Function*> all_operators();
[[nodiscard]] std::vector<const Function*> all_casts();

}  // namespace sf::sql
