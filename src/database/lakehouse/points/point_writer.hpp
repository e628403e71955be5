// Writes metric points and late events to Parquet files: live ones at a flush, on the DuckDB of the writer of events
// and within its memory; other files at a merge, on one that lasts as long as the merge.
#pragma once

#include "database/lakehouse/duck_worker.hpp"
#include "database/lakehouse/parquet_file.hpp"
#include "database/lakehouse/parquet_writer.hpp"
#include "database/lakehouse/points/point_sql.hpp"

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace sf::database {

struct PointWriterOptions {
    std::filesystem::path folder;  // Files go to <folder>/window=<day>/, <folder>/running/ and <folder>/late=<day>/.
    duck::WorkerOptions worker;    // What a merge has while it runs.
    AtStep at_step;                // Told "points.flush.written", "points.merge.renamed" and so on.
};

/// Its files are complete and durable under their names, but unknown to the manifest until they are committed there.
class PointWriter {
public:
    explicit PointWriter(PointWriterOptions options) : options_(std::move(options)) {}

    /// `writer` has been started.
    [[nodiscard]] Result<> start(ParquetWriter& writer);

    // Rows of one day, at least one, in any order. One thread at a time for both. `unavailable` when the disk is full.
    [[nodiscard]] Result<PointFileEntry> write(PointRows rows);
    [[nodiscard]] Result<PointFileEntry> write_late(const LateRows& rows);

    struct MergeOptions {
        DroppedViews dropped;
        bool whole_day = false;              // The files are all of their day: tombstones have nothing left to hide.
        std::optional<Timestamp> ends_from;  // With whole_day: what ended before is left out.
    };
    /// Writes the newest point of each identity, or each late event once, of files of one kind and day into one file.
    /// Nothing if no row is left. One thread at a time, which may be another than that of write(). `cancelled` after
    /// interrupt().
    [[nodiscard]] Result<std::optional<PointFileEntry>> merge(const std::vector<PointFilePtr>& files,
                                                              const MergeOptions& options);

    /// Reads all of a file: `corrupt` where that can't be done, `cancelled` after interrupt(). On merge()'s thread.
    [[nodiscard]] Result<> check(const PointFile& file);

    /// Ends a running merge() or check(). Any thread.
    void interrupt();

private:
    class Merging;

    [[nodiscard]] Result<> copy(const duck::Connection& connection, const std::string& select, std::string_view what,
                                PointFileEntry& file, std::optional<std::uint64_t> rows);
    [[nodiscard]] Result<> describe(const duck::Connection& connection, PointFileEntry& file);

    PointWriterOptions options_;
    std::shared_ptr<PointScan> scan_ = std::make_shared<PointScan>();  // Shared with its registrations in DuckDB.
    duck::Connection flush_;
    ParquetNames names_;
    std::mutex merging_mutex_;
    const duck::Worker* merging_ = nullptr;  // Under merging_mutex_.
};

}  // namespace sf::database
