// Pieces of SQL that others wrote, before they become part of a statement: what is checked here can't reach beyond its
// place in it.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace sf::sql {

/// Whether the text is one expression and nothing else, neither clause nor alias nor statement behind it. The error has
/// its place in `sql`. Where it has a comment "--", a new line must follow it in the statement. What it means is the
/// planner's matter.
[[nodiscard]] Result<> check_expression(std::string_view sql);

/// The name as an identifier, in double quotes where it is needed.
[[nodiscard]] std::string written_identifier(std::string_view name);

}  // namespace sf::sql
