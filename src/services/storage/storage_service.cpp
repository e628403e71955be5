#include "services/storage/storage_service.hpp"

#include "base/logging.hpp"
#include "http/json_body.hpp"
#include "http/problem.hpp"

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <mutex>

namespace sf::storage {
namespace {

struct QueryBody {
    std::string sql;
    std::optional<std::int64_t> limit;  // Rows; null or absent: no limit but that of bytes.
    std::optional<std::int64_t> timeout_ms;
};
BOOST_DESCRIBE_STRUCT(QueryBody, (), (sql, limit, timeout_ms))

constexpr std::int64_t kTimeoutMaxMs = 300'000;
constexpr std::size_t kSqlBytesMax = 256u << 10;
constexpr auto kRetentionInterval = std::chrono::hours{1};
constexpr unsigned kRetentionRewrites = 24;  // Files are rewritten every so many times: it costs, and little goes.

// A literal of SQL text: the only way a value gets into a query here.
std::string sql_text(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'') out += '\'';
        out += c;
    }
    return out + '\'';
}

}  // namespace

StorageService::StorageService(StorageOptions options, messaging::Log& log, database::EventStore& store,
                               database::PointStore& points, const Clock& clock)
    : options_(std::move(options)),
      store_(store),
      points_(points),
      clock_(clock),
      feeder_(log,
              {.next_offsets = [&] { return store.next_offsets(); },
               .add = [&](auto partition, auto records,
                          Deadline deadline) { return store.add(partition, records, deadline); }},
              clock),
      point_feeder_(log,
                    {.next_offsets = [&] { return points.next_point_offsets(); },
                     .add = [&](auto partition, auto records,
                                Deadline deadline) { return points.add_points(partition, records, deadline); }},
                    clock),
      runner_(options_.queries, store, [this](std::chrono::milliseconds patience) {
          const auto deadline = clock_.steady() + patience;
          const auto left = [&] {
              return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock_.steady()),
                              std::chrono::milliseconds{0});
          };
          // In the order in which they depend on one another.
          const bool events = feeder_.catch_up(patience);
          const bool views = !options_.views_emitted || options_.views_emitted(left());
          return point_feeder_.catch_up(left()) && events && views;
      }) {}

StorageService::~StorageService() { stop(); }

Result<> StorageService::start() {
    SF_TRY(feeder_.start(options_.topic, options_.partitions));
    SF_TRY(point_feeder_.start(options_.point_topic, options_.point_partitions));
    runner_.start();
    if (options_.retention_days > 0)
        retention_ = std::jthread([this](std::stop_token stop) { keep_retention(std::move(stop)); });
    return {};
}

void StorageService::stop() {
    retention_ = {};
    runner_.stop();
    feeder_.stop();
    point_feeder_.stop();
}

messaging::Offset StorageService::trim_floor(std::string_view topic, messaging::Partition partition) const {
    const auto next = topic == options_.topic ? store_.next_offsets() : points_.next_point_offsets();
    const auto found = next.find(partition);
    return found == next.end() ? 0 : found->second;
}

void StorageService::keep_retention(std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    for (unsigned round = 0; !stop.stop_requested(); ++round) {
        const auto dropped =
            store_.drop_before(clock_.now() - std::chrono::days{options_.retention_days},
                               round % kRetentionRewrites == 0 ? database::Drop::all : database::Drop::whole_files);
        if (!dropped) logging::warn("old events can't be dropped", {{"error", dropped.error().line()}});
        else if (*dropped > 0) logging::info("dropped events past their retention", {{"events", *dropped}});
        std::unique_lock lock(mutex);
        wake.wait_for(lock, stop, kRetentionInterval, [] { return false; });
    }
}

void StorageService::query(const http::Request& request, http::Responder respond) {
    QueryBody body;
    if (auto refusal = http::parse_body(request.body.view(), body)) return respond(std::move(*refusal));
    if (body.sql.size() > kSqlBytesMax)
        return respond(http::problem(413, "the query is too long", "it may have 64 KiB"));
    if (body.limit.value_or(0) < 0 || body.timeout_ms.value_or(1) <= 0 || body.timeout_ms.value_or(1) > kTimeoutMaxMs) {
        return respond(
            http::problem(422, "the body does not fit", "limit must not be negative, timeout_ms is 1 to 300000"));
    }
    database::QueryLimits limits;
    if (body.limit) limits.rows_max = static_cast<std::uint64_t>(*body.limit);
    if (body.timeout_ms) limits.time_max = std::chrono::milliseconds{*body.timeout_ms};
    runner_.run(std::move(body.sql), limits, std::move(respond));
}

void StorageService::list_events(const http::Request& request, http::Responder respond) {
    constexpr std::uint64_t kPageMax = 1000;
    std::uint64_t limit = 100;
    std::string where;
    std::vector<http::FieldError> errors;
    const auto also = [&](const std::string& condition) { where += (where.empty() ? " WHERE " : " AND ") + condition; };
    for (const auto& [name, value] : request.query_parameters) {
        if (name == "type" || name == "source" || name == "user_id" || name == "correlation_id" || name == "severity" ||
            name == "id") {
            also(name + (name == "id" ? "::text = " : " = ") + sql_text(value));
        } else if (name == "from" || name == "to") {
            if (!parse_rfc3339(value))
                errors.push_back({"/query/" + name, "not an RFC 3339 time, such as 2026-01-31T12:00:00Z"});
            also(std::string("\"timestamp\"") + (name == "from" ? " >= " : " < ") + "TIMESTAMPTZ " + sql_text(value));
        } else if (name == "limit") {
            const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), limit);
            if (error != std::errc{} || end != value.data() + value.size() || limit == 0 || limit > kPageMax) {
                errors.push_back({"/query/limit", "a number from 1 to 1000"});
            }
        } else {
            errors.push_back({"/query/" + name, "there is no such parameter"});
        }
    }
    if (!errors.empty()) return respond(http::problem(422, "the query does not fit", "see errors", errors));
    runner_.run("SELECT * FROM events" + where + " ORDER BY \"timestamp\" DESC, id LIMIT " + std::to_string(limit), {},
                std::move(respond));
}

void StorageService::add_routes(http::RouteTable& routes) {
    constexpr std::string_view kResultSchema =
        R"({"type":"object","required":["columns","rows","truncated"],"properties":{"columns":{"type":"array","items":{"type":"object","properties":)"
        R"({"name":{"type":"string"},"type":{"type":"string"}}}},"rows":{"type":"array","items":{"type":"array"}},"truncated":{"type":"boolean"}}})";
    http::Route ask{.method = http::Method::post,
                    .pattern = "/api/v1/query",
                    .service = "storage",
                    .summary = "Ask in SQL",
                    .description =
                        "One SELECT over events, metrics, late_events, each view and each reference table by its name. "
                        "Read-only, bounded in "
                        "time and size. "
                        "PostgreSQL's SQL, as in views.",
                    .role = http::Role::viewer};
    ask.bodies = {{"application/json", http::json_schema<QueryBody>(),
                   R"({"sql":"SELECT type, count(*) FROM events GROUP BY type"})"}};
    ask.answers = {{200, "The result", std::string(kResultSchema)}};
    ask.handler = [this](http::Request request, http::Responder respond) { query(request, std::move(respond)); };
    routes.push_back(std::move(ask));

    http::Route list{.method = http::Method::get,
                     .pattern = "/api/v1/events",
                     .service = "storage",
                     .summary = "Find events, newest first",
                     .role = http::Role::viewer};
    for (const char* name : {"type", "source", "user_id", "correlation_id", "severity", "id"}) {
        list.query_parameters.push_back({name, "Exactly this", false, R"({"type":"string"})"});
    }
    list.query_parameters.push_back({"from", "From this time on", false, R"({"type":"string","format":"date-time"})"});
    list.query_parameters.push_back({"to", "Before this time", false, R"({"type":"string","format":"date-time"})"});
    list.query_parameters.push_back({"limit", "How many, up to 1000", false, R"({"type":"integer"})"});
    list.answers = {{200, "The events", std::string(kResultSchema)}};
    list.handler = [this](http::Request request, http::Responder respond) { list_events(request, std::move(respond)); };
    routes.push_back(std::move(list));
}

}  // namespace sf::storage
