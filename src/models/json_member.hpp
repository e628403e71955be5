// A member of a small JSON object, found without an index or a tree: for texts that this program wrote itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sf::models {

/// The text of the value of the first member of that name. Nothing if there is none. Text that is no JSON object gives
/// nothing or a piece of it, and never more.
[[nodiscard]] std::optional<std::string_view> json_member(std::string_view object, std::string_view name);

/// What PostgreSQL's ->> makes of a value: nothing of null, the content of a string, the text itself of all else, every
/// digit of a number included.
[[nodiscard]] std::optional<std::string> json_value_text(std::string_view value);

}  // namespace sf::models
