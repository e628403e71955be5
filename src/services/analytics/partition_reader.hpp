// Stage 1 on a thread of its own: reads one partition of topic `events`, folds each record, or those that wait as one,
// and hands the frame to the shards.
#pragma once

#include "base/clock.hpp"
#include "engine/partial_fold.hpp"
#include "messaging/log.hpp"
#include "services/analytics/record_joiner.hpp"

#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace sf::analytics {

class PartitionReader {
public:
    /// Takes a frame for all shards, and when the first of its records was appended; waits while their queues are full.
    /// False: stopping.
    using Sink = std::function<bool(engine::FramePtr, Timestamp)>;

    struct Options {
        std::string topic;
        messaging::Partition partition = 0;
        messaging::Offset from = 0;
        engine::PartitionTime time;  // Before `from`.

        /// Records below are folded one by one: some shard may have merged them, and another one not.
        messaging::Offset join_from = 0;
    };
    PartitionReader(Options options, messaging::Log& log, const Clock& clock, Sink sink);
    ~PartitionReader() { stop(); }

    /// Before start(): views that were there already.
    void add(engine::ViewPtr view, engine::PlanRange range = {}) { fold_.add(std::move(view), range); }

    void start();
    void stop();  // Idempotent.

    /// Runs on the reader's thread between two records, with the offset of the next one; returns when it has.
    using Command = std::function<void(engine::PartialFold&, messaging::Offset)>;
    [[nodiscard]] bool run(Command command);  // False: stopped.

    [[nodiscard]] std::optional<Error> failure() const;

private:
    struct Waiting {
        Command command;
        std::promise<void> done;
    };

    void read(const std::stop_token& stop);
    void run_commands();
    [[nodiscard]] std::size_t joined(std::span<const messaging::StoredRecord> records) const;
    [[nodiscard]] bool take(std::span<const messaging::StoredRecord> records);

    const Options options_;
    messaging::Log& log_;
    const Clock& clock_;
    const Sink sink_;
    engine::PartialFold fold_;  // The thread's, once it runs, as the next two.
    RecordJoiner joiner_;
    messaging::Offset next_;

    mutable std::mutex mutex_;
    std::vector<Waiting> commands_;  // Under mutex_, as all below.
    bool stopped_ = true;
    std::optional<Error> failure_;
    std::jthread thread_;
};

}  // namespace sf::analytics
