#include "engine/pane_cells.hpp"

#include <algorithm>
#include <bit>

namespace sf::engine {

void PaneCells::assign(const EventGroups& groups, const BatchTimes& times) {
    auto block = std::make_shared<CellBlock>();
    block->keys = groups.keys();
    rows_ = groups.rows();
    Pane pane = 0;
    are_groups_ = false;
    if (!nothing_late(times)) {
        assign_with_lateness(groups, times, *block);
    } else if (one_pane(groups, times, pane)) {
        are_groups_ = true;
        cells_ = groups.groups();
        block->key.assign(groups.key_of().begin(), groups.key_of().end());
        block->pane.assign(block->key.size(), pane);
    } else {
        assign_panes(groups, times.of(rules_.time), *block);
    }
    block->events = rows_.size();
    block_ = std::move(block);
}

// Every window that holds an event ends after it, so none is closed if the earliest event is not behind the last
// watermark by the lateness.
bool PaneCells::nothing_late(const BatchTimes& times) const {
    if (rules_.grid.is_total()) return true;
    const std::int64_t watermark = times.after.watermark(rules_.time, rules_.out_of_orderness);
    return times.range_of(rules_.time).least >= rules_.closed_at(watermark);
}

bool PaneCells::one_pane(const EventGroups& groups, const BatchTimes& times, Pane& pane) const {
    const auto rows = groups.rows();
    const auto time = times.of(rules_.time);
    pane = rules_.grid.pane_of(time[rows[0]]);
    if (rules_.grid.is_total()) return true;
    const std::int64_t begin = rules_.grid.pane_begin(pane);
    const std::int64_t end = rules_.grid.pane_end(pane);
    // Most batches are of one pane, whole.
    const BatchTimes::Range& range = times.range_of(rules_.time);
    if (range.least >= begin && range.greatest < end) return true;
    return rows.size() < time.size() &&
           std::ranges::all_of(rows, [&](std::uint32_t row) { return time[row] >= begin && time[row] < end; });
}

std::uint32_t PaneCells::cell_of(std::uint32_t key, Pane pane, std::int64_t closed_until, CellBlock& block) {
    const std::size_t mask = table_.size() - 1;
    std::uint64_t hash = (static_cast<std::uint64_t>(pane) * 0x9E3779B97F4A7C15ULL) ^ (key * 0xD6E8FEB86659FD93ULL) ^
                         (static_cast<std::uint64_t>(closed_until) * 0xC2B2AE3D27D4EB4FULL);
    std::size_t slot = (hash ^ (hash >> 32)) & mask;
    while (table_[slot] != 0) {
        const std::uint32_t cell = table_[slot] - 1;
        const std::int64_t closed = block.closed_until.empty() ? kTimeMin : block.closed_until[cell];
        if (block.key[cell] == key && block.pane[cell] == pane && closed == closed_until) return cell;
        slot = (slot + 1) & mask;
    }
    const auto cell = static_cast<std::uint32_t>(block.key.size());
    table_[slot] = cell + 1;
    block.key.push_back(key);
    block.pane.push_back(pane);
    if (closed_until != kTimeMin && block.closed_until.empty()) block.closed_until.assign(cell, kTimeMin);
    if (closed_until != kTimeMin || !block.closed_until.empty()) block.closed_until.push_back(closed_until);
    return cell;
}

void PaneCells::assign_panes(const EventGroups& groups, std::span<const std::int64_t> time, CellBlock& block) {
    const auto rows = groups.rows();
    const auto group = groups.groups();
    const auto key_of = groups.key_of();
    table_.assign(std::bit_ceil(rows.size() * 2), 0);
    own_cells_.resize(rows.size());
    Pane pane = 0;
    std::int64_t begin = 1, end = 0;  // Of `pane`; at first of none.
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::int64_t at = time[rows[i]];
        if (at < begin || at >= end) {
            pane = rules_.grid.pane_of(at);
            begin = rules_.grid.pane_begin(pane);
            end = rules_.grid.pane_end(pane);
        }
        own_cells_[i] = cell_of(key_of[group[i]], pane, kTimeMin, block);
    }
    cells_ = own_cells_;
}

// Event by event, because the watermark moves with each. All events of the batch move it, also those that the view does
// not look at.
void PaneCells::assign_with_lateness(const EventGroups& groups, const BatchTimes& times, CellBlock& block) {
    const PaneGrid& grid = rules_.grid;
    const auto rows = groups.rows();
    const auto group = groups.groups();
    const auto key_of = groups.key_of();
    const auto time = times.of(rules_.time);
    table_.assign(std::bit_ceil(rows.size() * 2), 0);
    own_rows_.clear();
    own_cells_.clear();
    PartitionTime now = times.before;
    std::size_t seen = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::uint32_t row = rows[i];
        for (; seen <= row; ++seen) now.see(times.timestamps[seen], times.received[seen]);
        const Pane pane = grid.pane_of(time[row]);
        // Windows that end at `closed` or before take no more events.
        const std::int64_t closed = rules_.closed_at(now.watermark(rules_.time, rules_.out_of_orderness));
        const WindowIndex first = grid.first_window_of(pane);
        const WindowIndex last = grid.last_window_of(pane);
        const WindowIndex open = std::max(first, grid.first_window_ending_after(closed));
        std::int64_t closed_until = kTimeMin;
        if (open > first) {
            closed_until = grid.window_end(std::min(open - 1, last));
            block.late.push_back({times.batch->id(row), time[row], closed_until});
        }
        if (open > last) {
            ++block.events_late;
            continue;
        }
        own_rows_.push_back(row);
        own_cells_.push_back(cell_of(key_of[group[i]], pane, closed_until, block));
    }
    rows_ = own_rows_;
    cells_ = own_cells_;
}

}  // namespace sf::engine
