#include "engine/best_of_pane.hpp"

#include "base/assert.hpp"
#include "engine/group_key.hpp"
#include "models/event_batch.hpp"

#include <algorithm>
#include <numeric>

namespace sf::engine {

BestOfPane::BestOfPane(ViewPtr view) : view_(std::move(view)), ranking_(view_->plan) {
    for (const sql::KeyColumn& key : view_->plan.keys) types_.push_back(sql::type_of(*key.expression));
}

// In pieces, as WindowRows::emit_ranked() does it. What ranks events is keys alone.
PaneTablePtr BestOfPane::of(const PaneTable& table, const ShardKeys& names) {
    ranking_.begin();
    for (std::size_t begin = 0; begin < table.size(); begin += models::kBatchEventsMax) {
        const std::size_t count = std::min(models::kBatchEventsMax, table.size() - begin);
        names_.clear();
        for (std::size_t i = 0; i < count; ++i) names_.push_back(names.key(table.keys()[begin + i]));
        const bool ours = read_keys(names_, types_, keys_);
        SF_ASSERT(ours);
        std::vector<sql::Column> inputs;
        for (const OwnedColumn& key : keys_) inputs.push_back(key.view(count));
        (void)ranking_.add(inputs, count);  // Keys can't fail: they were computed for the event.
    }
    const std::span<const std::uint32_t> best = ranking_.rank();
    if (best.size() == table.size()) return nullptr;
    auto kept = std::make_shared<PaneTable>(view_->fresh_states());
    std::vector<std::uint32_t> cells;
    for (const std::uint32_t cell : best) cells.push_back(kept->cell_of(table.keys()[cell]));
    kept->grow();
    for (std::size_t a = 0; a < kept->aggregates(); ++a) kept->states(a).merge(table.states(a), best, cells);
    return kept;
}

}  // namespace sf::engine
