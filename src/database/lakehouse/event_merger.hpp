// Replaces files of events by others: merges small ones, and drops old events. The lakehouse owns it.
#pragma once

#include "base/clock.hpp"
#include "database/lakehouse/compaction_plan.hpp"
#include "database/lakehouse/event_catalog.hpp"
#include "database/lakehouse/merge_guard.hpp"
#include "database/lakehouse/parquet_writer.hpp"

#include <atomic>
#include <mutex>

namespace sf::database {

struct EventMergerOptions {
    std::filesystem::path dir;  // On the disk that must have room.
    CompactionOptions compaction;
    std::uint64_t disk_free_min = 256u << 20;
    const Clock* clock = &system_clock();
};

/// Any thread; one merge or drop at a time, the others wait.
class EventMerger {
public:
    EventMerger(EventMergerOptions options, EventCatalog& catalog, ParquetWriter& writer)
        : options_(std::move(options)),
          catalog_(catalog),
          writer_(writer),
          guard_(options_.dir, options_.disk_free_min) {}

    /// The catalog has been opened.
    void start();

    /// Nothing is merged or dropped while this is held.
    [[nodiscard]] std::unique_lock<std::mutex> pause() { return std::unique_lock(mutex_); }

    /// Merges some files, if that is worth while.
    [[nodiscard]] Result<bool> merge_once();

    /// Drops files all of whose events were received before. Returns how many events are gone.
    [[nodiscard]] Result<std::uint64_t> drop_whole(std::int64_t limit);

    /// Drops all events in files that were received before: some files are written anew.
    [[nodiscard]] Result<std::uint64_t> drop_all(std::int64_t limit);

    [[nodiscard]] bool merging() const { return merging_; }
    [[nodiscard]] std::uint64_t merges() const { return merges_; }

private:
    [[nodiscard]] Result<std::uint64_t> rewrite(const DataFilePtr& file, std::int64_t limit);

    const EventMergerOptions options_;
    EventCatalog& catalog_;
    ParquetWriter& writer_;
    std::mutex mutex_;
    MergeGuard guard_;  // Under mutex_.
    std::atomic<bool> merging_{false};
    std::atomic<std::uint64_t> merges_{0};
};

}  // namespace sf::database
