// Which piece of a session each selected event falls into, and whether it came too late.
//
// An event is late if the session that it would be alone, [time, time + gap), takes no more events. That is decided
// without a look at other sessions: stage 1 has none, and so it does not depend on which of them were known when
// (docs/decisions/0008-when-an-event-is-late-for-its-session.md).
#pragma once

#include "engine/event_cells.hpp"

namespace sf::engine {

class SessionCells final : public EventCells {
public:
    explicit SessionCells(const CellRules& rules) : EventCells(rules) {}

    void assign(const EventGroups& groups, const BatchTimes& times) override;

private:
    [[nodiscard]] bool nothing_late(const BatchTimes& times) const;
    void leave_late_ones_out(const EventGroups& groups, const BatchTimes& times, CellBlock& block);
    void assign_pieces(std::span<const std::uint32_t> groups, std::span<const std::uint32_t> key_of,
                       std::span<const std::int64_t> time, CellBlock& block);

    std::vector<std::uint32_t> own_groups_;     // Of own_rows_.
    std::vector<std::uint32_t> cell_of_group_;  // The last one.
};

}  // namespace sf::engine
