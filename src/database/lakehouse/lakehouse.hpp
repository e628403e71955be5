// The default store of events and of metric points: the newest in memory, backed by the log; the rest in Parquet files
// that a manifest names; SQL over both through DuckDB. docs/formats/lakehouse.md describes the files.
#pragma once

#include "base/clock.hpp"
#include "database/event_store.hpp"
#include "database/lakehouse/compaction_plan.hpp"
#include "database/point_store.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

namespace sf::database {

struct LakehouseOptions {
    // Absolute; made where missing; one process at a time (the data directory's lock sees to it).
    std::filesystem::path dir;
    std::uint64_t live_bytes_max = 512u << 20;  // Of live batches, those pinned by queries included. add() waits at it.
    std::uint64_t point_bytes_max =
        64u << 20;  // Of metric points and late events in memory; a flush begins at half of it.
    std::uint64_t flush_bytes = 256u << 20;                               // A flush begins when so much is unflushed,
    std::chrono::milliseconds flush_interval = std::chrono::seconds{60};  // or so long after the last one.
    std::chrono::milliseconds retry_max =
        std::chrono::seconds{60};  // Longest pause between attempts after a failed flush.
    CompactionOptions compaction;
    // So much of the disk stays free where files are written anew, for merging or retention; 5 % of a small disk.
    std::uint64_t disk_free_min = 256u << 20;
    unsigned writer_threads = 2;
    std::uint64_t writer_memory_bytes = 192u << 20;
    unsigned query_threads = 2;
    std::uint64_t query_memory_bytes = 512u << 20;  // Of all queries together; they spill to disk beyond it, up to
    std::uint64_t query_spill_bytes = 2u << 30;     // this.
    unsigned queries_max = 4;
    std::uint64_t scan_memory_bytes = 192u << 20;  // While a scan runs.
    std::uint64_t scan_slice_events = 400'000;     // So many are sorted at once.
    const Clock* clock = &system_clock();          // Says what day it is. Outlives the store.
    std::function<void(std::string_view)>
        at_step;  // Told each step of flush and merge and each reading of points, on their threads; for tests.
};

/// An EventStore and a PointStore in one folder. Threads: one that flushes, one that merges, DuckDB's own for both and
/// for queries.
class Lakehouse : public EventStore {
public:
    explicit Lakehouse(LakehouseOptions options);
    ~Lakehouse() override;

    [[nodiscard]] Result<> start() override;
    void stop() override;
    [[nodiscard]] std::map<messaging::Partition, messaging::Offset> next_offsets() override;
    [[nodiscard]] Result<> add(messaging::Partition partition, std::span<const messaging::StoredRecord> records,
                               Deadline deadline) override;
    [[nodiscard]] Result<> flush() override;
    [[nodiscard]] Result<std::uint64_t> drop_before(Timestamp before, Drop extent) override;
    [[nodiscard]] Result<std::map<messaging::Partition, messaging::Offset>> scan(
        TimeColumn order, const std::function<Result<>(const models::EventBatchPtr&)>& take,
        std::stop_token stop) override;
    [[nodiscard]] EventStoreStatistics statistics() override;
    [[nodiscard]] Result<QueryResult> query(const std::string& sql, const QueryLimits& limits,
                                            std::stop_token stop) override;

    /// The points, which start and stop, are flushed, merged and dropped with the events. Lives as long as this.
    [[nodiscard]] PointStore& points();

    /// Merges small files until there is nothing worth merging. The store does so by itself after each flush; for tests
    /// and tools.
    [[nodiscard]] Result<> compact();

    /// The next query gets a new query engine. For tests.
    void break_query_engine();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace sf::database
