#include "app/dashboard_ports.hpp"

#include "base/hash.hpp"

namespace sf::app {

std::vector<dashboard::CatalogView> AnalyticsViewCatalog::views() {
    std::vector<dashboard::CatalogView> views;
    for (analytics::ViewSummary& summary : engine_.summaries()) {
        views.push_back({.table = std::move(summary.table),
                         .description = summary.built_in ? "Built in" : "",
                         .revision = hash64(summary.identity)});
    }
    return views;
}

dashboard::PipelineProbe pipeline_probe(messaging::Log& log, messaging::Partition partitions,
                                        ingestion::IngestionService& ingestion, storage::StorageService& storage,
                                        analytics::ViewEngine& views) {
    return [&log, partitions, &ingestion, &storage, &views] {
        dashboard::PipelineState state;
        state.events_accepted = ingestion.statistics().intake.accepted;
        for (messaging::Partition p = 0; p < partitions; ++p) {
            const auto range = log.range(ingestion::kEventsTopic, p);
            const messaging::Offset end = range ? range->end : 0;
            const messaging::Offset read = std::min(storage.feeder().next_offset(p), views.next_offset(p));
            state.partitions.push_back({p, end, end > read ? end - read : 0});
        }
        const database::EventStoreStatistics store = storage.store().statistics();
        state.live_events = store.live_events;
        state.live_bytes = store.live_bytes;
        state.file_events = store.stored_events;
        state.file_bytes = store.stored_bytes;
        state.files = store.files;
        state.events_stored = store.live_events + store.stored_events;
        state.log_bytes = log.bytes_on_disk();
        return state;
    };
}

}  // namespace sf::app
