// A typed expression, as the planner makes it and the evaluators run it. Immutable and shared between plans.
#pragma once

#include "sql/type.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sf::sql {

struct Expression;
using ExpressionPtr = std::shared_ptr<const Expression>;  // Shared by plans and evaluators.

/// Its text for people and for telling expressions apart: two with the same text have the same value in every row.
[[nodiscard]] const std::string& canonical_text(const Expression& expression);
[[nodiscard]] Type type_of(const Expression& expression);

/// The number of the input that the expression is, alone; -1 if it is anything else. Inputs are those of RowEvaluator.
[[nodiscard]] int input_of(const Expression& expression);

/// The types of the inputs that the expression reads, by their numbers.
[[nodiscard]] std::vector<Type> input_types(const Expression& expression);

}  // namespace sf::sql
