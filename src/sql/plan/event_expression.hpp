// One expression over events by itself, outside a view: what tests and the planner's own checks plan.
#pragma once

#include "base/result.hpp"
#include "sql/expression.hpp"

#include <string_view>

namespace sf::sql {

/// `sql` is what may stand behind SELECT: one expression without aggregates. Positions in errors count from its
/// beginning.
[[nodiscard]] Result<ExpressionPtr> plan_event_expression(std::string_view sql);

}  // namespace sf::sql
