// Events that are not in a file yet: batches as they came from the log, shared with the queries that read them. A
// budget counts the memory of every batch from add() until the last query has let go of it.
#pragma once

#include "base/clock.hpp"
#include "messaging/log.hpp"
#include "models/event_batch.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace sf::database {

/// Bytes of batches held, by whomever. Any thread; takes no other lock, so batches may be let go of anywhere.
class LiveBudget {
public:
    void take(std::uint64_t bytes);
    void give_back(std::uint64_t bytes, bool was_flushed);
    void mark_flushed(std::uint64_t bytes);

    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }  // Held: unflushed, flushing or pinned.
    [[nodiscard]] std::uint64_t flushed() const {
        return flushed_;
    }  // Of these, in a file already and held by queries alone.

    /// Waits until `cost` more fit below `limit`, or nothing at all is held. False at the deadline, or after close().
    [[nodiscard]] bool wait_for_room(std::uint64_t cost, std::uint64_t limit, Deadline deadline);

    void close();
    void open();

private:
    std::mutex mutex_;
    std::condition_variable room_;
    std::atomic<std::uint64_t> bytes_{0};    // Changed under mutex_.
    std::atomic<std::uint64_t> flushed_{0};  // Changed under mutex_.
    bool closed_ = true;                     // Under mutex_. Until open().
};

/// A microsecond range, both ends inside. Empty when greatest < least.
struct TimeRange {
    std::int64_t least = INT64_MAX;
    std::int64_t greatest = INT64_MIN;

    void include(std::int64_t micros) {
        least = micros < least ? micros : least;
        greatest = micros > greatest ? micros : greatest;
    }
    void include(const TimeRange& other) {
        if (other.least < least) least = other.least;
        if (other.greatest > greatest) greatest = other.greatest;
    }
};

/// One record's batch with what a flush needs to know of it. Counted in the budget while it lives.
class LiveBatch {
public:
    LiveBatch(std::shared_ptr<LiveBudget> budget, models::EventBatchPtr batch, messaging::Partition partition,
              messaging::Offset offset);
    ~LiveBatch();
    LiveBatch(const LiveBatch&) = delete;
    LiveBatch& operator=(const LiveBatch&) = delete;

    /// What a batch counts for: its memory and what we keep beside it.
    [[nodiscard]] static std::uint64_t cost(const models::EventBatch& batch) { return batch.bytes() + 512; }

    void mark_flushed() const;

    [[nodiscard]] const models::EventBatch& batch() const { return *batch_; }
    [[nodiscard]] messaging::Partition partition() const { return partition_; }
    [[nodiscard]] messaging::Offset offset() const { return offset_; }
    [[nodiscard]] const TimeRange& received() const { return received_; }
    [[nodiscard]] std::uint64_t cost() const { return cost_; }

private:
    std::shared_ptr<LiveBudget> budget_;  // Shared with the store; a pinned batch may outlive it.
    models::EventBatchPtr batch_;
    messaging::Partition partition_;
    messaging::Offset offset_;
    TimeRange received_;
    std::uint64_t cost_;
    mutable std::atomic<bool> flushed_{false};
};

using LiveBatchPtr = std::shared_ptr<const LiveBatch>;  // Shared by the store and pinned snapshots.
using LiveSnapshot = std::vector<LiveBatchPtr>;
using LiveSnapshotPtr = std::shared_ptr<const LiveSnapshot>;  // Shared by a query and DuckDB's plan of it.

/// Lets go of batches that are in a file now. Those that a query still holds count as flushed from here on.
void release_flushed(LiveSnapshot live);

}  // namespace sf::database
