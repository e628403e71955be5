// The live tail of events: of all that match a filter, the newest few at each look, and how many there were. One for
// all clients that have the same filter. Pure: the hub's thread calls it.
#pragma once

#include "models/event_batch.hpp"
#include "services/dashboard/live/live_message.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace sf::dashboard {

using EventTextPtr = std::shared_ptr<const std::string>;  // By all feeds that have not sent it yet.

class EventTail {
public:
    explicit EventTail(EventFilter filter) : filter_(std::move(filter)) {}

    /// Counts the events that match, and remembers the newest. Batches of one partition come in order.
    void look(const models::EventBatchPtr& batch);

    struct News {
        std::vector<EventTextPtr> events;  // At most kTailEventsMax, the newest last.
        std::uint64_t matched = 0;
    };
    /// What has come since the last call; afterwards no batch is held any more.
    [[nodiscard]] News take();

private:
    struct Found {
        models::EventBatchPtr batch;
        std::size_t row;
    };

    [[nodiscard]] bool matches(const models::EventBatch& batch, std::size_t row) const;
    void note_codes(const models::EventBatch& batch);

    const EventFilter filter_;
    std::vector<bool> types_;  // By the codes of the batch that is looked at.
    std::vector<bool> sources_;
    std::vector<Found> found_;
    std::uint64_t matched_ = 0;
};

/// One client's subscription to a tail.
class TailFeed {
public:
    static constexpr std::chrono::milliseconds kFrameInterval{200};
    static constexpr std::size_t kFrameBytes =
        512u << 10;  // Older events give way; the newest one is kept whatever its size.

    TailFeed(std::string id, TailEvents tail) : id_(std::move(id)), tail_(std::move(tail)) {}

    [[nodiscard]] const std::string& id() const { return id_; }
    [[nodiscard]] const EventFilter& filter() const { return tail_.filter; }

    void offer(const EventTail::News& news);

    /// All that is new since the last frame, as one; an empty text if there is nothing.
    [[nodiscard]] std::string take_frame();

private:
    const std::string id_;
    const TailEvents tail_;
    std::deque<EventTextPtr> events_;
    std::size_t bytes_ = 0;
    std::uint64_t skipped_ = 0;
};

/// One event as {"id","type","source","timestamp","received_at","severity","user_id","correlation_id","tags","data"}.
void append_event(std::string& out, const models::EventBatch& batch, std::size_t row);

}  // namespace sf::dashboard
