// What the dashboard needs to know of services that it may not include.
#pragma once

#include "messaging/log.hpp"
#include "services/analytics/view_engine.hpp"
#include "services/dashboard/overview.hpp"
#include "services/dashboard/view_catalog.hpp"
#include "services/ingestion/ingestion_service.hpp"
#include "services/storage/storage_service.hpp"

namespace sf::app {

/// The views of analytics. The engine outlives it.
class AnalyticsViewCatalog final : public dashboard::ViewCatalog {
public:
    explicit AnalyticsViewCatalog(analytics::ViewEngine& engine) : engine_(engine) {}

    [[nodiscard]] std::vector<dashboard::CatalogView> views() override;

private:
    analytics::ViewEngine& engine_;
};

/// All must outlive the probe.
[[nodiscard]] dashboard::PipelineProbe pipeline_probe(messaging::Log& log, messaging::Partition partitions,
                                                      ingestion::IngestionService& ingestion,
                                                      storage::StorageService& storage, analytics::ViewEngine& views);

}  // namespace sf::app
