// Late events that are in no file yet, as they came: a list a record.
#pragma once

#include "database/lakehouse/live_events.hpp"
#include "models/metric_point.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace sf::database {

/// Counted in the budget while it lives. Immutable.
class LiveLateEvents {
public:
    LiveLateEvents(std::shared_ptr<LiveBudget> budget, std::vector<models::LateEvent> events)
        : budget_(std::move(budget)), events_(std::move(events)), cost_(cost(events_)) {
        budget_->take(cost_);
    }
    ~LiveLateEvents() { budget_->give_back(cost_, false); }
    LiveLateEvents(const LiveLateEvents&) = delete;
    LiveLateEvents& operator=(const LiveLateEvents&) = delete;

    [[nodiscard]] static std::uint64_t cost(const std::vector<models::LateEvent>& events) {
        std::uint64_t bytes = events.size() * sizeof(models::LateEvent);
        for (const models::LateEvent& event : events) bytes += event.view.size() > 15 ? event.view.size() + 17 : 0;
        return bytes;
    }

    [[nodiscard]] const std::vector<models::LateEvent>& events() const { return events_; }
    [[nodiscard]] std::uint64_t cost() const { return cost_; }

private:
    std::shared_ptr<LiveBudget> budget_;  // Shared with the store; what is pinned may outlive it.
    std::vector<models::LateEvent> events_;
    std::uint64_t cost_;
};

using LiveLateEventsPtr = std::shared_ptr<const LiveLateEvents>;  // Shared by the store and pinned snapshots.

}  // namespace sf::database
