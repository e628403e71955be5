// Which views show the best n events alone, and by what: an event with n better ones beside it in its pane is never
// shown (docs/decisions/0018-of-ranked-events-the-best-are-kept.md).
#pragma once

#include "sql/view_plan.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace sf::engine {

struct BestEvents {
    sql::Ranking::Kind kind = sql::Ranking::Kind::row_number;
    std::uint64_t limit = 1;             // Events of a greater rank are not shown.
    std::vector<std::size_t> partition;  // Keys of the view, each once.
    std::size_t order = 0;               // The key that ORDER BY has first,
    sql::SortDirection direction;        // and how.
};

/// Nothing where other events matter, too.
[[nodiscard]] std::optional<BestEvents> best_events(const sql::ViewPlan& plan);

}  // namespace sf::engine
