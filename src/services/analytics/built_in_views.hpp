// The views that a new installation has: metrics at once, with no configuration.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sf::analytics {

struct BuiltInView {
    std::string_view name;
    std::string sql;  // CREATE MATERIALIZED VIEW ...
};

/// `conversion_from` and `conversion_to` are the event types that the view `conversion` counts.
[[nodiscard]] std::vector<BuiltInView> built_in_views(std::string_view conversion_from, std::string_view conversion_to);

}  // namespace sf::analytics
