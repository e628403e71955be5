// Views and their rows as JSON.
#pragma once

#include "services/analytics/view_engine.hpp"

#include <string>
#include <vector>

namespace sf::analytics {

/// {"name","sql","columns","emit","lateness",...}: one view.
[[nodiscard]] std::string view_json(const ViewStatus& status);

/// [{"name","type","kind"}]
[[nodiscard]] std::string columns_json(const sql::ViewPlan& plan);

/// How the view is computed, step by step.
[[nodiscard]] std::string explain_json(const ViewExplanation& explanation);

/// {"keys","window_start","window_end","values","final","epoch","version"}
[[nodiscard]] std::string row_json(const models::MetricPoint& point);

}  // namespace sf::analytics
