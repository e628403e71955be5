// Errors about a query's text: what, where, and the line with a caret below the place.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sf::database {

/// `invalid_input` whose detail is "line 1, column 10", the line and a caret below the byte `position` of `sql`.
[[nodiscard]] Error sql_error(std::string_view sql, std::optional<std::size_t> position, std::string message,
                              std::string hint = {});

/// What DuckDB said, as JSON (errors_as_json) or as text.
struct DuckError {
    std::string type;  // "Parser", "Binder", "Out of Memory", ... may be empty.
    std::string message;
    std::optional<std::size_t> position;
};
[[nodiscard]] DuckError parse_duck_error(std::string_view text);

}  // namespace sf::database
