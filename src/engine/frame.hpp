// What stage 1 makes of one record of the log, or of several one behind the other, and stage 2 merges: for every view
// the partial aggregates of its groups and panes. Immutable once made; all shards read the same frame and take the
// groups that are theirs.
#pragma once

#include "base/uuid.hpp"
#include "engine/key_block.hpp"
#include "engine/partition_time.hpp"
#include "engine/view.hpp"
#include "models/metric_point.hpp"

#include <memory>
#include <vector>

namespace sf::engine {

/// An event that came too late for the windows that end at `closed_until` or before.
struct TooLate {
    Uuid event_id;
    std::int64_t time = 0;
    std::int64_t closed_until = 0;
};

/// Events of a session, each at most a gap behind the one before: the times of the first and the last.
struct SessionSpan {
    std::int64_t first = 0;
    std::int64_t last = 0;
};

/// A cell is a group in a pane, or in a piece of a session. Shared by the views that group, filter and cut time alike.
struct CellBlock {
    std::shared_ptr<const KeyBlock> keys;
    std::vector<std::uint32_t> key;          // Of each cell: an index into `keys`.
    std::vector<Pane> pane;                  // Of each cell, but of sessions.
    std::vector<SessionSpan> session;        // Of each cell of a view of sessions. Pieces of one may be several cells.
    std::vector<std::int64_t> closed_until;  // Of each cell: it counts for windows that end later; kTimeMin: for all.
                                             // Empty: all cells for all.
    std::vector<TooLate> late;               // For some windows of theirs, or all.
    std::uint64_t events = 0;                // That are in some cell.
    std::uint64_t events_late = 0;           // That are in none.
};

struct Partials {
    ViewNumber view = 0;
    std::shared_ptr<const CellBlock> cells;
    // One an aggregate, indexed by cell. Shared, as the cells are.
    std::vector<std::shared_ptr<const AggregateStates>> states;
    std::uint64_t events_failed = 0;  // Events for which an expression could not be computed.

    /// Of a view without groups, in the place of cells and states: the first shard gives them their version.
    std::shared_ptr<const std::vector<models::MetricPoint>> rows;
};

enum class FrameKind : std::uint8_t { events, flush, tick };

struct Frame {
    Partition partition = 0;
    Offset first = 0;   // Of the first record in it,
    Offset offset = 0;  // and of the last one.
    FrameKind kind = FrameKind::events;
    PartitionTime time;  // After the last record.
    std::vector<Partials> partials;
};

using FramePtr = std::shared_ptr<const Frame>;  // Shared by the shards' queues.

}  // namespace sf::engine
