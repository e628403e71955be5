// The operator @> of jsonb.
#pragma once

#include <optional>
#include <string_view>

namespace sf::sql {

/// Whether `whole` contains `part`, as PostgreSQL's documentation says under "jsonb Containment and Existence". Nothing
/// where that takes more than kContainmentStepsMax comparisons: of arrays of arrays each may have to be compared with
/// each.
[[nodiscard]] std::optional<bool> jsonb_contains(std::string_view whole, std::string_view part);

inline constexpr std::size_t kContainmentStepsMax = 1'000'000;

}  // namespace sf::sql
