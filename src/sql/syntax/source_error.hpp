// Errors about the text of a statement: what, where, and the way out.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace sf::sql {

/// `invalid_input` whose detail is "line 1, column 10", the line and a caret below the byte `location` of `sql`;
/// without a detail where the location is negative. Columns count characters.
[[nodiscard]] Error source_error(std::string_view sql, int location, std::string message, std::string hint = {});

}  // namespace sf::sql
