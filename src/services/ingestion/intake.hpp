// From validated rows to durable records. Requests that arrive while a commit is under way share the next one: their
// rows go into one batch per partition, which is sealed, appended to the log, and acknowledged when all of it is
// durable. No timer: the log's own pace (one sync for all that came within its window) decides how much a commit
// gathers.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "messaging/log.hpp"
#include "models/event_batch.hpp"
#include "services/ingestion/dedupe_window.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace sf::ingestion {

inline constexpr std::string_view kEventsTopic = "events";

struct IntakeOptions {
    messaging::Partition partitions = 1;
    std::size_t queue_bytes_max = 64u << 20;  // Of rows that are not yet handed to the log; `overloaded` above.
    std::size_t commits_max = 2;              // Handed to the log and not yet durable.
};

/// What became of a request's rows: told once all of them are durable, or not.
struct Admission {
    std::uint32_t accepted = 0;
    std::uint32_t duplicates = 0;  // Of durable events, or of ones that became durable with this request.
};
using OnAdmitted = std::move_only_function<void(Result<Admission>)>;

/// Told of each durable record in order of its partition, before the requests are answered: for the saved copy of the
/// dedupe window. A control record has no batch. On the intake's thread.
using OnCommitted = std::function<void(messaging::Partition, messaging::Offset, const models::EventBatch*)>;

/// Any thread may admit. One thread of its own makes the commits.
class Intake {
public:
    Intake(IntakeOptions options, messaging::Log& log, DedupeWindow& dedupe, const Clock& clock,
           OnCommitted on_committed);
    ~Intake();

    void start();

    /// Commits what was admitted, answers it, ends the thread. Idempotent. Later admissions fail.
    void stop();

    /// Copies the rows; they need only live for the call. `done` runs once, possibly before this returns, on a thread
    /// that must not be blocked. Errors: `overloaded` (queue full), `unavailable` (the log does not take appends);
    /// after those the sender may repeat the request.
    void admit(std::span<const models::EventRow> rows, OnAdmitted done);

    /// Appends a control record to every partition after all that was admitted before. `done` gets the offset in each
    /// partition.
    void control(messaging::RecordKind kind,
                 std::move_only_function<void(Result<std::vector<messaging::Offset>>)> done);

    /// Appends a tick to every partition that has had no event for a second, so that windows close there too: it says
    /// how far the stream as a whole has come, and lets that move on with the clock. Less often once a partition has
    /// been idle for long. Nothing before the first event.
    void tick_idle();

    struct Statistics {
        std::uint64_t commits = 0;
        std::uint64_t accepted = 0;
        std::uint64_t duplicates = 0;
        std::size_t queue_bytes = 0;
    };
    [[nodiscard]] Statistics statistics() const;

private:
    struct Commit;
    struct Waiter;
    using CommitPtr = std::shared_ptr<Commit>;  // Owned by the intake until settled, and by requests that wait for it.

    void run();
    void seal_and_append(const CommitPtr& commit);
    void appended(const CommitPtr& commit, std::size_t index, Result<messaging::Offset> offset);
    void settle(const CommitPtr& commit);
    using SteadyTime = std::chrono::steady_clock::time_point;
    void append_row(Commit& commit, const models::EventRow& row, SteadyTime now);

    const IntakeOptions options_;
    messaging::Log& log_;
    DedupeWindow& dedupe_;
    const Clock& clock_;
    OnCommitted on_committed_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    CommitPtr open_;                // Gathers rows. Under mutex_, as all below.
    std::deque<CommitPtr> flying_;  // Handed to the log, in order; settled from the front.
    std::vector<models::EventBatchBuilder> spare_builders_;
    std::unordered_map<CommitNumber, CommitPtr> unsettled_;  // The open and the flying ones, by number.
    CommitNumber settled_ = 0;
    std::size_t queue_bytes_ = 0;
    // For ticks: how far event time has come in any partition, and when each partition had its last event and its last
    // tick.
    struct Pace {
        SteadyTime event_at{};
        SteadyTime tick_at{};
    };
    std::vector<Pace> paces_;
    std::int64_t reached_ = INT64_MIN;  // Microseconds.
    SteadyTime reached_at_{};
    bool stopping_ = false;
    bool stopped_ = true;
    Statistics statistics_;

    std::thread thread_;
};

}  // namespace sf::ingestion
