// The dashboard service behind a real server, over a log in memory and a store of points that a test fills.
#pragma once

#include "http/server.hpp"
#include "http/websocket/client.hpp"
#include "messaging/testing/memory_log.hpp"
#include "services/dashboard/dashboard_service.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace sf::dashboard::testing {

[[nodiscard]] inline Deadline soon() { return std::chrono::steady_clock::now() + std::chrono::seconds{20}; }

/// Waits for something that another thread does.
[[nodiscard]] bool eventually(const std::function<bool()>& condition);

[[nodiscard]] Timestamp at(std::string_view text);

/// A point of view "errors": keyed by source, one value.
[[nodiscard]] models::MetricPoint point(std::string_view source, std::string_view start, int value,
                                        std::uint64_t version, std::uint32_t epoch = 1);
[[nodiscard]] database::ViewTable errors_table(std::string name = "errors");

/// Keeps the latest point of each identity in memory.
class FakePointStore final : public database::PointStore {
public:
    void put(const models::MetricPoint& point);
    void fail_reads(std::optional<Error> error);
    [[nodiscard]] std::size_t reads() const { return reads_; }

    [[nodiscard]] std::map<messaging::Partition, messaging::Offset> next_point_offsets() override { return {}; }
    [[nodiscard]] Result<> add_points(messaging::Partition, std::span<const messaging::StoredRecord> records,
                                      Deadline) override;
    void set_view_tables(std::vector<database::ViewTable>) override {}
    void set_reference_tables(std::vector<std::shared_ptr<const sql::ReferenceTable>>) override {}
    void set_functions(std::shared_ptr<const sql::NamedFunctions>) override {}
    [[nodiscard]] Result<std::vector<models::MetricPoint>> latest_points(std::string_view view,
                                                                         const database::PointFilter& filter) override;
    [[nodiscard]] Result<> drop_points(std::string_view,
                                       const std::map<messaging::Partition, messaging::Offset>&) override {
        return {};
    }
    [[nodiscard]] database::PointStoreStatistics point_statistics() override { return {.late_events = 7}; }

private:
    std::mutex mutex_;
    std::map<std::tuple<std::string, std::optional<Timestamp>, std::string>, models::MetricPoint>
        points_;                    // Under mutex_.
    std::optional<Error> failure_;  // Under mutex_.
    std::atomic<std::size_t> reads_ = 0;
};

class FakeCatalog final : public ViewCatalog {
public:
    [[nodiscard]] std::vector<CatalogView> views() override {
        if (before_views) before_views();
        std::lock_guard lock(mutex_);
        return views_;
    }
    void set(std::vector<CatalogView> views) {
        std::lock_guard lock(mutex_);
        views_ = std::move(views);
    }

    std::function<void()> before_views;  // On the thread that asks. Set before anybody does.

private:
    std::mutex mutex_;
    std::vector<CatalogView> views_;  // Under mutex_.
};

/// One JSON message, taken apart. Missing members read as empty or 0.
class Json {
public:
    explicit Json(std::string text) : text_(std::move(text)) {
        EXPECT_EQ(parser_->parse(text_).get(root_), simdjson::SUCCESS) << text_;
    }
    [[nodiscard]] std::string text(std::string_view pointer) const;
    [[nodiscard]] std::int64_t number(std::string_view pointer) const;
    [[nodiscard]] std::size_t size(std::string_view pointer) const;
    [[nodiscard]] simdjson::dom::element root() const { return root_; }
    [[nodiscard]] const std::string& whole() const { return text_; }

private:
    std::string text_;
    std::unique_ptr<simdjson::dom::parser> parser_ = std::make_unique<simdjson::dom::parser>();  // Stays where it is.
    simdjson::dom::element root_;
};

/// A client of WS /api/v1/live.
class LiveClient {
public:
    explicit LiveClient(std::uint16_t port, std::string token = "viewer");

    [[nodiscard]] http::WebSocketClient& socket() { return *socket_; }
    void say(std::string_view text) { EXPECT_TRUE(socket_->send(text, soon())); }
    /// The next message; a failure of the test if none comes.
    [[nodiscard]] Json hear();
    /// The next message of this type; others are passed over.
    [[nodiscard]] Json hear(std::string_view type);

private:
    std::optional<http::WebSocketClient> socket_;
};

struct FixtureOptions {
    LiveHubOptions live;
    std::function<bool(std::chrono::milliseconds)> caught_up;
    http::ServerLimits limits;
    std::chrono::milliseconds lag_max = std::chrono::seconds{10};
};

class Dashboard {
public:
    explicit Dashboard(FixtureOptions options = {});
    ~Dashboard();

    [[nodiscard]] std::uint16_t port() const { return server_->addresses().front().port; }
    [[nodiscard]] http::Server& server() { return *server_; }
    [[nodiscard]] DashboardService& service() { return *service_; }

    /// As analytics does it: into the log, and the store sees it.
    void emit(std::vector<models::MetricPoint> points);
    /// Into the log alone.
    void append(std::vector<models::MetricPoint> points);
    void send_events(const models::EventBatchPtr& batch, messaging::Partition partition = 0);
    [[nodiscard]] std::string get(const std::string& target, int status = 200);
    [[nodiscard]] bool wait_for_subscriptions(std::size_t count);

    messaging::testing::MemoryLog log;
    FakePointStore points;
    FakeCatalog catalog;
    std::atomic<std::uint64_t> accepted = 0;

private:
    std::unique_ptr<DashboardService> service_;
    std::unique_ptr<http::Server> server_;
};

}  // namespace sf::dashboard::testing
