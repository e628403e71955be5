// Sends recordings: one thread reads, some send, and every record ends in exactly one number of the tally.
#pragma once

#include "cli/batch_sender.hpp"
#include "cli/recording/recording.hpp"
#include "cli/replay_pace.hpp"

#include "base/bounded_queue.hpp"

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <iosfwd>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace sf::cli {

struct ReplayFile {
    std::filesystem::path path;
    recording::RecordingOptions options;
    std::uint64_t bytes = 0;  // 0: not known.
};

struct ReplayOptions {
    std::vector<ReplayFile> files;
    std::size_t batch_size = 500;
    unsigned connections = 1;         // With more, batches overtake one another.
    double speed = 0;                 // 0: as fast as it goes.
    SenderOptions sender;             // `cancelled` is replaced.
    std::ostream* rejects = nullptr;  // Every record that was not taken, as a line of JSON.
};

/// Why records were not taken: the first few of each kind.
struct ReplayReason {
    std::string kind;   // "rejected", "quarantined", "unreadable"
    std::string place;  // "access.log:17"
    std::string text;
};

struct ReplayTally {
    std::uint64_t sent = 0;  // Have their verdict: the sum of the next four.
    std::uint64_t accepted = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t rejected = 0;
    std::uint64_t quarantined = 0;
    std::uint64_t unreadable = 0;  // Records of the files that are no events; not sent.
    std::uint64_t mended = 0;      // Fields that were not UTF-8, read as Latin-1.
    std::uint64_t retries = 0;
    std::uint64_t bytes = 0;  // Of the files, up to the last batch that was answered.
    std::vector<ReplayReason> reasons;
    std::optional<Error> failure;  // Why it ended early.
};

inline constexpr std::size_t kReasonsOfKindMax = 5;

/// start(), then wait() until it says so. tally() at any time.
class ReplayRun {
public:
    explicit ReplayRun(ReplayOptions options);
    ~ReplayRun();

    void start();

    /// Waits at most until `deadline`; true once everything has ended.
    [[nodiscard]] bool wait(Deadline deadline);

    /// Ends as soon as the requests under way are answered.
    void cancel();

    [[nodiscard]] ReplayTally tally() const;

private:
    struct Batch {
        EventLines events;
        std::vector<std::uint64_t> lines;  // In the file, of each event.
        std::size_t file = 0;
        std::uint64_t bytes = 0;  // Of all files, up to its end.
        Duration due{};
    };

    void read_all();
    [[nodiscard]] Result<> read_file(std::size_t file, ReplayPace& pace, std::uint64_t bytes_before);
    [[nodiscard]] bool emit(Batch& batch);
    void send_all(unsigned number);
    void wait_until_due(const Batch& batch) const;
    void count(const Batch& batch, const BatchVerdict& verdict);
    void count_unreadable(const recording::Recording& recording, std::size_t file);
    void add_reason(std::string kind, std::size_t file, std::uint64_t line, std::string text);
    void end_with(Error error);
    [[nodiscard]] const std::string& name_of(std::size_t file) const { return options_.files[file].options.name; }

    ReplayOptions options_;
    BoundedQueue<Batch> queue_;
    std::chrono::steady_clock::time_point started_;
    std::atomic<bool> cancelled_ = false;

    mutable std::mutex mutex_;
    std::condition_variable ended_;
    ReplayTally tally_;                 // Under mutex_; options_.rejects is written under it, too.
    unsigned threads_left_ = 0;         // Under mutex_.
    std::vector<std::thread> threads_;  // The owner's only.
};

}  // namespace sf::cli
