// The known name that a wrong one was probably meant to be.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace sf {

/// How many letters must be inserted, deleted, replaced or swapped with their neighbour to get from one to the other:
/// Levenshtein's distance with swaps ("optimal string alignment").
[[nodiscard]] std::size_t typing_errors(std::string_view a, std::string_view b);

/// Within two typing errors, one for short names; nothing if none is that near.
[[nodiscard]] std::optional<std::string_view> nearest_name(std::string_view word,
                                                           std::span<const std::string_view> names);

}  // namespace sf
