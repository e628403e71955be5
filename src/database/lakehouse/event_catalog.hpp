// What events there are right now: the files of the manifest and the live batches beside them. Every change of it is
// atomic for those who take a snapshot, so that a query sees each event once, whatever flush and compaction are doing.
#pragma once

#include "database/event_store.hpp"
#include "database/lakehouse/data_file.hpp"
#include "database/lakehouse/live_events.hpp"

#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

namespace sf::database {

/// Keeps its files and batches in being while it lives.
struct EventSnapshot {
    std::vector<DataFilePtr> files;
    LiveSnapshotPtr live;
};

/// Any thread, but for add(): one thread. Flushes are one at a time, and so are replacements.
class EventCatalog {
public:
    /// `folder` has the files. `at_step` is told "<what>.before_commit" and "<what>.committed"; may be empty.
    EventCatalog(std::filesystem::path folder, std::function<void(std::string_view)> at_step)
        : folder_(std::move(folder)), at_step_(std::move(at_step)) {}

    /// Reads the manifest and clears the folder of orphans. A file that is missing or has another size than it should
    /// is set aside with an error in the log: the rest stays readable.
    [[nodiscard]] Result<> open(const std::filesystem::path& manifest);
    void close();

    /// The offset that the next record of `partition` should have; nothing before its first record ever.
    [[nodiscard]] std::optional<messaging::Offset> expected(messaging::Partition partition);

    void add(messaging::Partition partition, std::vector<LiveBatchPtr> batches, messaging::Offset next);

    [[nodiscard]] EventSnapshot snapshot();

    /// What is in files, and the offsets below which all events are.
    struct Stored {
        std::vector<DataFilePtr> files;
        NextOffsets next_offsets;
    };
    [[nodiscard]] Stored stored();

    /// All live batches, and the offsets that are reached once they are in files.
    struct Flushable {
        LiveSnapshot live;
        NextOffsets next_offsets;
        bool anything = false;  // Offsets moved since the last flush, if only over control records.
    };
    [[nodiscard]] Flushable flushable();

    /// To be called before files are written. Where the last transaction of the manifest failed, this puts another in
    /// its place and removes the files that it was about; an error says that this fails, too.
    [[nodiscard]] Result<> settle();

    /// `files` now hold the events of `flushed`: first in the manifest, then for snapshots. Then lets go of its
    /// batches. After an error the files are the catalog's to remove, as those of commit_replacement() are.
    [[nodiscard]] Result<> commit_flush(Flushable& flushed, std::vector<FileEntry> files);

    /// `added` takes the place of `removed`: first in the manifest, then for snapshots. Files are unlinked once no
    /// snapshot has them.
    [[nodiscard]] Result<> commit_replacement(const std::vector<DataFilePtr>& removed, std::optional<FileEntry> added);

    /// A file of which reading found that it can't be read. It stays where it is, and counts as damaged.
    void note_unreadable(const DataFile& file);

    [[nodiscard]] NextOffsets next_offsets();
    [[nodiscard]] std::vector<DataFilePtr> files();
    [[nodiscard]] std::uint64_t live_events();
    [[nodiscard]] std::uint64_t unflushed_bytes();
    [[nodiscard]] EventStoreStatistics file_statistics();

private:
    void step(const char* name) const {
        if (at_step_) at_step_(name);
    }
    [[nodiscard]] Result<> commit(Manifest::Change& change);

    const std::filesystem::path folder_;
    const std::function<void(std::string_view)> at_step_;

    std::mutex manifest_mutex_;         // Taken before mutex_ where both are.
    std::optional<Manifest> manifest_;  // Under manifest_mutex_.
    DoubtfulFiles doubtful_;            // Under manifest_mutex_.

    std::mutex mutex_;  // Below: under mutex_.
    std::vector<DataFilePtr> files_;
    LiveSnapshot live_;  // In the order of add(); a flush takes them from the front.
    std::uint64_t live_events_ = 0;
    std::uint64_t unflushed_bytes_ = 0;
    NextOffsets committed_;              // What the manifest says.
    NextOffsets reached_;                // What was added.
    std::uint64_t damaged_files_ = 0;    // Set aside.
    std::set<std::int64_t> unreadable_;  // Ids of files that can't be read.
};

}  // namespace sf::database
