// How far time has come in one partition of the log. A view's watermark there is `event` less its out_of_orderness, or
// `received` for a view over received_at. Advances event by event in the order of the partition, so a replay repeats
// every decision.
#pragma once

#include "engine/pane_grid.hpp"
#include "sql/view_plan.hpp"

#include <algorithm>

namespace sf::engine {

struct PartitionTime {
    std::int64_t event =
        kTimeMin;  // Greatest of min(timestamp, received_at): a clock that is ahead can't close windows early.
    std::int64_t received = kTimeMin;  // Greatest received_at.

    void see(std::int64_t timestamp, std::int64_t received_at) {
        event = std::max(event, std::min(timestamp, received_at));
        received = std::max(received, received_at);
    }

    /// Of a view with this time column and this out_of_orderness in microseconds.
    [[nodiscard]] std::int64_t watermark(sql::TimeColumn column, std::int64_t out_of_orderness) const {
        if (column == sql::TimeColumn::received_at) return received;
        return event <= kTimeMin ? kTimeMin : event - out_of_orderness;
    }
};

}  // namespace sf::engine
