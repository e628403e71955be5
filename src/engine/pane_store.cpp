#include "engine/pane_store.hpp"

#include "engine/best_events.hpp"

#include <algorithm>

namespace sf::engine {
namespace {

constexpr std::size_t kAhead = 24;          // Keys fetched ahead of their use.
constexpr std::size_t kWorthRanking = 256;  // New events that may be more than what is left of them.

}  // namespace

PaneStore::PaneStore(ViewPtr view, std::size_t shard, std::size_t shards, KeySpacePtr space)
    : view_(std::move(view)), keys_(view_->plan, shard, shards, std::move(space)) {
    if (best_events(view_->plan)) best_.emplace(view_);
}

Merged PaneStore::merge(const Partials& partials) {
    if (!partials.cells) return {};
    const CellBlock& block = *partials.cells;
    const ShardKeys::Numbers numbers = keys_.number(block);
    const Pane* const panes = block.pane.data();
    std::span<const std::uint32_t> mine = numbers.cells;
    const std::size_t count = mine.size();
    bool sorted = block.closed_until.empty();
    for (std::size_t i = 1; i < count; ++i) sorted &= panes[mine[i - 1]] <= panes[mine[i]];
    const auto closed = [&](std::uint32_t cell) {
        return block.closed_until.empty() ? kTimeMin : block.closed_until[cell];
    };
    // Cells of one pane stand together in most frames; where they do not, they are brought together.
    const auto before = [&](std::uint32_t a, std::uint32_t b) {
        return panes[a] < panes[b] || (panes[a] == panes[b] && closed(a) < closed(b));
    };
    if (!sorted) {
        mine_.assign(mine.begin(), mine.end());
        std::ranges::stable_sort(mine_, before);
        mine = mine_;
    }
    for (std::size_t begin = 0; begin < count;) {
        std::size_t end = begin + 1;
        while (end < count && !before(mine[begin], mine[end])) ++end;
        merge_cells(partials, panes[mine[begin]], closed(mine[begin]), mine.subspan(begin, end - begin), numbers.ids);
        begin = end;
    }
    return {.cells = count, .groups_refused = numbers.refused};
}

void PaneStore::merge_cells(const Partials& partials, Pane pane, std::int64_t closed_until,
                            std::span<const std::uint32_t> cells, std::span<const KeyId> keys) {
    PaneTablePtr& slot = closed_until == kTimeMin ? panes_[pane] : restricted_[{pane, closed_until}];
    if (closed_until == kTimeMin) invalidate(pane);
    if (!slot) slot = std::make_shared<PaneTable>(view_->fresh_states());
    PaneTable& table = writable(slot);
    TouchedKeys& touched = touched_[pane];
    to_.resize(cells.size());
    std::uint32_t* const to = to_.data();
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i + kAhead < cells.size()) table.prefetch(keys[cells[i + kAhead]]);
        const KeyId key = keys[cells[i]];
        to[i] = table.cell_of(key);
        if (closed_until == kTimeMin) touched.add(key, to[i]);
        else touched.add(key);
    }
    table.grow();
    for (std::size_t a = 0; a < partials.states.size(); ++a) table.states(a).merge(*partials.states[a], cells, to_);
}

PaneTable& PaneStore::writable(PaneTablePtr& table) {
    if (table.use_count() > 1) table = table->clone();
    return *table;
}

// A pane that changes is in one node of every level.
void PaneStore::invalidate(Pane pane) {
    if (nodes_.empty() || invalidated_ == pane) return;
    invalidated_ = pane;
    for (unsigned level = 1; level <= level_max_; ++level) nodes_.erase({level, pane >> level});
}

// Those that hold no pane from `pane` on. Time mostly goes on by a few panes, and then their names are known.
void PaneStore::forget_nodes_before(Pane pane) {
    const Pane from = std::exchange(forgotten_before_, pane);
    if (from > pane || pane - from > static_cast<Pane>(nodes_.size())) {
        std::erase_if(nodes_,
                      [&](const auto& entry) { return ((entry.first.second + 1) << entry.first.first) <= pane; });
        return;
    }
    for (unsigned level = 1; level <= level_max_; ++level) {
        for (Pane number = from >> level; (number + 1) << level <= pane; ++number) nodes_.erase({level, number});
    }
}

std::optional<Pane> PaneStore::next_pane(Pane pane) const {
    std::optional<Pane> found;
    if (const auto at = panes_.lower_bound(pane); at != panes_.end()) found = at->first;
    if (const auto at = restricted_.lower_bound({pane, kTimeMin}); at != restricted_.end()) {
        if (!found || at->first.first < *found) found = at->first.first;
    }
    return found;
}

PaneTablePtr PaneStore::node(unsigned level, Pane number) {
    if (level == 0) {
        const auto found = panes_.find(number);
        return found == panes_.end() ? nullptr : found->second;
    }
    const NodeName name{level, number};
    if (const auto found = nodes_.find(name); found != nodes_.end()) return found->second;
    PaneTablePtr left, right;
    if (const auto first = panes_.lower_bound(number << level);
        first != panes_.end() && first->first < ((number + 1) << level)) {
        left = node(level - 1, number * 2);
        right = node(level - 1, number * 2 + 1);
    }
    PaneTablePtr made = left ? left : right;  // Where one side is empty the other one serves.
    if (left && right) {
        made = left->clone();
        made->merge(*right);
    }
    nodes_.emplace(name, made);
    level_max_ = std::max(level_max_, level);
    invalidated_.reset();
    return made;
}

std::vector<const PaneTable*> PaneStore::tables(PaneRange panes, std::int64_t window_end) {
    std::vector<const PaneTable*> tables;
    // The largest aligned blocks from the left, then smaller and smaller ones to the right end.
    for (Pane at = panes.begin; at < panes.end;) {
        unsigned level = 0;
        while (level < 31 && (at & ((Pane{2} << level) - 1)) == 0 && at + (Pane{2} << level) <= panes.end) ++level;
        if (const PaneTablePtr table = node(level, at >> level)) tables.push_back(table.get());
        at += Pane{1} << level;
    }
    for (auto at = restricted_.lower_bound({panes.begin, kTimeMin});
         at != restricted_.end() && at->first.first < panes.end; ++at) {
        if (at->first.second < window_end) tables.push_back(at->second.get());
    }
    return tables;
}

void PaneStore::mark_used(std::vector<bool>& used) const {
    const auto mark = [&](const PaneTable& table) {
        for (const KeyId key : table.keys()) used[key] = true;
    };
    for (const auto& [number, table] : panes_) mark(*table);
    for (const auto& [name, table] : restricted_) mark(*table);
}

std::optional<std::vector<KeyId>> PaneStore::evict_before(Pane pane, const MarkKeys& others) {
    const auto end = panes_.lower_bound(pane);
    const auto restricted_end = restricted_.lower_bound({pane, kTimeMin});
    if (end == panes_.begin() && restricted_end == restricted_.begin()) return std::nullopt;
    panes_.erase(panes_.begin(), end);
    restricted_.erase(restricted_.begin(), restricted_end);
    touched_.erase(touched_.begin(), touched_.lower_bound(pane));
    forget_nodes_before(pane);
    auto moved = keys_.forget_unused([&](std::vector<bool>& used) {
        mark_used(used);
        others(used);
    });
    if (!moved) return std::nullopt;
    nodes_.clear();
    for (auto& [number, touched] : touched_) touched.renumber(*moved);
    for (auto& [number, table] : panes_) writable(table).renumber(*moved);
    for (auto& [name, table] : restricted_) writable(table).renumber(*moved);
    kept_ = keys_.size();
    return moved;
}

// Where there are twice as many as were left the last time, so that an event is ranked about once; sooner where room is
// short.
bool PaneStore::may_have_beaten(std::size_t more) const {
    const std::size_t grown = keys_.size() - std::min(keys_.size(), kept_);
    const bool is_short = refuses_ || keys_.size() + more > view_->plan.options.keys_max;
    return grown >= (is_short ? std::max<std::size_t>(1, kept_ / 8) : std::max(kWorthRanking, kept_));
}

// What is beaten in a pane is beaten in every window that has the pane, and so it is with the events of a pane that do
// not count for some windows.
std::optional<std::vector<KeyId>> PaneStore::forget_beaten(std::size_t more, const MarkKeys& others) {
    if (!best_ || !may_have_beaten(more)) return std::nullopt;
    const auto forget = [&](PaneTablePtr& table) {
        if (PaneTablePtr best = best_->of(*table, keys_)) table = std::move(best);
    };
    for (auto& [number, table] : panes_) forget(table);
    for (auto& [name, table] : restricted_) forget(table);
    nodes_.clear();
    std::vector<bool> in_panes(keys_.size(), false);
    mark_used(in_panes);
    std::vector<bool> used = in_panes;
    others(used);
    const std::vector<KeyId> moved = keys_.keep(used);
    kept_ = keys_.size();
    for (auto& [number, table] : panes_) writable(table).renumber(moved);
    for (auto& [name, table] : restricted_) writable(table).renumber(moved);
    for (auto& [number, touched] : touched_) {
        const auto table = panes_.find(number);
        touched = touched.kept(in_panes, moved, table == panes_.end() ? nullptr : table->second.get());
    }
    return moved;
}

std::size_t PaneStore::bytes() const {
    std::size_t bytes = keys_.bytes();
    for (const auto& [number, table] : panes_) bytes += table->bytes();
    for (const auto& [name, table] : restricted_) bytes += table->bytes();
    for (const auto& [name, table] : nodes_) bytes += table ? table->bytes() : 0;
    return bytes;
}

PaneStore::Frozen PaneStore::freeze() const {
    Frozen frozen{keys_.freeze(), {panes_.begin(), panes_.end()}, {restricted_.begin(), restricted_.end()}, {}};
    for (const auto& [pane, touched] : touched_)
        frozen.touched.push_back({pane, touched.since_tick(), touched.since_look()});
    return frozen;
}

void PaneStore::save(const Frozen& frozen, ByteWriter& writer) {
    frozen.keys.save(writer);
    writer.put<std::uint64_t>(frozen.panes.size());
    for (const auto& [pane, table] : frozen.panes) {
        writer.put(pane);
        table->save(writer);
    }
    writer.put<std::uint64_t>(frozen.restricted.size());
    for (const auto& [name, table] : frozen.restricted) {
        writer.put(name.first);
        writer.put(name.second);
        table->save(writer);
    }
    writer.put<std::uint64_t>(frozen.touched.size());
    for (const auto& touched : frozen.touched) {
        writer.put(touched.pane);
        writer.put_array(std::span<const KeyId>(touched.since_tick));
        writer.put_array(std::span<const KeyId>(touched.since_look));
    }
}

void PaneStore::load(ByteReader& reader) {
    keys_.load(reader);
    for (std::size_t left = reader.get_count(sizeof(Pane)); left > 0; --left) {
        const auto pane = reader.get<Pane>();
        if (!view_->grid.is_possible(pane)) return reader.fail();
        auto table = std::make_shared<PaneTable>(view_->fresh_states());
        table->load(reader, keys_.size());
        panes_[pane] = std::move(table);
    }
    for (std::size_t left = reader.get_count(2 * sizeof(Pane)); left > 0; --left) {
        const auto pane = reader.get<Pane>();
        const auto closed_until = reader.get<std::int64_t>();
        if (!view_->grid.is_possible(pane)) return reader.fail();
        auto table = std::make_shared<PaneTable>(view_->fresh_states());
        table->load(reader, keys_.size());
        restricted_[{pane, closed_until}] = std::move(table);
    }
    const auto known_keys = [&] {
        std::vector<KeyId> keys = reader.get_array<KeyId>();
        if (std::ranges::any_of(keys, [&](KeyId key) { return key >= keys_.size(); })) reader.fail();
        return keys;
    };
    for (std::size_t left = reader.get_count(sizeof(Pane)); left > 0; --left) {
        const auto pane = reader.get<Pane>();
        std::vector<KeyId> since_tick = known_keys(), since_look = known_keys();
        if (!reader.ok() || !view_->grid.is_possible(pane)) return reader.fail();
        const auto table = panes_.find(pane);
        touched_[pane].restore(std::move(since_tick), std::move(since_look),
                               table == panes_.end() ? nullptr : table->second.get());
    }
}

}  // namespace sf::engine
