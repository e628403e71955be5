// What shards emit goes to topic `metrics`. Knows which of it is durable, so that a checkpoint never covers a row that
// could be lost.
#pragma once

#include "base/clock.hpp"
#include "engine/shard.hpp"
#include "messaging/log.hpp"

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <stop_token>

namespace sf::analytics {

inline constexpr std::string_view kMetricsTopic = "metrics";

/// Any thread.
class PointPublisher {
public:
    PointPublisher(messaging::Log& log, const Clock& clock) : log_(log), clock_(clock) {}

    /// Appends what a shard gave; waits while much is not durable yet (then the shard stands still and the log of
    /// events grows instead). Once `stop` is requested what is left may be dropped: no checkpoint covers it.
    void publish(std::uint32_t shard, engine::Emitted emitted, const std::stop_token& stop);

    /// What is published from now on stands at this offset or behind.
    [[nodiscard]] messaging::Offset next_offset() const;

    /// A ticket for all that was published so far.
    [[nodiscard]] std::uint64_t ticket() const;

    /// Waits until all up to the ticket is durable. False if it is not by `until`, or can't become so: the log refuses
    /// for good, or `stop`.
    [[nodiscard]] bool wait_durable(std::uint64_t ticket, const std::stop_token& stop,
                                    Deadline until = Deadline::max());

    [[nodiscard]] std::uint64_t points() const { return points_; }

private:
    struct Flying {
        models::MetricBatchPtr batch;
        std::size_t bytes = 0;
        bool failed = false;  // It waits to be appended again.
    };
    void append(models::MetricBatchPtr batch, const std::stop_token& stop);
    void append_as(std::uint64_t number, models::MetricBatchPtr batch);
    void append_failed(std::unique_lock<std::mutex>& lock);
    void settled(std::uint64_t number, bool durable);

    messaging::Log& log_;
    const Clock& clock_;
    std::atomic<std::uint64_t> points_ = 0;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::uint64_t next_ = 1;                  // Below: under mutex_.
    std::map<std::uint64_t, Flying> flying_;  // By number: what is not durable yet.
    std::size_t flying_bytes_ = 0;
};

}  // namespace sf::analytics
