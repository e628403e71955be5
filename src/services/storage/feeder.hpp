// Reads a topic of the log and hands its records to a store, one thread a partition.
#pragma once

#include "base/clock.hpp"
#include "messaging/log.hpp"
#include "messaging/sequence_check.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace sf::storage {

/// What a store takes records with: EventStore::add() and next_offsets(), or PointStore's.
struct FeedTarget {
    std::function<std::map<messaging::Partition, messaging::Offset>()> next_offsets;
    std::function<Result<>(messaging::Partition, std::span<const messaging::StoredRecord>, Deadline)> add;
};

class Feeder {
public:
    Feeder(messaging::Log& log, FeedTarget target, const Clock& clock)
        : log_(log), target_(std::move(target)), clock_(clock) {}
    ~Feeder() { stop(); }

    [[nodiscard]] Result<> start(std::string topic, messaging::Partition partitions);
    void stop();  // Idempotent.

    /// Waits until the store has everything that is durable now, or for `patience`. False if it has not. A
    /// partition that has failed is not waited for, only the others are; then it is false soon.
    [[nodiscard]] bool catch_up(std::chrono::milliseconds patience);

    /// The first error that stopped a partition's thread for good, for health.
    [[nodiscard]] std::optional<Error> failure() const;
    [[nodiscard]] messaging::Offset next_offset(messaging::Partition partition) const;  // The store has what is below.
    [[nodiscard]] std::uint64_t gaps() const { return gaps_; }
    [[nodiscard]] std::uint64_t lag();  // Records that are durable and not in the store yet.

private:
    [[nodiscard]] bool was_seen(messaging::SequenceCheck& check, messaging::Partition partition,
                                const messaging::StoredRecord& record);
    void run(std::stop_token stop, messaging::Partition partition, messaging::Offset from);
    [[nodiscard]] bool feed(std::stop_token stop, messaging::Partition partition,
                            std::vector<messaging::StoredRecord> records);
    void fail_for_good(messaging::Partition partition, const Error& error);

    messaging::Log& log_;
    const FeedTarget target_;
    const Clock& clock_;
    std::string topic_;
    std::mutex store_mutex_;  // The store is fed by one thread at a time.
    std::vector<std::jthread> threads_;
    std::atomic<std::uint64_t> gaps_ = 0;

    mutable std::mutex mutex_;
    std::condition_variable fed_changed_;
    std::vector<messaging::Offset> fed_;     // Next offset of each partition. Under mutex_.
    std::set<messaging::Partition> failed_;  // Their threads have ended. Under mutex_.
    std::optional<Error> failure_;           // The first. Under mutex_.
};

}  // namespace sf::storage
