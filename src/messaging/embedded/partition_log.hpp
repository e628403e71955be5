// One partition: its segments, the thread that writes them, and the newest records in memory.
#pragma once

#include "base/clock.hpp"
#include "messaging/embedded/disk.hpp"
#include "messaging/embedded/segment.hpp"
#include "messaging/log.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace sf::messaging::embedded {

struct PartitionOptions {
    std::uint64_t segment_bytes = 128u << 20;
    std::uint64_t size_step = 8u << 20;
    std::chrono::milliseconds commit_window{2};
    bool fsync = true;
    std::size_t queue_bytes_max = 64u << 20;
    std::size_t ring_bytes_max = 32u << 20;
};

/// What all partitions of a log share. Any thread.
class LogHealth {
public:
    /// For good: nothing is appended any more until the program starts again.
    void fail_for_good(const Error& error);
    [[nodiscard]] std::optional<Error> failure() const;

private:
    mutable std::mutex mutex_;
    std::optional<Error> failure_;
    std::atomic<bool> failed_ = false;
};

class PartitionLog {
public:
    PartitionLog(PartitionOptions options, std::shared_ptr<Disk> disk, std::filesystem::path folder, const Clock& clock,
                 LogHealth& health, ProducerStamp producer);
    ~PartitionLog();

    /// Recovers the segments, cuts an unfinished end, starts the writer. A damaged partition opens too: it can be read
    /// up to the damage.
    [[nodiscard]] Result<> open();
    void close();  // Writes what is queued, runs its callbacks. Idempotent.

    void append(Record record, Log::OnDurable done);
    [[nodiscard]] Result<std::vector<StoredRecord>> read(Offset from, ReadLimits limits);
    [[nodiscard]] OffsetRange range() const;
    [[nodiscard]] Result<> trim(Offset before);
    [[nodiscard]] std::uint64_t bytes_on_disk() const;
    [[nodiscard]] std::optional<Damage> damage() const;

private:
    struct Waiting {
        Record record;
        std::size_t bytes;
        Log::OnDurable done;
    };

    void run();
    void write_group(std::vector<Waiting>& group);
    [[nodiscard]] Result<> store(std::vector<Waiting>& group, std::vector<StoredRecord>& stored);
    [[nodiscard]] Result<> roll();
    [[nodiscard]] Error undo(Error error, std::uint64_t end, Offset next);
    void publish(std::vector<StoredRecord> stored);
    [[nodiscard]] Offset behind_hole(Offset from) const;  // Under mutex_.

    const PartitionOptions options_;
    const std::shared_ptr<Disk> disk_;  // Shared with the other partitions.
    const std::filesystem::path folder_;
    const Clock& clock_;
    LogHealth& health_;

    mutable std::mutex mutex_;
    std::condition_variable queued_;
    std::condition_variable published_;
    std::deque<Waiting> queue_;  // Under mutex_, as all below.
    std::size_t queue_bytes_ = 0;
    std::vector<std::shared_ptr<Segment>>
        segments_;                   // Rising; a reader keeps the one it reads from while it is trimmed.
    std::deque<StoredRecord> ring_;  // The newest records without gaps, up to end_.
    std::size_t ring_bytes_ = 0;
    Offset end_ = 0;
    std::optional<Damage> damage_;
    bool open_ = false;
    bool closing_ = false;

    // Writer thread only.
    ProducerStamp next_stamp_;
    std::vector<std::byte> frames_;
    std::chrono::steady_clock::time_point group_started_{};
    std::thread thread_;
};

}  // namespace sf::messaging::embedded
