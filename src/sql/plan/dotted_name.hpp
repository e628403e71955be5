// data.cart.total: names with dots between them, as they are written.
#pragma once

#include "sql/plan/builder.hpp"

#include <string>
#include <vector>

namespace sf::sql {

/// Refuses a capital without quotes in the last names of the reference at `location`, of which there are `names`:
/// PostgreSQL reads it in lower case, and the field would never be found.
[[nodiscard]] Result<> check_capitals(const Builder& builder, int location, std::size_t names);

/// The plain value at a path of `data`: what data.a.b is.
[[nodiscard]] ExpressionPtr make_plain_field(std::vector<std::string> path, int location);

}  // namespace sf::sql
