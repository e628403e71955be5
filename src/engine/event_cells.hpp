// Which cell each selected event falls into: a group in a pane (pane_cells) or in a piece of a session (session_cells);
// and whether it came too late. Views with the same groups, windows' edges and lateness share the answer.
#pragma once

#include "engine/event_groups.hpp"

#include <memory>

namespace sf::engine {

struct CellRules {
    PaneGrid grid;
    std::int64_t gap = 0;  // Of sessions; 0: windows are those of the grid.
    sql::TimeColumn time = sql::TimeColumn::timestamp;
    std::int64_t lateness = 0;
    std::int64_t out_of_orderness = 0;
    std::int64_t closed_until = kTimeMin;  // Windows that end here or before are closed, whatever the watermark.

    /// Windows that end here or before take no more events.
    [[nodiscard]] std::int64_t closed_at(std::int64_t watermark) const {
        return std::max(watermark - lateness, closed_until);
    }
};

/// The time columns of a batch, the least and the greatest of each, and the time of its partition before and after it.
struct BatchTimes {
    std::span<const std::int64_t> timestamps;
    std::span<const std::int64_t> received;
    const models::EventBatch* batch = nullptr;  // Null: rows of a view, none of which is late.
    struct Range {
        std::int64_t least = 0;
        std::int64_t greatest = 0;
    };
    Range timestamp_range, received_range;
    PartitionTime before;
    PartitionTime after;

    [[nodiscard]] std::span<const std::int64_t> of(sql::TimeColumn column) const {
        return column == sql::TimeColumn::timestamp ? timestamps : received;
    }
    [[nodiscard]] const Range& range_of(sql::TimeColumn column) const {
        return column == sql::TimeColumn::timestamp ? timestamp_range : received_range;
    }
};

/// One thread; its memory is kept between batches.
class EventCells {
public:
    explicit EventCells(CellRules rules) : rules_(rules) {}
    virtual ~EventCells() = default;
    EventCells(const EventCells&) = delete;
    EventCells& operator=(const EventCells&) = delete;

    /// Answers below are valid until the next call, and as long as those of `groups`.
    virtual void assign(const EventGroups& groups, const BatchTimes& times) = 0;

    [[nodiscard]] std::span<const std::uint32_t> rows() const { return rows_; }    // In some cell, rising.
    [[nodiscard]] std::span<const std::uint32_t> cells() const { return cells_; }  // Of each of these rows.
    [[nodiscard]] const std::shared_ptr<const CellBlock>& block() const { return block_; }
    /// Cells are the groups, as they are numbered there, with all their rows: whatever the windows, a fold is the same.
    [[nodiscard]] bool are_groups() const { return are_groups_; }

    /// Rows for which something could not be computed that only the cells ask for.
    [[nodiscard]] virtual std::uint64_t failed() const { return 0; }

protected:
    const CellRules rules_;
    std::span<const std::uint32_t> rows_;
    std::span<const std::uint32_t> cells_;
    std::vector<std::uint32_t> own_rows_;  // Where rows_ and cells_ are not those of the groups.
    std::vector<std::uint32_t> own_cells_;
    std::shared_ptr<const CellBlock> block_;
    bool are_groups_ = false;
};

[[nodiscard]] std::unique_ptr<EventCells> make_event_cells(const CellRules& rules);

}  // namespace sf::engine
