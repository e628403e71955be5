// What /metrics shows of each part.
#pragma once

#include "database/event_store.hpp"
#include "http/server.hpp"
#include "messaging/log.hpp"
#include "observability/host.hpp"
#include "observability/metrics.hpp"
#include "security/ticket_office.hpp"
#include "services/analytics/view_engine.hpp"
#include "services/dashboard/dashboard_service.hpp"
#include "services/ingestion/ingestion_service.hpp"
#include "services/storage/storage_service.hpp"

namespace sf::app {

/// All must outlive the metrics' last scrape.
void watch_services(observability::Metrics& metrics, messaging::Log& log, ingestion::IngestionService& ingestion,
                    storage::StorageService& storage, const std::filesystem::path& data);

/// What to tell how long rows of views took. The metrics must outlive it.
[[nodiscard]] std::function<void(std::chrono::microseconds)> observe_rows(observability::Metrics& metrics);

/// The engine must outlive the metrics' last scrape.
void watch_views(observability::Metrics& metrics, analytics::ViewEngine& engine);

/// Connections, and what the live page costs. All must outlive the metrics' last scrape.
void watch_connections(observability::Metrics& metrics, const http::Server& server,
                       const dashboard::DashboardService& dashboard, const security::TicketOffice& tickets);

/// Counts requests and writes the access log (one line a request, at level debug; refusals at info).
[[nodiscard]] http::Observe observe_requests(observability::Metrics& metrics);

}  // namespace sf::app
