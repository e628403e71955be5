// A row of a view as JSON, for answers and live frames.
#pragma once

#include "models/metric_point.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace sf::dashboard {

/// {"keys","window_start","window_end","values","final","epoch","version"}, or, for a row that is no longer there,
/// {"keys","window_start","deleted":true,"epoch","version"}.
void append_row(std::string& out, const models::MetricPoint& point);

/// Calls `take` with the name and the JSON text of each member of an object; of a text that is no object, with nothing.
void each_member(std::string_view object, const std::function<void(std::string name, std::string_view raw)>& take);

/// A JSON value as ->> gives it: a string without quotes and escapes, everything else as it stands.
[[nodiscard]] std::string value_text(std::string_view raw);

}  // namespace sf::dashboard
