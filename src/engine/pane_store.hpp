// Stage 2: a partial becomes part of a pane. The panes of one view in one shard, and the tree above them from which
// windows are put together.
#pragma once

#include "engine/best_of_pane.hpp"
#include "engine/pane_table.hpp"
#include "engine/shard_keys.hpp"

#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sf::engine {

/// The groups that changed in a pane: since the last tick, for early results, and since the last look at closed
/// windows, for corrections.
class TouchedKeys {
public:
    void add(KeyId key, std::uint32_t cell) {
        if (cell >= marks_.size()) marks_.resize(std::max<std::size_t>(cell + 1, marks_.size() * 2), 0);
        std::uint8_t& mark = marks_[cell];
        if (mark == (kSinceTick | kSinceLook)) return;
        if (!(mark & kSinceTick)) since_tick_.push_back(key);
        if (!(mark & kSinceLook)) {
            since_look_.push_back(key);
            looked_cells_.push_back(cell);
        }
        mark = kSinceTick | kSinceLook;
    }
    /// Of a cell without a mark: may stand in the lists more than once.
    void add(KeyId key) {
        since_tick_.push_back(key);
        since_look_.push_back(key);
    }
    [[nodiscard]] const std::vector<KeyId>& since_tick() const { return since_tick_; }
    [[nodiscard]] const std::vector<KeyId>& since_look() const { return since_look_; }
    void looked() {
        for (const std::uint32_t cell : looked_cells_) marks_[cell] &= static_cast<std::uint8_t>(~kSinceLook);
        looked_cells_.clear();
        since_look_.clear();
    }
    /// As add() for all of both lists that an earlier run had. `table`: of the pane; null if it has none.
    void restore(std::vector<KeyId> since_tick, std::vector<KeyId> since_look, const PaneTable* table) {
        since_tick_ = std::move(since_tick);
        since_look_ = std::move(since_look);
        if (table == nullptr) return;
        marks_.resize(table->size(), 0);
        for (const KeyId key : since_tick_) {
            if (const std::uint32_t cell = table->find(key); cell != kNoCell) marks_[cell] |= kSinceTick;
        }
        for (const KeyId key : since_look_) {
            const std::uint32_t cell = table->find(key);
            if (cell == kNoCell) continue;
            marks_[cell] |= kSinceLook;
            looked_cells_.push_back(cell);
        }
    }
    void renumber(const std::vector<KeyId>& moved) {
        for (KeyId& key : since_tick_) key = moved[key];
        for (KeyId& key : since_look_) key = moved[key];
    }
    /// The same without the keys that are in no pane any more. `table`: of the pane, whose cells are others now; null
    /// if it has none.
    [[nodiscard]] TouchedKeys kept(const std::vector<bool>& in_panes, const std::vector<KeyId>& moved,
                                   const PaneTable* table) const {
        const auto those = [&](const std::vector<KeyId>& keys) {
            std::vector<KeyId> kept;
            for (const KeyId key : keys) {
                if (in_panes[key]) kept.push_back(moved[key]);
            }
            return kept;
        };
        TouchedKeys touched;
        touched.restore(those(since_tick_), those(since_look_), table);
        return touched;
    }

private:
    static constexpr std::uint8_t kSinceTick = 1;
    static constexpr std::uint8_t kSinceLook = 2;

    std::vector<KeyId> since_tick_;
    std::vector<KeyId> since_look_;
    std::vector<std::uint32_t> looked_cells_;
    std::vector<std::uint8_t> marks_;  // By cell of the pane.
};

/// One thread. Tables are copied before they change if a checkpoint still reads them.
class PaneStore {
public:
    PaneStore(ViewPtr view, std::size_t shard, std::size_t shards, KeySpacePtr space);

    /// Takes the cells whose keys belong to this shard.
    Merged merge(const Partials& partials);

    /// Marks keys, by number, that are in use.
    using MarkKeys = std::function<void(std::vector<bool>& used)>;

    /// Of a view that shows the best n events alone: forgets those that are not among them any more, if there may be
    /// many or `more` new ones would find no room. Then keys have new numbers, which it gives for each old one; kNoKey:
    /// it is gone. `others` are kept, too.
    [[nodiscard]] std::optional<std::vector<KeyId>> forget_beaten(std::size_t more, const MarkKeys& others);

    [[nodiscard]] bool empty() const { return panes_.empty() && restricted_.empty(); }
    /// The first pane with cells at or after `pane`; nothing if there is none.
    [[nodiscard]] std::optional<Pane> next_pane(Pane pane) const;

    // What changed. Cells that do not count for some windows are under their pane too.
    [[nodiscard]] const std::map<Pane, TouchedKeys>& touched() const { return touched_; }
    void ticked() { touched_.clear(); }
    void looked() {
        for (auto& [pane, touched] : touched_) touched.looked();
    }

    /// The tables whose sum over these panes is a window that ends at `window_end`. Few: the tree has merged the
    /// others.
    [[nodiscard]] std::vector<const PaneTable*> tables(PaneRange panes, std::int64_t window_end);

    /// Forgets panes before `pane`. Then renumbers the keys if most are no longer used, and gives the new number of
    /// each old one.
    [[nodiscard]] std::optional<std::vector<KeyId>> evict_before(Pane pane, const MarkKeys& others);

    void refuse_new_groups(bool refuse) {
        refuses_ = refuse;
        keys_.refuse_new(refuse);
    }
    void move_keys_to(KeySpacePtr space) { keys_.move_to(std::move(space)); }
    [[nodiscard]] const ShardKeys& keys() const { return keys_; }
    [[nodiscard]] std::size_t bytes() const;
    [[nodiscard]] std::size_t panes() const { return panes_.size(); }

    /// A copy for save() on another thread: shares every table.
    struct Frozen {
        ShardKeys::Frozen keys;
        std::vector<std::pair<Pane, PaneTablePtr>> panes;
        std::vector<std::pair<std::pair<Pane, std::int64_t>, PaneTablePtr>> restricted;
        struct Touched {
            Pane pane;
            std::vector<KeyId> since_tick, since_look;
        };
        std::vector<Touched> touched;
    };
    [[nodiscard]] Frozen freeze() const;
    static void save(const Frozen& frozen, ByteWriter& writer);
    void load(ByteReader& reader);

private:
    using NodeName = std::pair<unsigned, Pane>;  // Level and number: panes [number << level, (number + 1) << level).
    struct NodeHash {
        std::size_t operator()(const NodeName& name) const {
            return static_cast<std::size_t>(name.second) * 0x9E3779B97F4A7C15ULL + name.first;
        }
    };
    [[nodiscard]] PaneTable& writable(PaneTablePtr& table);
    [[nodiscard]] PaneTablePtr node(unsigned level, Pane number);
    void invalidate(Pane pane);
    void forget_nodes_before(Pane pane);
    [[nodiscard]] bool may_have_beaten(std::size_t more) const;
    void mark_used(std::vector<bool>& used) const;
    void merge_cells(const Partials& partials, Pane pane, std::int64_t closed_until,
                     std::span<const std::uint32_t> cells, std::span<const KeyId> keys);

    const ViewPtr view_;
    ShardKeys keys_;
    std::map<Pane, PaneTablePtr> panes_;
    std::map<std::pair<Pane, std::int64_t>, PaneTablePtr> restricted_;  // By pane and closed_until.
    std::map<Pane, TouchedKeys> touched_;
    std::unordered_map<NodeName, PaneTablePtr, NodeHash> nodes_;  // Levels from 1 on; null: no cell below.
    unsigned level_max_ = 0;                                      // That any of them has had.
    Pane forgotten_before_ = kTimeMin;                            // No node holds nothing but panes before this one.
    std::optional<Pane> invalidated_;                             // No node that was built holds this pane.
    std::vector<std::uint32_t> mine_, to_;

    std::optional<BestOfPane> best_;  // Of a view that shows the best n events alone.
    std::size_t kept_ = 0;            // Keys that were left when the others were last forgotten.
    bool refuses_ = false;
};

}  // namespace sf::engine
