// A view as both stages run it.
#pragma once

#include "engine/aggregate.hpp"
#include "engine/pane_grid.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace sf::engine {

using Partition = std::uint32_t;
using Offset = std::uint64_t;
using ViewNumber = std::uint32_t;

/// Immutable.
struct View {
    ViewNumber number = 0;  // Within a process; never used again.
    std::string identity;   // Of its state in a checkpoint: changes with every new version of the view.
    sql::ViewPlan plan;
    std::map<Partition, Offset> starts;  // It sees records from here on; partitions that are not named: from 0.

    View(ViewNumber view_number, std::string view_identity, sql::ViewPlan view_plan,
         std::map<Partition, Offset> view_starts);

    std::int64_t closed_until =
        kTimeMin;  // Microseconds: windows that end here or before were closed when it began, by a backfill.

    PaneGrid grid;                      // Of windows that are no sessions.
    std::int64_t lateness = 0;          // Microseconds; kTimeMax for 'infinity'.
    std::int64_t out_of_orderness = 0;  // Microseconds.

    [[nodiscard]] Offset start(Partition partition) const {
        const auto found = starts.find(partition);
        return found == starts.end() ? 0 : found->second;
    }

    /// Microseconds of silence that end a session; 0: the windows are those of the grid. A running total with a ttl is
    /// made of sessions, too: of each group the last one counts, and its row has no bounds.
    [[nodiscard]] std::int64_t gap() const {
        return plan.window.kind == sql::Window::Kind::session ? plan.window.size.count() : plan.options.ttl.count();
    }

    /// When a window that ends at `end` takes no more events.
    [[nodiscard]] std::int64_t closes_at(std::int64_t end) const {
        return lateness >= kTimeMax || end >= kTimeMax ? kTimeMax : end + lateness;
    }

    [[nodiscard]] std::vector<std::unique_ptr<AggregateStates>> fresh_states() const;
};

using ViewPtr = std::shared_ptr<const View>;  // Shared by the folds of all partitions and all shards.

}  // namespace sf::engine
