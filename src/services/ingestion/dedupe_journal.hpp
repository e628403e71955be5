// A saved copy of the dedupe window, so that a start need not read minutes of log: ids in order of arrival, in pieces,
// each with the place in the log up to which they reach. The log may be trimmed below what is saved, so only what has
// been synced counts as saved; syncing is left to a thread that may wait. docs/formats/dedupe-journal.md.
#pragma once

#include "base/file.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "messaging/log.hpp"
#include "models/event_batch.hpp"
#include "services/ingestion/dedupe_window.hpp"

#include <atomic>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string_view>
#include <vector>

namespace sf::ingestion {

/// covered(), add() and save() from any thread; what a start does (load(), read_on(), hold()) before.
class DedupeJournal {
public:
    using Sync = std::function<Result<>(const Fd&, const std::filesystem::path&)>;

    /// `sync` is for tests.
    DedupeJournal(std::filesystem::path folder, messaging::Partition partitions, std::size_t ids_max,
                  Sync sync = sync_file);

    /// Puts every saved id into `window`. What is behind a damaged or missing piece is known too, but does not count as
    /// covered: the log is read for it.
    [[nodiscard]] Result<> load(DedupeWindow& window);

    /// Says that the log is read on at `offset`, and not where the saved copy ends: it was trimmed further, or cut.
    void read_on(messaging::Partition partition, messaging::Offset offset);

    /// Says that the log could not be read up to where this partition goes on: what add() brings is saved, but
    /// covered() stands still.
    void hold(messaging::Partition partition);

    /// A durable record, with the ids that it brings, if any. Waits for no disk: ids gather in memory and are handed to
    /// the kernel in large pieces.
    void add(messaging::Partition partition, messaging::Offset offset, const models::EventBatch* batch, Timestamp now);

    /// Makes all that was added durable and moves covered() there. Blocks on the disk: to be called every few seconds
    /// on a thread that nobody waits for. Failures are logged; after one that can't be mended nothing is saved for the
    /// rest of the run, and covered() stands still.
    void save(Timestamp now);

    /// The first offset whose ids are not surely saved: the log may be trimmed below it.
    [[nodiscard]] messaging::Offset covered(messaging::Partition partition) const { return covered_[partition].load(); }

private:
    struct File {
        std::filesystem::path path;
        std::uint64_t ids = 0;
        std::uint64_t bytes = 0;
        Fd fd;  // Open while something in it may not be synced, and while it is the one that is written to.
    };
    using Offsets = std::vector<messaging::Offset>;  // By partition.

    void load_file(File& file, std::string_view content, DedupeWindow& window, bool& first);
    void write_piece(Timestamp now);
    [[nodiscard]] Result<> append(std::string_view piece);
    void give_up(const Error& error);
    void drop_old_files();

    const std::filesystem::path folder_;
    const std::size_t ids_max_;
    const Sync sync_;
    std::deque<std::atomic<messaging::Offset>> covered_;  // By partition: synced.

    std::mutex save_mutex_;  // One save() at a time. Before mutex_.
    std::mutex mutex_;
    Offsets written_;  // Under mutex_, as all below. What the last piece says, synced or not.
    Offsets reached_;  // What pending_ reaches to.
    std::vector<bool> held_;
    std::vector<Uuid> pending_;
    Timestamp pending_since_{};
    std::deque<File> files_;  // Oldest first. Only save() removes some or closes them.
    std::uint64_t next_file_ = 1;
    bool appending_ = false;  // The last of files_ was begun in this run and takes pieces.
    bool new_names_ = false;  // A file was begun since the last save().
    bool full_ = false;       // The disk had no space for the last piece.
    bool broken_ = false;     // Nothing is saved any more.
};

}  // namespace sf::ingestion
