#include "unit/dashboard/dashboard_fixture.hpp"

#include "http/client.hpp"

#include <algorithm>

namespace sf::dashboard::testing {

bool eventually(const std::function<bool()>& condition) {
    const Deadline deadline = soon();
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::yield();
    }
    return true;
}

Timestamp at(std::string_view text) { return parse_rfc3339(text).value(); }

models::MetricPoint point(std::string_view source, std::string_view start, int value, std::uint64_t version,
                          std::uint32_t epoch) {
    models::MetricPoint made;
    made.view = "errors";
    made.keys = R"({"source":")" + std::string(source) + "\"}";
    made.window_start = at(start);
    made.window_end = *made.window_start + std::chrono::seconds{10};
    made.values = R"({"errors":)" + std::to_string(value) + '}';
    made.epoch = epoch;
    made.version = version;
    return made;
}

database::ViewTable errors_table(std::string name) {
    using enum database::ViewTable::Source;
    return {.name = std::move(name),
            .columns = {{"source", "text", key},
                        {"window_start", "timestamptz", window_start},
                        {"window_end", "timestamptz", window_end},
                        {"errors", "bigint", value}}};
}

void FakePointStore::put(const models::MetricPoint& point) {
    std::lock_guard lock(mutex_);
    auto [found, made] = points_.try_emplace({point.view, point.window_start, point.keys}, point);
    if (!made && point.replaces(found->second)) found->second = point;
}

void FakePointStore::fail_reads(std::optional<Error> error) {
    std::lock_guard lock(mutex_);
    failure_ = std::move(error);
}

Result<> FakePointStore::add_points(messaging::Partition, std::span<const messaging::StoredRecord> records, Deadline) {
    for (const messaging::StoredRecord& record : records) {
        for (const models::MetricPoint& one : record.record.points->points) put(one);
    }
    return {};
}

Result<std::vector<models::MetricPoint>> FakePointStore::latest_points(std::string_view view,
                                                                       const database::PointFilter& filter) {
    ++reads_;
    std::lock_guard lock(mutex_);
    if (failure_) return fail(*failure_);
    std::vector<models::MetricPoint> found;
    for (auto one = points_.rbegin(); one != points_.rend(); ++one) {
        const models::MetricPoint& candidate = one->second;
        if (candidate.view != view || candidate.deleted) continue;
        if (filter.from && candidate.window_end && *candidate.window_end <= *filter.from) continue;
        if (filter.to && candidate.window_start && *candidate.window_start >= *filter.to) continue;
        const bool fits = std::ranges::all_of(filter.keys, [&](const auto& key) {
            return candidate.keys == "{\"" + key.first + "\":\"" + key.second + "\"}";
        });
        if (fits && found.size() < filter.limit) found.push_back(candidate);
    }
    return found;
}

std::string Json::text(std::string_view pointer) const {
    std::string_view value;
    return root_.at_pointer(pointer).get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
}

std::int64_t Json::number(std::string_view pointer) const {
    std::int64_t value = 0;
    return root_.at_pointer(pointer).get(value) == simdjson::SUCCESS ? value : 0;
}

std::size_t Json::size(std::string_view pointer) const {
    simdjson::dom::array value;
    return root_.at_pointer(pointer).get(value) == simdjson::SUCCESS ? value.size() : 0;
}

LiveClient::LiveClient(std::uint16_t port, std::string token) {
    auto socket = http::WebSocketClient::connect(
        {.base_url = "http://127.0.0.1:" + std::to_string(port), .target = "/api/v1/live", .token = std::move(token)},
        soon());
    EXPECT_TRUE(socket) << socket.error().text();
    if (socket) socket_.emplace(std::move(*socket));
}

Json LiveClient::hear() {
    auto text = socket_->receive(soon());
    EXPECT_TRUE(text) << text.error().text();
    return Json(text ? std::move(*text) : "{}");
}

Json LiveClient::hear(std::string_view type) {
    const Deadline deadline = soon();
    while (std::chrono::steady_clock::now() < deadline) {
        auto text = socket_->receive(deadline);
        if (!text) break;
        Json message(std::move(*text));
        if (message.text("/type") == type) return message;
    }
    ADD_FAILURE() << "no message of type " << type;
    return Json("{}");
}

Dashboard::Dashboard(FixtureOptions options) {
    EXPECT_TRUE(log.start());
    EXPECT_TRUE(log.ensure_topic("events", 2));
    EXPECT_TRUE(log.ensure_topic("metrics", 1));
    catalog.set({{.table = errors_table(), .description = "Errors by source"}});
    DashboardOptions dashboard{.version = "9.9", .live = std::move(options.live)};
    dashboard.live.events_partitions = 2;
    dashboard.points.caught_up = std::move(options.caught_up);
    dashboard.points.lag_max = options.lag_max;
    dashboard.pipeline = [this] {
        PipelineState state;
        state.events_accepted = accepted;
        state.events_stored = 42;
        state.partitions = {{.partition = 0, .offset = 10, .lag = 3}};
        state.file_bytes = 1234;
        return state;
    };
    service_ = std::make_unique<DashboardService>(std::move(dashboard), log, points, catalog, system_clock());
    service_->start();
    http::ServerOptions server;
    server.listens = {{.service = "dashboard"}};
    server.threads = 2;
    server.limits = options.limits;
    server.authenticate = [](std::string_view token) -> std::optional<http::Principal> {
        if (const auto role = http::parse_role(token)) return http::Principal{"somebody", *role};
        return std::nullopt;
    };
    http::RouteTable routes;
    service_->add_routes(routes);
    server_ = std::make_unique<http::Server>(std::move(server), std::move(routes));
    EXPECT_TRUE(server_->start());
}

Dashboard::~Dashboard() {
    server_->stop(std::chrono::steady_clock::now());
    service_->stop();
}

void Dashboard::append(std::vector<models::MetricPoint> emitted) {
    auto batch = std::make_shared<models::MetricBatch>();
    batch->points = std::move(emitted);
    messaging::Record record;
    record.kind = messaging::RecordKind::points;
    record.points = std::move(batch);
    log.append("metrics", 0, std::move(record), [](const Result<messaging::Offset>& stored) { EXPECT_TRUE(stored); });
}

void Dashboard::emit(std::vector<models::MetricPoint> emitted) {
    for (const models::MetricPoint& one : emitted) points.put(one);
    append(std::move(emitted));
}

void Dashboard::send_events(const models::EventBatchPtr& batch, messaging::Partition partition) {
    messaging::Record record;
    record.kind = messaging::RecordKind::batch;
    record.batch = batch;
    log.append("events", partition, std::move(record),
               [](const Result<messaging::Offset>& stored) { EXPECT_TRUE(stored); });
}

std::string Dashboard::get(const std::string& target, int status) {
    http::Client client({.base_url = "http://127.0.0.1:" + std::to_string(port()), .token = "viewer"});
    auto answer = client.get(target);
    EXPECT_TRUE(answer) << answer.error().text();
    if (!answer) return {};
    EXPECT_EQ(answer->status, status) << answer->body;
    return std::move(answer->body);
}

bool Dashboard::wait_for_subscriptions(std::size_t count) {
    return eventually([&] { return service_->live().subscriptions == count; });
}

}  // namespace sf::dashboard::testing
