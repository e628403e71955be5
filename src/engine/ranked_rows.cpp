// Rows of views with ranks: all groups of a window are ranked, and what differs from what readers have is emitted.
#include "base/hash.hpp"
#include "engine/window_rows.hpp"

#include <algorithm>

namespace sf::engine {

// In pieces, as WindowRows::emit() does it, twice: to rank them, and to show those that may be.
void WindowRows::emit_ranked(const Groups& groups, const ShardKeys& names, const Frame& window, RowSink& sink,
                             GivenRows& given) {
    constexpr std::size_t kTogether = models::kBatchEventsMax;
    ranking_->begin();
    for (std::size_t begin = 0; begin < groups.keys.size(); begin += kTogether) {
        const std::size_t count = std::min(kTogether, groups.keys.size() - begin);
        read_inputs({groups.keys.subspan(begin, count), groups.cells.subspan(begin, count), groups.states}, names,
                    window);
        sink.rows_failed += ranking_->add(inputs_, count);
    }
    shown_.clear();
    given_ = &given;
    std::vector<KeyId> keys;
    std::vector<std::uint32_t> cells;
    std::vector<std::uint8_t> shown;
    std::span<const std::uint32_t> rest = ranking_->rank();
    while (!rest.empty()) {
        ranked_ = rest.first(std::min(kTogether, rest.size()));
        rest = rest.subspan(ranked_.size());
        keys.clear();
        cells.clear();
        for (const std::uint32_t group : ranked_) {
            keys.push_back(groups.keys[group]);
            cells.push_back(groups.cells[group]);
        }
        shown.assign(keys.size(), 1);
        emit_some({keys, cells, groups.states}, names, window, sink, shown);
    }
    keys.clear();
    for (const auto& [key, hash] : given) {
        if (!shown_.contains(key)) keys.push_back(key);
    }
    std::ranges::sort(keys);
    for (const KeyId key : keys) retract(key, names, window, sink);
    given.swap(shown_);
}

void WindowRows::read_ranks(std::size_t rows) {
    for (std::size_t r = 0; r < ranks_.size(); ++r) {
        ranks_[r].reset(sql::Type::bigint, rows);
        for (std::size_t row = 0; row < rows; ++row) ranks_[r].integers[row] = ranking_->rank_of(r, ranked_[row]);
        inputs_.push_back(ranks_[r].view(rows));
    }
}

// Notes that it is shown.
bool WindowRows::is_known(KeyId key, const models::MetricPoint& row) {
    const std::uint64_t hash = hash64(row.values);
    shown_.emplace(key, hash);
    const auto known = given_->find(key);
    return !row.final && known != given_->end() && known->second == hash;
}

}  // namespace sf::engine
