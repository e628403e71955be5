// substring(timestamp::text, 1, 10), which people write for the day: the text of most rows is that of the row before.
#pragma once

#include "sql/expression_tree.hpp"

namespace sf::sql {

/// The beginning of a time's text as one call, to be evaluated in the place of two; any other expression is given back.
[[nodiscard]] ExpressionPtr beginning_of_time(const ExpressionPtr& expression);

}  // namespace sf::sql
