#include "engine/event_cells.hpp"

#include "engine/pane_cells.hpp"
#include "engine/session_cells.hpp"

namespace sf::engine {

std::unique_ptr<EventCells> make_event_cells(const CellRules& rules) {
    if (rules.gap > 0) return std::make_unique<SessionCells>(rules);
    return std::make_unique<PaneCells>(rules);
}

}  // namespace sf::engine
