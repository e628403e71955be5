// What the manifest says of metric points and late events: their files, how far the log has been written to them, and
// which views were dropped. A connection of its own to the manifest's database; docs/formats/lakehouse.md has the
// tables.
#pragma once

#include "database/lakehouse/data_file.hpp"
#include "database/lakehouse/sqlite.hpp"
#include "models/metric_point.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sf::database {

struct PointFileEntry {
    enum class Kind : std::uint8_t { points, late };
    std::int64_t id = 0;  // Given by the manifest; a later file's is greater.
    std::string path;     // Below the points folder.
    Kind kind = Kind::points;
    std::string
        day;  // Of window_start ("2015-05-17"), kRunning for running totals; of closed_until for late events. UTC.
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    TimeRange starts;  // window_start, or the late events' timestamp. Empty for running totals.
    TimeRange ends;    // window_end, or closed_until. Empty for running totals.
    std::map<std::string, std::int64_t, std::less<>>
        views;  // What it has rows of, and the longest window of each, in microseconds.

    static constexpr const char* kRunning = "running";  // Sorts behind every day: it is never over.
};

/// The day whose files hold a point: that of its identity, so all versions of one identity are in the files of one day.
[[nodiscard]] std::string day_of(const models::MetricPoint& point);

using PointFile = ManifestFile<PointFileEntry>;
using PointFilePtr = std::shared_ptr<const PointFile>;  // Shared by the store and the queries that read it.

/// A view that was dropped: what files up to `file_id` and records below `before` hold of it does not count.
struct DroppedView {
    std::int64_t file_id = 0;
    NextOffsets before;
};
using DroppedViews = std::map<std::string, DroppedView, std::less<>>;

/// One thread at a time. Each change is one transaction.
class PointManifest {
public:
    /// The manifest is there and of the newest format: Manifest::open() saw to it.
    [[nodiscard]] static Result<PointManifest> open(const std::filesystem::path& path);

    [[nodiscard]] Result<std::vector<PointFileEntry>> files();
    [[nodiscard]] Result<NextOffsets> next_offsets();
    [[nodiscard]] Result<DroppedViews> dropped_views();

    struct Change {
        std::vector<PointFileEntry> added;  // Their ids are filled in.
        std::vector<std::int64_t> removed;  // Ids.
        NextOffsets next_offsets;
        DroppedViews dropped;  // Their file ids are filled in: all files there are. They replace what was noted before.
        std::vector<std::string> purged;  // Views of which nothing is left: no longer noted as dropped.
    };
    [[nodiscard]] Result<> commit(Change& change);

    /// Commits a transaction without a meaning, in the place of one that failed.
    [[nodiscard]] Result<> overwrite() { return database_.overwrite(); }

private:
    explicit PointManifest(SqliteDatabase database) : database_(std::move(database)) {}

    [[nodiscard]] Result<> add(PointFileEntry& file);
    [[nodiscard]] Result<> drop(const std::string& view, DroppedView& dropped);

    SqliteDatabase database_;
};

}  // namespace sf::database
