// The dashboard service: what views have computed, as answers and live over a WebSocket, and how the pipeline is doing.
// README.md has its threads.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "database/point_store.hpp"
#include "http/route.hpp"
#include "messaging/log.hpp"
#include "services/dashboard/live/live_hub.hpp"
#include "services/dashboard/overview.hpp"
#include "services/dashboard/point_reader.hpp"
#include "services/dashboard/view_catalog.hpp"

#include <string>

namespace sf::dashboard {

struct DashboardOptions {
    std::string version;
    LiveHubOptions live;
    PointReaderOptions points;
    PipelineProbe pipeline;  // Required.
};

class DashboardService {
public:
    /// All that is handed in outlives the service.
    DashboardService(DashboardOptions options, messaging::Log& log, database::PointStore& points, ViewCatalog& catalog,
                     const Clock& clock);
    ~DashboardService();

    /// Both topics exist.
    void start();
    /// Call it after the HTTP server has stopped. Idempotent.
    void stop();

    void add_routes(http::RouteTable& routes);

    [[nodiscard]] LiveHubStatistics live() const { return hub_.statistics(); }

private:
    void list_views(http::Responder respond);
    void list_rows(const http::Request& request, http::Responder respond);

    const std::string version_;
    ViewCatalog& catalog_;
    Overview overview_;
    PointReader points_;
    LiveHub hub_;
};

}  // namespace sf::dashboard
