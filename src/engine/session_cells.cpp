#include "engine/session_cells.hpp"

#include <algorithm>

namespace sf::engine {

void SessionCells::assign(const EventGroups& groups, const BatchTimes& times) {
    auto block = std::make_shared<CellBlock>();
    block->keys = groups.keys();
    rows_ = groups.rows();
    std::span<const std::uint32_t> group = groups.groups();
    if (!nothing_late(times)) {
        leave_late_ones_out(groups, times, *block);
        group = own_groups_;
    }
    assign_pieces(group, groups.key_of(), times.of(rules_.time), *block);
    block->events = rows_.size();
    block_ = std::move(block);
}

bool SessionCells::nothing_late(const BatchTimes& times) const {
    const std::int64_t watermark = times.after.watermark(rules_.time, rules_.out_of_orderness);
    return times.range_of(rules_.time).least + rules_.gap > rules_.closed_at(watermark);
}

// Event by event, because the watermark moves with each. All events of the batch move it, also those that the view does
// not look at.
void SessionCells::leave_late_ones_out(const EventGroups& groups, const BatchTimes& times, CellBlock& block) {
    const auto rows = groups.rows();
    const auto time = times.of(rules_.time);
    own_rows_.clear();
    own_groups_.clear();
    PartitionTime now = times.before;
    std::size_t seen = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::uint32_t row = rows[i];
        for (; seen <= row; ++seen) now.see(times.timestamps[seen], times.received[seen]);
        const std::int64_t end = time[row] + rules_.gap;
        if (end <= rules_.closed_at(now.watermark(rules_.time, rules_.out_of_orderness))) {
            block.late.push_back({times.batch->id(row), time[row], end});
            ++block.events_late;
            continue;
        }
        own_rows_.push_back(row);
        own_groups_.push_back(groups.groups()[i]);
    }
    rows_ = own_rows_;
}

// An event that does not follow the last piece of its group begins another one. Where records are out of order that
// may be a piece of a session that has one already: stage 2 brings pieces together, whichever record they are from.
void SessionCells::assign_pieces(std::span<const std::uint32_t> groups, std::span<const std::uint32_t> key_of,
                                 std::span<const std::int64_t> time, CellBlock& block) {
    constexpr std::uint32_t kNone = UINT32_MAX;
    cell_of_group_.assign(key_of.size(), kNone);
    own_cells_.resize(rows_.size());
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        const std::int64_t at = time[rows_[i]];
        std::uint32_t& cell = cell_of_group_[groups[i]];
        if (cell == kNone || at < block.session[cell].first - rules_.gap ||
            at > block.session[cell].last + rules_.gap) {
            cell = static_cast<std::uint32_t>(block.key.size());
            block.key.push_back(key_of[groups[i]]);
            block.session.push_back({at, at});
        } else {
            SessionSpan& span = block.session[cell];
            span = {std::min(span.first, at), std::max(span.last, at)};
        }
        own_cells_[i] = cell;
    }
    cells_ = own_cells_;
}

}  // namespace sf::engine
