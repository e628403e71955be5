// What a SELECT gives to the one around it.
#pragma once

#include "sql/plan/scope.hpp"

#include <cstdint>
#include <vector>

namespace sf::sql {

struct Relation {
    enum class Rows : std::uint8_t {
        events,           // Columns are expressions over events.
        windowed_events,  // Once for each window that they are in; columns may be bounds of it.
        groups,           // Columns are expressions over the inputs that a group has (view_plan.hpp).
        ranked_groups,    // And rankings are among the inputs.
    };
    Rows rows = Rows::events;
    std::vector<NamedColumn> columns;
};

}  // namespace sf::sql
