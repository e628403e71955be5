// "Did you mean ...?": the known name nearest to a mistyped one.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sf::cli {

/// The candidate within two typing errors (insert, delete, replace, swap neighbours), or that `word` is the beginning
/// of; nothing if none is that near.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace sf::cli
