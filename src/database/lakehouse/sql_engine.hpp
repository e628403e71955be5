// Runs ad-hoc queries: on a DuckDB instance of its own that is locked down, behind the gate (sql_gate.hpp), with limits
// on time, memory, rows and bytes. A query that breaks the instance costs itself and those beside it; the next gets a
// new one.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "database/lakehouse/event_catalog.hpp"
#include "database/lakehouse/points/point_tables.hpp"
#include "database/query.hpp"

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

namespace sf::database {

struct SqlEngineOptions {
    std::vector<std::filesystem::path> folders;  // Those that may be read.
    std::filesystem::path temporary;             // Where large sorts and joins spill.
    std::uint64_t memory_bytes = 256u << 20;
    std::uint64_t spill_bytes = 1u << 30;
    unsigned threads = 2;
    unsigned queries_max = 4;
    const Clock* clock = &system_clock();  // For now(). Outlives the engine.
};

/// Any thread.
class SqlEngine {
public:
    explicit SqlEngine(SqlEngineOptions options);
    ~SqlEngine();

    [[nodiscard]] Result<> start();

    /// Ends running queries and waits for them.
    void stop();

    /// As QueryEngine::query(), over what `catalog` and `points` have when the query begins.
    [[nodiscard]] Result<QueryResult> run(const std::string& sql, const QueryLimits& limits, std::stop_token stop,
                                          EventCatalog& catalog, PointTables& points);

    /// Ends all running queries with `unavailable`: their memory is needed for new events.
    void evict();

    [[nodiscard]] std::uint64_t running();

    /// As if a query had broken the instance. For tests.
    void break_instance();

private:
    class Instance;
    class Session;
    class Watch;

    [[nodiscard]] Result<std::shared_ptr<Instance>> instance();

    SqlEngineOptions options_;
    std::mutex mutex_;
    std::condition_variable idle_;
    bool stopped_ = true;                       // Under mutex_.
    std::shared_ptr<Instance> instance_;        // Under mutex_; shared with the queries that run on it.
    std::vector<Watch*> watches_;               // Under mutex_: one a running query.
    std::uint64_t sessions_ = 0;                // Under mutex_.
    std::atomic<std::int64_t> next_number_{0};  // Of the next query.
};

}  // namespace sf::database
