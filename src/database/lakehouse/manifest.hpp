// The manifest: which Parquet files there are, what is in them, and how far the log has been written to files. One
// SQLite database beside the files; only what it names exists. docs/formats/lakehouse.md has the tables.
#pragma once

#include "base/result.hpp"
#include "database/lakehouse/live_events.hpp"
#include "database/lakehouse/sqlite.hpp"
#include "messaging/log.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace sf::database {

/// What the manifest says of a file.
struct FileEntry {
    std::int64_t id = 0;  // Given by the manifest.
    std::string path;     // Below the events folder: "received=2015-05-17/000000000001.parquet".
    std::string day;      // "2015-05-17", of received_at, UTC.
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;
    TimeRange received;
    TimeRange event_time;
    struct Offsets {
        messaging::Offset begin = 0;
        messaging::Offset end = 0;  // One past the last.
    };
    std::map<messaging::Partition, Offsets>
        offsets;  // Which part of the log its events came from; hulls, after compaction.
};

using NextOffsets = std::map<messaging::Partition, messaging::Offset>;

/// One thread at a time. Each change is one transaction.
class Manifest {
public:
    /// Opens or makes the file; one of an earlier format becomes one of this. `corrupt` where it is damaged or of a
    /// later format, and where it is missing or empty although the folders events/ and points/ beside it have files.
    [[nodiscard]] static Result<Manifest> open(const std::filesystem::path& path);

    [[nodiscard]] Result<std::vector<FileEntry>> files();
    [[nodiscard]] Result<NextOffsets> next_offsets();

    /// Adds and removes files and moves offsets forward; fills the ids of `added`.
    struct Change {
        std::vector<FileEntry> added;
        std::vector<std::int64_t> removed;  // Ids.
        NextOffsets next_offsets;
    };
    [[nodiscard]] Result<> commit(Change& change);

    /// Commits a transaction without a meaning, in the place of one that failed.
    [[nodiscard]] Result<> overwrite() { return database_.overwrite(); }

private:
    explicit Manifest(SqliteDatabase database) : database_(std::move(database)) {}

    [[nodiscard]] Result<> add(FileEntry& file);

    SqliteDatabase database_;
};

}  // namespace sf::database
