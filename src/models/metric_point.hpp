// What a view emits: rows with an identity, of which a later one replaces an earlier one.
#pragma once

#include "base/time.hpp"
#include "base/uuid.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace sf::models {

/// One row of a view. Identity: (view, keys, window_start). Of two with one identity the one with the greater (epoch,
/// version) counts.
struct MetricPoint {
    std::string view;
    std::string keys =
        "{}";  // A JSON object, members in the order of the view's key columns: {"source":"shop"}. Same key, same text.
    std::optional<Timestamp> window_start;  // None for a running total.
    std::optional<Timestamp> window_end;    // Exclusive.
    std::string values = "{}";              // A JSON object of the view's other columns.
    bool final = false;         // No event can change it any more, but for those of a flush that came early.
    bool deleted = false;       // A tombstone: the row is no longer in the view.
    std::uint32_t epoch = 0;    // Rises at every start of the engine.
    std::uint64_t version = 0;  // Rises with every emission within an epoch.

    friend bool operator==(const MetricPoint&, const MetricPoint&) = default;

    [[nodiscard]] bool replaces(const MetricPoint& other) const {
        return std::tie(epoch, version) > std::tie(other.epoch, other.version);
    }
};

/// An event that came too late for windows of a view: it is left out of those that end at `closed_until` or before.
struct LateEvent {
    std::string view;
    Uuid event_id;
    Timestamp timestamp;     // Of the event, in the view's time column.
    Timestamp closed_until;  // The end of the last window that it came too late for.

    friend bool operator==(const LateEvent&, const LateEvent&) = default;
};

inline constexpr std::size_t kMetricBatchBytesMax =
    1000u << 10;  // A batch is sealed at about this memory; one point may go beyond.

/// What one emission gives: the record of topic `metrics`. Immutable once shared.
struct MetricBatch {
    std::uint32_t shard = 0;  // Of the engine: versions are counted by each for itself.
    std::vector<MetricPoint> points;
    std::vector<LateEvent> late_events;

    [[nodiscard]] std::size_t bytes() const;  // About the memory it holds.
};

using MetricBatchPtr =
    std::shared_ptr<const MetricBatch>;  // Shared by the log's ring, the point store and the live page.

}  // namespace sf::models
