// The point store of the lakehouse: what views emit, in memory backed by the log and in files that the manifest names.
// The lakehouse owns it, and its threads flush and merge it.
#pragma once

#include "base/clock.hpp"
#include "database/lakehouse/compaction_plan.hpp"
#include "database/lakehouse/merge_guard.hpp"
#include "database/lakehouse/points/point_catalog.hpp"
#include "database/lakehouse/points/point_reader.hpp"
#include "database/lakehouse/points/point_tables.hpp"
#include "database/lakehouse/points/point_writer.hpp"
#include "database/point_store.hpp"

#include <atomic>
#include <filesystem>
#include <functional>
#include <mutex>

namespace sf::database {

struct LakePointsOptions {
    std::filesystem::path folder;     // Of the files.
    std::filesystem::path temporary;  // Of merges.
    std::uint64_t live_bytes_max =
        64u << 20;  // Of points and late events in memory, what queries hold included. add_points() waits at it.
    CompactionOptions compaction;
    std::uint64_t disk_free_min = 256u << 20;  // So much stays free where files are written anew.
    const Clock* clock = &system_clock();
    AtStep at_step;
    std::function<void()> request_flush;  // Much is in no file yet. Any thread.
    std::function<void()> end_queries;    // What they hold is needed.
};

class LakePoints : public PointStore {
public:
    explicit LakePoints(LakePointsOptions options);

    /// The manifest is of the newest format, `writer` has been started.
    [[nodiscard]] Result<> start(const std::filesystem::path& manifest, ParquetWriter& writer);

    /// Whoever waits in add_points() is refused from now on, and a merge is ended.
    void begin_stop();
    void stop();

    [[nodiscard]] std::map<messaging::Partition, messaging::Offset> next_point_offsets() override {
        return catalog_.next_offsets();
    }
    [[nodiscard]] Result<> add_points(messaging::Partition partition, std::span<const messaging::StoredRecord> records,
                                      Deadline deadline) override;
    void set_view_tables(std::vector<ViewTable> views) override { tables_.set_views(std::move(views)); }
    void set_functions(std::shared_ptr<const sql::NamedFunctions> functions) override {
        tables_.set_functions(std::move(functions));
    }
    void set_reference_tables(std::vector<std::shared_ptr<const sql::ReferenceTable>> tables) override {
        tables_.set_reference_tables(std::move(tables));
    }
    [[nodiscard]] Result<std::vector<models::MetricPoint>> latest_points(std::string_view view,
                                                                         const PointFilter& filter) override;
    [[nodiscard]] Result<> drop_points(std::string_view view,
                                       const std::map<messaging::Partition, messaging::Offset>& before) override;
    [[nodiscard]] PointStoreStatistics point_statistics() override;

    /// Writes what is in no file to files, and lets go of so much that there is room for more.
    [[nodiscard]] Result<> flush();

    /// Merges some files, if that is worth while.
    [[nodiscard]] Result<bool> compact_once();

    /// Drops days all of whose points are of windows that ended before, and all of whose late events are late for such
    /// windows; running totals stay.
    [[nodiscard]] Result<> drop_whole(Timestamp before);

    /// Drops all that is of such windows: some files are written anew.
    [[nodiscard]] Result<> drop_all(Timestamp before);

    [[nodiscard]] PointTables& tables() { return tables_; }

private:
    using Files = std::vector<PointFilePtr>;

    [[nodiscard]] Result<> write(const PointCatalog::Flushable& flushable, std::vector<PointFileEntry>& files);
    [[nodiscard]] std::optional<Files> files_to_merge(const Files& files, PointFileEntry::Kind kind);
    [[nodiscard]] std::optional<Files> file_to_purge(const Files& files);
    [[nodiscard]] Result<> replace(const Files& parts, const PointWriter::MergeOptions& options);
    [[nodiscard]] Result<> drop_days(std::int64_t limit);

    const LakePointsOptions options_;
    const std::shared_ptr<LiveBudget> budget_ =
        std::make_shared<LiveBudget>();  // Shared with rows, which may outlive the store.
    PointCatalog catalog_;
    PointWriter writer_;
    PointReader reader_;
    PointTables tables_;
    std::mutex flush_mutex_;        // One flush at a time.
    std::mutex replacement_mutex_;  // One merge or drop at a time. Taken before flush_mutex_ where both are.
    MergeGuard guard_;              // Under replacement_mutex_.
    std::atomic<std::uint64_t> flush_failures_{0};
    std::atomic<std::uint64_t> flush_failures_in_row_{0};
    std::atomic<bool> merging_{false};
    std::atomic<bool> running_{false};
};

}  // namespace sf::database
