// Which pane each selected event falls into, and whether it came too late for some or all of its windows. Views with
// the same groups, pane edges and lateness share the answer.
#pragma once

#include "engine/event_groups.hpp"

namespace sf::engine {

struct CellRules {
    PaneGrid grid;
    sql::TimeColumn time = sql::TimeColumn::timestamp;
    std::int64_t lateness = 0;
    std::int64_t out_of_orderness = 0;
    std::int64_t closed_until = kTimeMin;  // Windows that end here or before are closed, whatever the watermark.

    /// Windows that end here or before take no more events.
    [[nodiscard]] std::int64_t closed_at(std::int64_t watermark) const {
        return std::max(watermark - lateness, closed_until);
    }
};

/// The time columns of a batch, and the time of its partition before and after it.
struct BatchTimes {
    std::span<const std::int64_t> timestamps;
    std::span<const std::int64_t> received;
    PartitionTime before;
    PartitionTime after;
    std::int64_t timestamp_min = 0;
    std::int64_t received_min = 0;
};

/// One thread; its memory is kept between batches.
class EventCells {
public:
    explicit EventCells(CellRules rules) : rules_(rules) {}

    /// Answers below are valid until the next call, and as long as those of `groups`.
    void assign(const EventGroups& groups, const models::EventBatch& batch, const BatchTimes& times);

    [[nodiscard]] std::span<const std::uint32_t> rows() const { return rows_; }    // In some cell, rising.
    [[nodiscard]] std::span<const std::uint32_t> cells() const { return cells_; }  // Of each of these rows.
    [[nodiscard]] const std::shared_ptr<const CellBlock>& block() const { return block_; }

private:
    [[nodiscard]] bool nothing_late(const BatchTimes& times) const;
    [[nodiscard]] bool one_pane(const EventGroups& groups, std::span<const std::int64_t> time, Pane& pane) const;
    void assign_panes(const EventGroups& groups, std::span<const std::int64_t> time, CellBlock& block);
    void assign_with_lateness(const EventGroups& groups, const models::EventBatch& batch, const BatchTimes& times,
                              CellBlock& block);
    [[nodiscard]] std::uint32_t cell_of(std::uint32_t group, Pane pane, std::int64_t closed_until, CellBlock& block);

    const CellRules rules_;
    std::span<const std::uint32_t> rows_;
    std::span<const std::uint32_t> cells_;
    std::vector<std::uint32_t> own_rows_;
    std::vector<std::uint32_t> own_cells_;
    std::vector<std::uint32_t> table_;  // Cell + 1, by hash of group and pane; 0 is free.
    std::shared_ptr<const CellBlock> block_;
};

}  // namespace sf::engine
