// Which pane each selected event falls into, and whether it came too late for some or all of its windows.
#pragma once

#include "engine/event_cells.hpp"

namespace sf::engine {

class PaneCells final : public EventCells {
public:
    explicit PaneCells(CellRules rules) : EventCells(rules) {}

    void assign(const EventGroups& groups, const BatchTimes& times) override;

private:
    [[nodiscard]] bool nothing_late(const BatchTimes& times) const;
    [[nodiscard]] bool one_pane(const EventGroups& groups, const BatchTimes& times, Pane& pane) const;
    void assign_panes(const EventGroups& groups, std::span<const std::int64_t> time, CellBlock& block);
    void assign_with_lateness(const EventGroups& groups, const BatchTimes& times, CellBlock& block);
    [[nodiscard]] std::uint32_t cell_of(std::uint32_t key, Pane pane, std::int64_t closed_until, CellBlock& block);

    std::vector<std::uint32_t> table_;  // Cell + 1, by hash of key and pane; 0 is free.
};

}  // namespace sf::engine
