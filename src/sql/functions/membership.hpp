// IN over a list of literals, as a set that is made once.
#pragma once

#include "sql/expression_tree.hpp"

#include <memory>
#include <span>

namespace sf::sql {

/// `literals` are all of `type`, some may be NULL.
[[nodiscard]] std::shared_ptr<const Prepared> make_literal_set(Type type, std::span<const ExpressionPtr> literals);

}  // namespace sf::sql
