// Errors about the text of a statement: what, where, and the way out.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sf::sql {

/// `invalid_input` whose detail is "line 1, column 10", the line and a caret below the byte `location` of `sql`;
/// without a detail where the location is negative. Columns count characters.
[[nodiscard]] Error source_error(std::string_view sql, int location, std::string message, std::string hint = {});

struct SourcePlace {
    std::size_t line = 1;
    std::size_t column = 1;  // In characters.

    friend bool operator==(const SourcePlace&, const SourcePlace&) = default;
};

/// The place that an error made by source_error() names.
[[nodiscard]] std::optional<SourcePlace> place_of(const Error& error);

/// The byte of `sql` at that place, or its end; and the place of a byte.
[[nodiscard]] std::size_t byte_at(std::string_view sql, const SourcePlace& place);
[[nodiscard]] SourcePlace place_at(std::string_view sql, std::size_t byte);

}  // namespace sf::sql
