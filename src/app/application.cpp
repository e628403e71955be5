#include "app/application.hpp"

#include "app/dashboard_ports.hpp"
#include "app/host_reporter.hpp"
#include "app/periodic.hpp"
#include "app/service_metrics.hpp"
#include "app/session_routes.hpp"
#include "app/token_routes.hpp"
#include "base/file.hpp"
#include "base/json_text.hpp"
#include "base/logging.hpp"
#include "database/lakehouse/file_checkpoint_store.hpp"
#include "database/lakehouse/lakehouse.hpp"
#include "database/lakehouse/sqlite_document_store.hpp"
#include "messaging/embedded/embedded_log.hpp"
#include "observability/health.hpp"
#include "observability/metrics.hpp"
#include "security/first_token.hpp"
#include "security/ticket_office.hpp"
#include "services/analytics/analytics_service.hpp"
#include "services/dashboard/dashboard_service.hpp"
#include "services/dashboard/page.hpp"
#include "services/ingestion/ingestion_service.hpp"
#include "services/storage/storage_service.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <thread>

namespace sf::app {
namespace {

using analytics::kMetricsTopic;  // Has one partition.
constexpr auto kTickInterval = std::chrono::seconds{1};
constexpr auto kTrimInterval = std::chrono::seconds{2};

unsigned cores() { return std::max(1u, std::thread::hardware_concurrency()); }

messaging::Partition partitions_of(const Config& config) {
    const auto wanted = static_cast<messaging::Partition>(config.number("PARTITIONS"));
    return wanted > 0 ? wanted : std::min(cores(), 4u);
}

// As a program or a browser on this machine reaches it.
std::string url_of(const http::Listen& address) {
    std::string host = address.host == "0.0.0.0" || address.host == "::" ? "127.0.0.1" : address.host;
    if (host.find(':') != std::string::npos) host = '[' + host + ']';
    return "http://" + host + ':' + std::to_string(address.port);
}

unsigned http_threads_of(const Config& config) {
    const auto wanted = static_cast<unsigned>(config.number("HTTP_THREADS"));
    return wanted > 0 ? wanted : std::max(1u, cores() / 2);
}

}  // namespace

const std::vector<std::string>& service_names() {
    static const std::vector<std::string> names = {"ingestion", "analytics", "alerting", "dashboard", "storage"};
    return names;
}

struct Application::Parts {
    Parts(Config c, std::string s, const Clock& k) : config(std::move(c)), service(std::move(s)), clock(k) {}

    Result<> build_storage();
    Result<> build_services();
    Result<> build_views();
    Result<> build_server();
    Result<> write_addresses();
    void add_checks();
    void trim_log();

    // Steps of the way back, each named, in the order they were registered; run from the last.
    struct Step {
        std::string name;
        std::function<void(std::chrono::steady_clock::time_point deadline)> run;
    };
    std::vector<Step> teardown;

    Config config;
    std::string service;
    const Clock& clock;
    std::filesystem::path data;
    messaging::Partition partitions = 1;

    observability::Metrics metrics;
    observability::Health health;
    std::unique_ptr<messaging::Log> log;
    std::unique_ptr<database::EventStore> events;
    database::PointStore* points = nullptr;  // Of the same lakehouse as `events`.
    std::unique_ptr<database::CheckpointStore> checkpoints;
    std::unique_ptr<database::DocumentStore> documents;
    std::unique_ptr<security::TokenAuthority> authority;
    security::TicketOffice tickets{clock};
    std::unique_ptr<ingestion::IngestionService> ingestion;
    std::unique_ptr<storage::StorageService> storage;
    std::unique_ptr<analytics::AnalyticsService> analytics;
    std::optional<AnalyticsViewCatalog> catalog;
    std::unique_ptr<dashboard::DashboardService> dashboard;
    std::unique_ptr<http::Server> server;
    std::optional<Periodic> ticker;
    std::optional<Periodic> trimmer;
    std::optional<HostReporter> reporter;
    std::vector<http::Listen> addresses;
};

Application::Application(Config config, std::string service, const Clock& clock)
    : parts_(std::make_unique<Parts>(std::move(config), std::move(service), clock)) {}

Application::~Application() { stop(); }

const std::vector<http::Listen>& Application::addresses() const { return parts_->addresses; }

std::filesystem::path Application::admin_token_file() const { return parts_->data / "admin.token"; }

std::string Application::page_link() {
    Parts& parts = *parts_;
    const auto found = std::ranges::find(parts.addresses, "dashboard", &http::Listen::service);
    if (found == parts.addresses.end() || dashboard::page_files().empty()) return {};
    return url_of(*found) + "/#ticket=" + parts.tickets.issue({"admin", http::Role::admin});
}

Result<> Application::start() {
    Parts& parts = *parts_;
    if (parts.service != "all") {
        if (std::ranges::find(service_names(), parts.service) == service_names().end()) {
            return fail(ErrorCode::invalid_input, "there is no service \"" + parts.service + "\"", "",
                        "use one of: all, ingestion, analytics, alerting, dashboard, storage");
        }
        return fail(ErrorCode::invalid_input, "the service \"" + parts.service + "\" can't run by itself yet",
                    "separate processes need RabbitMQ and PostgreSQL, which this version does not speak",
                    "streamflow start --service all runs everything in one process");
    }
    auto started = parts.build_storage();
    if (started) started = parts.build_services();
    if (started) started = parts.build_server();
    if (!started) {
        stop(std::chrono::milliseconds{0});
        return started;
    }
    parts.health.set_started(true);
    return {};
}

Result<> Application::Parts::build_storage() {
    // Absolute from here on, for whatever compares or prints paths.
    std::error_code error;
    data = std::filesystem::absolute(config.text("DATA_DIR"), error).lexically_normal();
    if (error) return fail(ErrorCode::unavailable, "the current folder can't be told", error.message());
    partitions = partitions_of(config);
    SF_TRY(make_folders(data));

    messaging::EmbeddedLogOptions log_options;
    log_options.folder = data / "log";
    log_options.disk_free_min = config.number("DISK_FREE_MIN");
    log_options.partition.segment_bytes = config.number("SEGMENT_BYTES");
    log_options.partition.fsync = config.text("DURABILITY") == "fsync";
    log = std::make_unique<messaging::EmbeddedLog>(log_options, clock);
    SF_TRY(log->start());
    teardown.push_back({"log", [this](auto) { log->stop(); }});

    SF_ASSIGN(documents, database::SqliteDocumentStore::open(data / "documents.sqlite"));
    checkpoints = std::make_unique<database::FileCheckpointStore>(
        database::FileCheckpointOptions{.folder = data / "checkpoints", .at_step = {}});

    database::LakehouseOptions lake;
    lake.dir = data / "lakehouse";
    lake.live_bytes_max = config.number("LIVE_BYTES");
    lake.flush_bytes = std::min(config.number("FLUSH_BYTES"), lake.live_bytes_max / 2);
    lake.flush_interval = std::chrono::duration_cast<std::chrono::milliseconds>(config.duration("FLUSH_INTERVAL"));
    lake.query_memory_bytes = config.number("QUERY_MEMORY");
    lake.query_spill_bytes = 4 * lake.query_memory_bytes;
    lake.disk_free_min = config.number("DISK_FREE_MIN");
    lake.clock = &clock;
    auto lakehouse = std::make_unique<database::Lakehouse>(lake);
    points = &lakehouse->points();
    events = std::move(lakehouse);
    SF_TRY(events->start());
    teardown.push_back({"event store", [this](auto) { events->stop(); }});
    return {};
}

Result<> Application::Parts::build_services() {
    SF_ASSIGN(security::Secret key, security::signing_key(data, config.text("JWT_SECRET_KEY")));
    if (config.text("ENVIRONMENT") == "production" && config.text("JWT_SECRET_KEY").empty()) {
        return fail(ErrorCode::invalid_input, "ENVIRONMENT=production needs JWT_SECRET_KEY",
                    "a key of one machine can't be shared or rotated", "make one with: openssl rand -base64 48");
    }
    authority = std::make_unique<security::TokenAuthority>(std::move(key), clock);
    if (auto written = security::ensure_admin_token(data, *authority); !written)
        return fail(std::move(written.error()));

    ingestion::IngestionOptions ingestion_options;
    ingestion_options.data = data;
    ingestion_options.partitions = partitions;
    ingestion_options.durability = config.text("DURABILITY");
    ingestion_options.dedupe_bytes = config.number("DEDUPE_MEMORY");
    ingestion_options.workers = http::handler_threads(http_threads_of(config));
    ingestion_options.quarantine.events_max = config.number("QUARANTINE_EVENTS_MAX");
    ingestion = std::make_unique<ingestion::IngestionService>(ingestion_options, *log, *documents, clock);
    SF_TRY(ingestion->start());
    teardown.push_back({"ingestion", [this](auto) { ingestion->stop(); }});

    storage::StorageOptions storage_options;
    storage_options.partitions = partitions;
    storage_options.retention_days = static_cast<unsigned>(config.number("RETENTION_DAYS"));
    // So that a query after a flush sees the windows that it closed. Analytics comes later, but before the first query.
    storage_options.views_emitted = [this](std::chrono::milliseconds patience) {
        return analytics == nullptr || analytics->engine().wait_emitted(patience);
    };
    storage_options.point_topic = kMetricsTopic;
    SF_TRY(log->ensure_topic(kMetricsTopic, storage_options.point_partitions));
    storage = std::make_unique<storage::StorageService>(storage_options, *log, *events, *points, clock);
    SF_TRY(storage->start());
    teardown.push_back({"storage", [this](auto) { storage->stop(); }});

    SF_TRY(build_views());
    ticker.emplace(kTickInterval, [this] { ingestion->tick_idle(); });
    teardown.push_back({"ticks", [this](auto) { ticker.reset(); }});
    trimmer.emplace(kTrimInterval, [this] { trim_log(); });
    teardown.push_back({"log trimmer", [this](auto) { trimmer.reset(); }});
    if (const Duration interval = config.duration("HOST_EVENTS_INTERVAL"); interval.count() > 0) {
        reporter.emplace(interval, data, *ingestion);
        teardown.push_back({"host events", [this](auto) { reporter.reset(); }});
    }
    add_checks();
    watch_services(metrics, *log, *ingestion, *storage, data);
    watch_views(metrics, analytics->engine());
    return {};
}

Result<> Application::Parts::build_views() {
    analytics::AnalyticsOptions options;
    options.engine.topic = ingestion::kEventsTopic;
    options.engine.partitions = partitions;
    const auto shards = static_cast<std::size_t>(config.number("SHARDS"));
    options.engine.shards = shards > 0 ? shards : std::max(1u, cores() / 2);
    options.engine.checkpoint_interval =
        std::chrono::duration_cast<std::chrono::milliseconds>(config.duration("CHECKPOINT_INTERVAL"));
    options.engine.late_listed_max = config.number("LATE_EVENTS_MAX");
    options.engine.early_rows_max = config.number("EARLY_ROWS_MAX");
    const auto points_stored = [this](std::chrono::milliseconds patience) {
        return storage->point_feeder().catch_up(patience);
    };
    options.engine.points_stored = points_stored;
    options.engine.on_rows = observe_rows(metrics);
    options.built_in_views = config.text("BUILT_IN_VIEWS") == "on";
    options.conversion_from = config.text("CONVERSION_FROM");
    options.conversion_to = config.text("CONVERSION_TO");
    analytics =
        std::make_unique<analytics::AnalyticsService>(options, *log, *documents, *checkpoints, *events, *points, clock);
    SF_TRY(analytics->start());
    teardown.push_back({"analytics", [this](auto) { analytics->stop(); }});

    catalog.emplace(analytics->engine());
    dashboard::DashboardOptions page{.version = SF_VERSION};
    page.live.events_partitions = partitions;
    page.points.caught_up = points_stored;
    page.pipeline = pipeline_probe(*log, partitions, *ingestion, *storage, analytics->engine());
    dashboard = std::make_unique<dashboard::DashboardService>(std::move(page), *log, *points, *catalog, clock);
    dashboard->start();
    teardown.push_back({"dashboard", [this](auto) { dashboard->stop(); }});
    return {};
}

void Application::Parts::add_checks() {
    health.add({.name = "log", .run = [this]() -> Result<> {
                    const messaging::LogState state = log->state();
                    if (state.accepting && state.reason.empty()) return {};
                    return fail(ErrorCode::unavailable,
                                state.accepting ? "a partition is damaged" : "no events are taken", state.reason);
                }});
    health.add({.name = "storage", .run = [this]() -> Result<> {
                    if (const auto failure = storage->feeder().failure()) return fail(*failure);
                    if (const auto failure = storage->point_feeder().failure()) return fail(*failure);
                    return {};
                }});
    health.add({.name = "analytics", .run = [this]() -> Result<> {
                    if (const auto failure = analytics->engine().failure()) return fail(*failure);
                    return {};
                }});
    // Neither keeps it from its work, but somebody should look.
    health.add({.name = "files",
                .run = [this]() -> Result<> {
                    constexpr std::uint64_t kFailuresInRow = 3;
                    const database::EventStoreStatistics now = storage->store().statistics();
                    const std::uint64_t damaged = now.damaged_files + points->point_statistics().damaged_files;
                    if (damaged > 0) {
                        return fail(
                            ErrorCode::corrupt, "stored files are missing, damaged or can not be read",
                            std::to_string(damaged) + ": what they hold is in no result, or queries that need it fail",
                            "the server's log names them; restore them from a copy");
                    }
                    const std::uint64_t failures =
                        std::max(now.flush_failures_in_row, points->point_statistics().flush_failures_in_row);
                    if (failures >= kFailuresInRow) {
                        return fail(ErrorCode::unavailable, "events or rows of views can't be written to files",
                                    "it failed " + std::to_string(failures) + " times in a row",
                                    "the server's log says why; until then they stay in the log");
                    }
                    return {};
                },
                .needed_for_ready = false});
}

// Below what the stores have in files and the dedupe window has saved, nobody reads the log any more.
void Application::Parts::trim_log() {
    ingestion->save_dedupe();
    const auto trim = [&](std::string_view topic, messaging::Partition partition, messaging::Offset floor) {
        if (auto trimmed = log->trim(topic, partition, floor); !trimmed) {
            logging::warn("old parts of the log can't be removed",
                          {{"topic", topic}, {"error", trimmed.error().line()}});
        }
    };
    for (messaging::Partition p = 0; p < partitions; ++p) {
        trim(ingestion::kEventsTopic, p,
             std::min({storage->trim_floor(ingestion::kEventsTopic, p), ingestion->trim_floor(p),
                       analytics->engine().trim_floor(p)}));
    }
    trim(kMetricsTopic, 0, storage->trim_floor(kMetricsTopic, 0));
}

Result<> Application::Parts::build_server() {
    http::ServerOptions options;
    const auto base = static_cast<std::uint16_t>(config.number("PORT_BASE"));
    for (std::size_t i = 0; i < service_names().size(); ++i) {
        options.listens.push_back(
            {service_names()[i], config.text("HOST"), static_cast<std::uint16_t>(base == 0 ? 0 : base + i)});
    }
    options.threads = http_threads_of(config);
    options.authenticate = [this](std::string_view token) { return authority->authenticate(token); };
    options.observe = observe_requests(metrics);
    options.cors_origins = config.list("CORS_ORIGINS");
    options.version = SF_VERSION;

    http::RouteTable routes;
    ingestion->add_routes(routes);
    storage->add_routes(routes);
    analytics->add_routes(routes);
    dashboard->add_routes(routes);
    add_token_routes(routes, *authority, clock);
    add_session_routes(routes, *authority, tickets, clock);
    dashboard::add_page_routes(routes, dashboard::page_files());
    observability::add_health_routes(routes, health, metrics, SF_VERSION);
    server = std::make_unique<http::Server>(std::move(options), std::move(routes));
    watch_connections(metrics, *server, *dashboard, tickets);
    SF_TRY(server->start());
    addresses = server->addresses();
    teardown.push_back({"http", [this](auto deadline) { server->stop(deadline); }});
    return write_addresses();
}

// For programs that start this one: where each service really listens.
Result<> Application::Parts::write_addresses() {
    std::string json = "{";
    for (const http::Listen& address : addresses) {
        if (json.size() > 1) json += ',';
        json += json_string(address.service) + ':' + json_string(url_of(address));
    }
    SF_TRY(make_folders(data / "run"));
    return write_file_durably(data / "run" / "addresses.json", json + "}\n");
}

void Application::stop(std::chrono::milliseconds patience) {
    if (!parts_) return;
    Parts& parts = *parts_;
    parts.health.set_started(false);
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!parts.teardown.empty()) {
        const Parts::Step step = std::move(parts.teardown.back());
        parts.teardown.pop_back();
        logging::debug("stopping", {{"part", step.name}});
        step.run(deadline);
    }
}

}  // namespace sf::app
