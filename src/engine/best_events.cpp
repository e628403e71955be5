#include "engine/best_events.hpp"

#include <algorithm>

namespace sf::engine {

// All that ranks must be keys: where a window's bounds are part of it, events may have another order in each window.
// Two rankings would need what is best by either.
std::optional<BestEvents> best_events(const sql::ViewPlan& plan) {
    if (!plan.ranks_events || plan.rankings.size() != 1 || plan.rankings[0].limit == INT64_MAX) return std::nullopt;
    const sql::Ranking& ranking = plan.rankings[0];
    const auto key_of = [&](const sql::ExpressionPtr& expression) -> std::optional<std::size_t> {
        const int input = sql::input_of(*expression);
        if (input < 0 || static_cast<std::size_t>(input) >= plan.keys.size()) return std::nullopt;
        return static_cast<std::size_t>(input);
    };
    BestEvents best{.kind = ranking.kind,
                    .limit = static_cast<std::uint64_t>(std::max<std::int64_t>(ranking.limit, 1)),
                    .partition = {},
                    .direction = {}};
    for (const sql::ExpressionPtr& expression : ranking.partition) {
        const auto key = key_of(expression);
        if (!key) return std::nullopt;
        if (std::ranges::find(best.partition, *key) == best.partition.end()) best.partition.push_back(*key);
    }
    for (const sql::SortKey& sort : ranking.order) {
        if (!key_of(sort.expression)) return std::nullopt;
    }
    if (ranking.order.empty()) {
        // Equal events are numbered by their keys; by the other ranks all are the first.
        if (ranking.kind != sql::Ranking::Kind::row_number) return std::nullopt;
        return best;
    }
    best.order = *key_of(ranking.order[0].expression);
    best.direction = {ranking.order[0].descending, ranking.order[0].nulls_first};
    return best;
}

}  // namespace sf::engine
