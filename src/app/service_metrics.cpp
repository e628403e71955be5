#include "app/service_metrics.hpp"

#include "base/logging.hpp"

#include <array>
#include <map>
#include <mutex>

namespace sf::app {
namespace {

using observability::Metrics;

// Handles by route and status class: looked up under a lock once for each new pair, without one by the same thread
// afterwards.
class RequestMetrics {
public:
    explicit RequestMetrics(Metrics& metrics) : metrics_(metrics) {}

    void count(const http::RequestOutcome& outcome) {
        const Handles& handles = handles_for(outcome.route, outcome.status);
        handles.requests.add();
        handles.duration.observe(std::chrono::duration<double>(outcome.duration).count());
    }

private:
    struct Handles {
        observability::Counter requests;
        observability::Histogram duration;
    };

    const Handles& handles_for(std::string_view route, int status) {
        const std::pair<std::string, int> key{std::string(route), status};
        thread_local std::map<std::pair<const RequestMetrics*, std::pair<std::string, int>>, Handles> known;
        auto found = known.find({this, key});
        if (found == known.end()) {
            static const std::vector<double> kBuckets = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                         0.1,    0.25,  0.5,    1,     2.5,  5,     10};
            Handles handles{
                metrics_.counter("streamflow_http_requests_total", "HTTP requests by route and status",
                                 {{"route", key.first}, {"status", std::to_string(status)}}),
                metrics_.histogram("streamflow_http_request_duration_seconds", "From a request's header to its answer",
                                   kBuckets, {{"route", key.first}})};
            found = known.emplace(std::pair{this, key}, handles).first;
        }
        return found->second;
    }

    Metrics& metrics_;
};

}  // namespace

void watch_services(Metrics& metrics, messaging::Log& log, ingestion::IngestionService& ingestion,
                    storage::StorageService& storage, const std::filesystem::path& data) {
    using enum Metrics::Kind;
    const auto number = [](auto value) { return static_cast<double>(value); };
    metrics.watch(counter, "streamflow_events_accepted_total", "Events that became durable",
                  [&, number] { return number(ingestion.statistics().intake.accepted); });
    metrics.watch(counter, "streamflow_events_duplicate_total", "Events that were known already",
                  [&, number] { return number(ingestion.statistics().intake.duplicates); });
    metrics.watch(counter, "streamflow_events_rejected_total", "Events that broke a rule",
                  [&, number] { return number(ingestion.statistics().rejected); });
    metrics.watch(counter, "streamflow_events_quarantined_total", "Well-formed events with an impossible time",
                  [&, number] { return number(ingestion.statistics().quarantined); });
    metrics.watch(gauge, "streamflow_quarantine_events", "Events in the quarantine",
                  [&, number] { return number(ingestion.statistics().quarantine_size); });
    metrics.watch(counter, "streamflow_ingest_commits_total", "Commits to the log",
                  [&, number] { return number(ingestion.statistics().intake.commits); });
    metrics.watch(gauge, "streamflow_ingest_queue_bytes", "Rows that are not yet handed to the log",
                  [&, number] { return number(ingestion.statistics().intake.queue_bytes); });
    metrics.watch(gauge, "streamflow_dedupe_ids", "Ids that duplicates are recognised by",
                  [&, number] { return number(ingestion.statistics().dedupe.ids); });
    metrics.watch(gauge, "streamflow_dedupe_memory_bytes", "Memory of the dedupe window",
                  [&, number] { return number(ingestion.statistics().dedupe.bytes); });
    metrics.watch(counter, "streamflow_dedupe_evicted_total",
                  "Ids forgotten for want of memory within ten minutes: their events would be accepted again",
                  [&, number] { return number(ingestion.statistics().dedupe.evicted_early); });
    metrics.watch(gauge, "streamflow_dedupe_window_seconds",
                  "Age of the oldest id that is surely known; 0: none was ever forgotten", [&] {
                      const auto since = ingestion.statistics().dedupe.known_since;
                      return since ? std::chrono::duration<double>(system_clock().now() - *since).count() : 0.0;
                  });
    metrics.watch(gauge, "streamflow_log_bytes", "The log on disk",
                  [&, number] { return number(log.bytes_on_disk()); });
    metrics.watch(gauge, "streamflow_log_accepting", "1 while events can be stored",
                  [&] { return log.state().accepting ? 1.0 : 0.0; });
    metrics.watch(gauge, "streamflow_storage_lag_records", "Durable records that queries don't see yet",
                  [&, number] { return number(storage.feeder().lag()); });
    metrics.watch(counter, "streamflow_log_gaps_total", "Places in the log where records were missing: an alarm",
                  [&, number] { return number(storage.feeder().gaps() + storage.point_feeder().gaps()); });
    metrics.watch(gauge, "streamflow_storage_live_bytes", "Events in memory",
                  [&, number] { return number(storage.store().statistics().live_bytes); });
    metrics.watch(gauge, "streamflow_storage_live_events", "Events in memory",
                  [&, number] { return number(storage.store().statistics().live_events); });
    metrics.watch(gauge, "streamflow_storage_file_events", "Events in files",
                  [&, number] { return number(storage.store().statistics().stored_events); });
    metrics.watch(gauge, "streamflow_storage_file_bytes", "Size of the files",
                  [&, number] { return number(storage.store().statistics().stored_bytes); });
    metrics.watch(gauge, "streamflow_storage_files", "Number of files",
                  [&, number] { return number(storage.store().statistics().files); });
    metrics.watch(counter, "streamflow_storage_flushes_total", "Times that events were written to files",
                  [&, number] { return number(storage.store().statistics().flushes); });
    metrics.watch(counter, "streamflow_storage_flush_failures_total",
                  "Times that events could not be written to files; it is tried again",
                  [&, number] { return number(storage.store().statistics().flush_failures); });
    metrics.watch(gauge, "streamflow_storage_damaged_files",
                  "Files set aside because they are missing or damaged: their events are in no result",
                  [&, number] { return number(storage.store().statistics().damaged_files); });
    metrics.watch(counter, "streamflow_storage_compactions_total", "Times that files were merged",
                  [&, number] { return number(storage.store().statistics().compactions); });
    metrics.watch(gauge, "streamflow_points_lag_records",
                  "Durable records of topic metrics that the store does not have yet",
                  [&, number] { return number(storage.point_feeder().lag()); });
    metrics.watch(gauge, "streamflow_points_live", "Metric points in memory",
                  [&, number] { return number(storage.points().point_statistics().live_points); });
    metrics.watch(gauge, "streamflow_points_live_bytes", "Metric points and late events in memory",
                  [&, number] { return number(storage.points().point_statistics().live_bytes); });
    metrics.watch(gauge, "streamflow_points_stored",
                  "Metric points in files, replaced ones included until they are merged",
                  [&, number] { return number(storage.points().point_statistics().stored_points); });
    metrics.watch(gauge, "streamflow_points_file_bytes", "Size of the files of metric points and late events",
                  [&, number] { return number(storage.points().point_statistics().stored_bytes); });
    metrics.watch(gauge, "streamflow_points_files", "Number of files of metric points and late events",
                  [&, number] { return number(storage.points().point_statistics().files); });
    metrics.watch(counter, "streamflow_points_flush_failures_total",
                  "Times that points could not be written to files; it is tried again",
                  [&, number] { return number(storage.points().point_statistics().flush_failures); });
    metrics.watch(gauge, "streamflow_points_damaged_files", "Such files set aside because they are missing or damaged",
                  [&, number] { return number(storage.points().point_statistics().damaged_files); });
    metrics.watch(gauge, "streamflow_late_events", "Events that came too late for windows of a view, as stored",
                  [&, number] { return number(storage.points().point_statistics().late_events); });
    metrics.watch(counter, "streamflow_queries_total", "Queries that ran",
                  [&, number] { return number(storage.queries().queries()); });
    metrics.watch(gauge, "process_resident_memory_bytes", "Resident memory",
                  [data, number] { return number(observability::HostSampler(data).sample().memory_bytes); });
    metrics.watch(gauge, "process_open_fds", "Open file descriptors",
                  [data, number] { return number(observability::HostSampler(data).sample().open_files); });
}

std::function<void(std::chrono::microseconds)> observe_rows(Metrics& metrics) {
    const observability::Histogram latency =
        metrics.histogram("streamflow_view_latency_seconds", "From the append of a record to the rows that it gave",
                          {0.0002, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 60});
    return
        [latency](std::chrono::microseconds passed) { latency.observe(std::chrono::duration<double>(passed).count()); };
}

void watch_views(Metrics& metrics, analytics::ViewEngine& engine) {
    using enum Metrics::Kind;
    metrics.watch(gauge, "streamflow_views", "Live views",
                  [&] { return static_cast<double>(engine.summaries().size()); });
    metrics.watch(gauge, "streamflow_views_lag_records", "Durable records whose events views have not seen yet",
                  [&] { return static_cast<double>(engine.lag()); });
    metrics.watch(counter, "streamflow_view_rows_total", "Rows that views have emitted, later versions included",
                  [&] { return static_cast<double>(engine.points_emitted()); });
    metrics.watch(counter, "streamflow_checkpoint_failures_total",
                  "Checkpoints of the engine that could not be written",
                  [&] { return static_cast<double>(engine.checkpoints_failed()); });
}

void watch_connections(Metrics& metrics, const http::Server& server, const dashboard::DashboardService& dashboard,
                       const security::TicketOffice& tickets) {
    using enum Metrics::Kind;
    const auto number = [](auto value) { return static_cast<double>(value); };
    metrics.watch(gauge, "streamflow_http_connections", "Open connections, WebSockets included",
                  [&, number] { return number(server.load().connections); });
    metrics.watch(gauge, "streamflow_http_websockets", "Open WebSockets",
                  [&, number] { return number(server.load().websockets); });
    metrics.watch(gauge, "streamflow_http_websocket_queue_bytes", "Messages that wait for clients to read them",
                  [&, number] { return number(server.load().websocket_bytes); });
    metrics.watch(gauge, "streamflow_live_subscriptions", "What clients of the live page have subscribed to",
                  [&, number] { return number(dashboard.live().subscriptions); });
    metrics.watch(counter, "streamflow_live_frames_total", "Messages to clients of the live page",
                  [&, number] { return number(dashboard.live().frames); });
    metrics.watch(gauge, "streamflow_live_backlog_bytes", "Rows of snapshots that wait for clients to read them",
                  [&, number] { return number(dashboard.live().backlog_bytes); });
    metrics.watch(counter, "streamflow_tickets_refused_total", "Tickets that were shown and not good",
                  [&, number] { return number(tickets.refused()); });
}

http::Observe observe_requests(Metrics& metrics) {
    auto counts = std::make_shared<RequestMetrics>(metrics);
    return [counts](const http::RequestOutcome& outcome) {
        counts->count(outcome);
        if (!outcome.cause.empty()) {
            logging::error(
                "a request failed",
                {{"route", outcome.route}, {"correlation_id", outcome.correlation_id}, {"error", outcome.cause}});
        }
        const auto level = outcome.status >= 500
                               ? logging::Level::warn
                               : (outcome.status >= 400 ? logging::Level::info : logging::Level::debug);
        logging::write(
            level, "request",
            {{"method", http::to_string(outcome.method)},
             {"route", outcome.route},
             {"status", outcome.status},
             {"bytes_in", outcome.bytes_in},
             {"bytes_out", outcome.bytes_out},
             {"duration_us", std::chrono::duration_cast<std::chrono::microseconds>(outcome.duration).count()},
             {"correlation_id", outcome.correlation_id},
             {"remote", outcome.remote_address},
             {"subject", outcome.subject}});
    };
}

}  // namespace sf::app
