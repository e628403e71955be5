// Where the rows of views are kept. Adapters: lakehouse/ (memory and Parquet), postgres/ (later).
#pragma once

#include "base/result.hpp"
#include "messaging/log.hpp"
#include "models/metric_point.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sf::sql {
class NamedFunctions;
class ReferenceTable;
}  // namespace sf::sql

namespace sf::database {

/// A view as SQL sees it: a table with these columns, in this order.
struct ViewTable {
    enum class Source : std::uint8_t { key, window_start, window_end, value };
    struct Column {
        std::string name;  // Also the member of `keys` or `values` that it shows.
        std::string type;  // PostgreSQL's name: bigint, double precision, numeric, text, boolean, timestamptz, uuid,
                           // interval, jsonb.
        Source source = Source::value;
    };
    std::string name;
    std::vector<Column> columns;
};

struct PointFilter {
    std::optional<Timestamp> from;            // window_end > from,
    std::optional<Timestamp> to;              // window_start < to. Neither concerns running totals.
    std::map<std::string, std::string> keys;  // Members of `keys` as text, as ->> gives it: all must be equal.
    std::size_t limit = 1000;                 // Newest windows first, then by keys.
};

struct PointStoreStatistics {
    std::uint64_t live_points = 0;    // In memory, those included that are in files too.
    std::uint64_t live_bytes = 0;     // Of points and late events, those included that only queries still hold.
    std::uint64_t stored_points = 0;  // In files, replaced ones included until they are merged.
    std::uint64_t late_events = 0;    // In memory and in files.
    std::uint64_t stored_bytes = 0;
    std::uint64_t files = 0;
    std::uint64_t flush_failures = 0;         // Each is retried; nothing is lost by it.
    std::uint64_t flush_failures_in_row = 0;  // Since the last one that succeeded.
    std::uint64_t damaged_files = 0;  // Set aside at start: what they hold is missing from results. Or found unreadable
                                      // by a merge: queries that need them fail.
};

/// One thread feeds (add), any thread asks. What was added is visible when add() returns.
class PointStore {
public:
    virtual ~PointStore() = default;

    /// The first offset of topic `metrics` that is not yet in a file, by partition: the log may be trimmed below, and
    /// after a restart the feeder reads from there.
    [[nodiscard]] virtual std::map<messaging::Partition, messaging::Offset> next_point_offsets() = 0;

    /// The next records of a partition of topic `metrics`, in order. `overloaded` at the deadline, and nothing was
    /// taken.
    [[nodiscard]] virtual Result<> add_points(messaging::Partition partition,
                                              std::span<const messaging::StoredRecord> records, Deadline deadline) = 0;

    /// The views that are tables from now on; the others are no longer. `metrics` and `late_events` are tables always.
    virtual void set_view_tables(std::vector<ViewTable> views) = 0;

    /// The functions in SQL that queries may call from now on.
    virtual void set_functions(std::shared_ptr<const sql::NamedFunctions> functions) = 0;

    /// The same for reference tables, with the rows that they have from now on.
    virtual void set_reference_tables(std::vector<std::shared_ptr<const sql::ReferenceTable>> tables) = 0;

    /// The latest point of each identity of a view that is not deleted.
    [[nodiscard]] virtual Result<std::vector<models::MetricPoint>> latest_points(std::string_view view,
                                                                                 const PointFilter& filter) = 0;

    /// Forgets the points and late events of a view that stand in topic `metrics` below these offsets, given to
    /// add_points() already or not: it was dropped, or is filled anew from history. Called before anything newer of
    /// that view is appended. Durable.
    [[nodiscard]] virtual Result<> drop_points(std::string_view view,
                                               const std::map<messaging::Partition, messaging::Offset>& before) = 0;

    [[nodiscard]] virtual PointStoreStatistics point_statistics() = 0;
};

}  // namespace sf::database
