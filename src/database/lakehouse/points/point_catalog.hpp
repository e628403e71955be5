// What points and late events there are right now: the files of the manifest, the live ones beside them, and the views
// that were dropped. Every change of it is atomic for those who take a snapshot.
#pragma once

#include "database/lakehouse/parquet_file.hpp"
#include "database/lakehouse/points/point_sql.hpp"

#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sf::database {

/// Any thread, but for add(): one thread. Flushes are one at a time, and so are replacements; a drop is while neither
/// runs.
class PointCatalog {
public:
    /// `folder` has the files. `at_step` is told "points.flush.before_commit", "points.merge.committed" and so on.
    PointCatalog(std::filesystem::path folder, std::shared_ptr<LiveBudget> budget, AtStep at_step)
        : folder_(std::move(folder)), at_step_(std::move(at_step)), budget_(std::move(budget)), live_(budget_) {}

    /// Reads the manifest, which is of the newest format, and clears the folder of orphans. A file that is missing or
    /// has another size than it should is set aside with an error in the log.
    [[nodiscard]] Result<> open(const std::filesystem::path& manifest);
    void close();

    /// The offset that the next record of `partition` should have; nothing before its first record ever.
    [[nodiscard]] std::optional<messaging::Offset> expected(messaging::Partition partition);

    /// Records from the expected one on.
    void add(messaging::Partition partition, std::span<const messaging::StoredRecord> records);

    /// Of these views or of all.
    [[nodiscard]] PointSnapshot snapshot(const std::set<std::string, std::less<>>* views = nullptr);

    /// What latest_points() is made of.
    struct Latest {
        LivePoints::Latest live;
        std::vector<PointFilePtr> files;  // That may have more of it.
        std::int64_t longest = 0;         // Window of the view in them.
        DroppedViews dropped;
    };
    [[nodiscard]] Latest latest(std::string_view view, const PointFilter& filter);

    /// Everything that is in no file, and the offsets that are reached once it is.
    struct Flushable {
        PointRows points;
        std::vector<LiveLateEventsPtr> late;
        NextOffsets next_offsets;
        bool anything = false;  // Offsets moved since the last flush.
    };
    [[nodiscard]] Flushable flushable();

    /// As EventCatalog::settle().
    [[nodiscard]] Result<> settle();

    /// `files` now hold what is in `flushed`: first in the manifest, then for snapshots. After an error the files are
    /// the catalog's to remove, as those of commit_replacement() are.
    [[nodiscard]] Result<> commit_flush(const Flushable& flushed, std::vector<PointFileEntry> files);

    /// `added` takes the place of `removed`: first in the manifest, then for snapshots.
    [[nodiscard]] Result<> commit_replacement(const std::vector<PointFilePtr>& removed,
                                              std::optional<PointFileEntry> added);

    /// As PointStore::drop_points().
    [[nodiscard]] Result<> drop_view(std::string_view view, const NextOffsets& before);

    /// As EventCatalog::note_unreadable().
    void note_unreadable(const PointFile& file);

    /// Whether files() has all of this kind and day: none was set aside.
    [[nodiscard]] bool has_all(PointFileEntry::Kind kind, const std::string& day);

    void evict(std::uint64_t bytes);       // As LivePoints does.
    void drop_live_before(Timestamp end);  // The same.

    [[nodiscard]] NextOffsets next_offsets();
    [[nodiscard]] std::vector<PointFilePtr> files();
    [[nodiscard]] DroppedViews dropped_views();
    [[nodiscard]] std::uint64_t unflushed_bytes();
    [[nodiscard]] std::uint64_t live_bytes();  // Unlike the budget's, without what only queries hold.
    [[nodiscard]] PointStoreStatistics statistics();

private:
    void step(const char* name) const {
        if (at_step_) at_step_(name);
    }
    [[nodiscard]] Result<> commit(PointManifest::Change& change);
    void take_over(std::vector<PointFileEntry> entries);
    void add_late(const models::MetricBatch& batch, const std::set<std::string_view>& dropped);
    void purge();

    const std::filesystem::path folder_;
    const AtStep at_step_;
    const std::shared_ptr<LiveBudget> budget_;  // Shared with live rows, which may outlive the store.

    std::mutex manifest_mutex_;              // Taken before mutex_ where both are.
    std::optional<PointManifest> manifest_;  // Under manifest_mutex_.
    DoubtfulFiles doubtful_;                 // Under manifest_mutex_.

    std::mutex mutex_;  // Below: under mutex_.
    std::vector<PointFilePtr> files_;
    LivePoints live_;
    std::vector<LiveLateEventsPtr> late_;  // In the order of add(); a flush takes them from the front.
    std::uint64_t late_bytes_ = 0;
    NextOffsets committed_;  // What the manifest says.
    NextOffsets reached_;    // What was added.
    DroppedViews dropped_;
    std::uint64_t damaged_files_ = 0;                                       // Set aside,
    std::set<std::pair<PointFileEntry::Kind, std::string>> damaged_days_;  // and of which days they are.
    std::set<std::int64_t> unreadable_;                                     // Ids of files that can't be read.
};

}  // namespace sf::database
