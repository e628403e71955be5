// The storage service: the log into the stores of events and points, SQL out of them. README.md has its threads.
#pragma once

#include "base/clock.hpp"
#include "database/event_store.hpp"
#include "database/point_store.hpp"
#include "http/route.hpp"
#include "messaging/log.hpp"
#include "services/storage/feeder.hpp"
#include "services/storage/query_runner.hpp"

#include <thread>

namespace sf::storage {

struct StorageOptions {
    std::string topic = "events";
    messaging::Partition partitions = 1;
    std::string point_topic = "metrics";
    messaging::Partition point_partitions = 1;
    unsigned retention_days = 0;  // By received time; 0 keeps everything.
    QueryRunnerOptions queries;
    CatchUp views_emitted;  // Waits until what views make of all durable events is durable, too. May be empty.
};

class StorageService {
public:
    StorageService(StorageOptions options, messaging::Log& log, database::EventStore& store,
                   database::PointStore& points, const Clock& clock);
    ~StorageService();

    /// The stores have been started, the topics exist.
    [[nodiscard]] Result<> start();
    void stop();  // Idempotent.

    void add_routes(http::RouteTable& routes);

    [[nodiscard]] Feeder& feeder() { return feeder_; }
    [[nodiscard]] Feeder& point_feeder() { return point_feeder_; }
    [[nodiscard]] QueryRunner& queries() { return runner_; }
    [[nodiscard]] database::EventStore& store() { return store_; }
    [[nodiscard]] database::PointStore& points() { return points_; }

    /// As far as this service is concerned, a partition of one of its topics may be trimmed below this.
    [[nodiscard]] messaging::Offset trim_floor(std::string_view topic, messaging::Partition partition) const;

private:
    void query(const http::Request& request, http::Responder respond);
    void list_events(const http::Request& request, http::Responder respond);
    void keep_retention(std::stop_token stop);

    const StorageOptions options_;
    database::EventStore& store_;
    database::PointStore& points_;
    const Clock& clock_;
    Feeder feeder_;
    Feeder point_feeder_;
    QueryRunner runner_;
    std::jthread retention_;
};

}  // namespace sf::storage
