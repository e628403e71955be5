// What a shard has of windows that are over, for the views that read their view. Within a shard and a view numbers
// rise, and a replay gives the same rows up to the same number: what was merged already is told by it
// (docs/decisions/0015-a-view-over-a-view-reads-windows-that-are-over.md).
#pragma once

#include "engine/byte_stream.hpp"
#include "engine/frame.hpp"
#include "engine/pane_grid.hpp"

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sf::engine {

/// Kept by the shard that gives it until all shards have it for good.
struct Settled {
    WindowIndex before = 0;                                        // All windows before this one are over.
    std::shared_ptr<const std::vector<models::MetricPoint>> rows;  // Of the last of them, or none.
};

/// The same as one of the reading views has it, folded.
struct SettledPiece {
    ViewNumber view = 0;    // That reads.
    std::size_t shard = 0;  // That gives.
    WindowIndex before = 0;
    std::vector<Partials> partials;
};
using SettledPiecePtr = std::shared_ptr<const SettledPiece>;  // Shared by the shards that merge it.

inline constexpr WindowIndex kNothingSettled = INT64_MIN;

/// Of one view in one shard, as it stands in checkpoints.
struct SettledState {
    std::vector<WindowIndex> places;  // Of a view over a view, by the shard that gives: everything before is merged.
    WindowIndex before = kNothingSettled;  // Of a view that is read: all windows before it were given,
    std::deque<Settled> kept;              // and what readers may not have for good.
};

void save_settled(ByteWriter& writer, const SettledState& state);

/// The reader fails where what it reads can't be such a state. `view` has the rows.
[[nodiscard]] SettledState load_settled(ByteReader& reader, const std::string& view);

/// How far time has come for a view that reads `source`, with these places; kTimeMin: not begun.
[[nodiscard]] std::int64_t watermark_of_places(const sql::ViewSource& source, std::span<const WindowIndex> places);

}  // namespace sf::engine
