// Reads single values out of Prometheus' text format.
#pragma once

#include <optional>
#include <string_view>

namespace sf::cli {

/// The sum over all label sets of `name`; nothing where it does not occur.
[[nodiscard]] std::optional<double> metric_sum(std::string_view exposition, std::string_view name);

}  // namespace sf::cli
