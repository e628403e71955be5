// GET /api/v1/metrics/{view}?from&to&step&limit&key.NAME=VALUE: what the parameters ask for, and the answer's text.
// Pure.
#pragma once

#include "database/point_store.hpp"
#include "http/message.hpp"
#include "http/problem.hpp"
#include "services/dashboard/view_catalog.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sf::dashboard {

struct MetricsRequest {
    database::PointFilter filter;
    std::size_t limit = 1000;      // Rows of the answer.
    std::optional<Duration> step;  // Of each key only the last row of each step.
};

/// The parameters that are wrong, each with its reason, or what they say. Keys must be columns of the view.
[[nodiscard]] std::variant<MetricsRequest, std::vector<http::FieldError>> parse_metrics_request(
    const http::Request& request, const database::ViewTable& table);

/// {"view","columns","rows"}: newest windows first, as `points` come.
[[nodiscard]] std::string metrics_json(const database::ViewTable& table, const MetricsRequest& request,
                                       const std::vector<models::MetricPoint>& points);

}  // namespace sf::dashboard
