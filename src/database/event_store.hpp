// Where events are kept and queried. Adapters: lakehouse/ (Parquet and DuckDB), postgres/ (later).
#pragma once

#include "base/result.hpp"
#include "database/query.hpp"
#include "messaging/log.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <stop_token>
#include <vector>

namespace sf::database {

struct EventStoreStatistics {
    std::uint64_t live_bytes = 0;  // In memory: unflushed, flushing and pinned by queries.
    std::uint64_t live_events = 0;
    std::uint64_t stored_events = 0;  // In files that the manifest names.
    std::uint64_t stored_bytes = 0;
    std::uint64_t files = 0;
    std::uint64_t flushes = 0;
    std::uint64_t compactions = 0;
    std::uint64_t flush_failures = 0;         // Each is retried; nothing is lost by it.
    std::uint64_t flush_failures_in_row = 0;  // Since the last one that succeeded.
    std::uint64_t damaged_files = 0;  // Set aside at start: their events are missing from results. Or found unreadable
                                      // by a merge: queries that need them fail.
    std::uint64_t queries_running = 0;
};

/// A column that events can be put in order by.
enum class TimeColumn : std::uint8_t { timestamp, received_at };

/// How much drop_before() does.
enum class Drop : std::uint8_t {
    whole_files,  // What goes without reading or writing events: quick, and possible on a full disk.
    all,          // Also what shares a file with newer events, and what is in no file yet.
};

/// One thread feeds (add), any thread queries and asks. Events become visible to queries when add() returns, exactly
/// once, and stay so through flush and compaction.
class EventStore : public QueryEngine {
public:
    /// Opens or recovers. Afterwards next_offsets() says where the feeder reads on.
    [[nodiscard]] virtual Result<> start() = 0;

    /// Finishes a running flush, closes. Unflushed events come back from the log at the next start.
    virtual void stop() = 0;

    /// For each partition seen so far, the first offset of topic `events` not yet in a committed file: everything below
    /// may be trimmed from the log, and reading starts there after a restart.
    [[nodiscard]] virtual std::map<messaging::Partition, messaging::Offset> next_offsets() = 0;

    /// Takes the next records of a partition, in order. Control records advance the offset only. Waits (up to the
    /// deadline) while live batches are at their limit: `overloaded` then, and nothing was taken.
    [[nodiscard]] virtual Result<> add(messaging::Partition partition, std::span<const messaging::StoredRecord> records,
                                       Deadline deadline) = 0;

    /// Writes all live events to files now and returns once the manifest names them.
    [[nodiscard]] virtual Result<> flush() = 0;

    /// Drops what was received before `before`. Returns the number of events that are gone. After an error whatever
    /// could be dropped is.
    [[nodiscard]] virtual Result<std::uint64_t> drop_before(Timestamp before, Drop extent) = 0;

    /// Hands out every event that was added before, in rising order of `order`, those of one time by id, in batches;
    /// for filling a view from history. Which ids clients made is not kept: no row says so. Returns, for each
    /// partition, the offset below which all events were among them and from which on none was. Blocks, with bounded
    /// memory: it writes live events to files first, and sorts in pieces on disk. One scan at a time, others wait.
    /// Errors: that of `take`, `cancelled` (through `stop`, or the store stops), `unavailable` (the disk is full),
    /// `corrupt`. Any thread.
    [[nodiscard]] virtual Result<std::map<messaging::Partition, messaging::Offset>> scan(
        TimeColumn order, const std::function<Result<>(const models::EventBatchPtr&)>& take, std::stop_token stop) = 0;

    [[nodiscard]] virtual EventStoreStatistics statistics() = 0;
};

}  // namespace sf::database
