// The partial aggregates of one pane, or of several panes merged: a cell for each group that had an event there.
#pragma once

#include "engine/aggregate.hpp"
#include "engine/key_index.hpp"

#include <memory>
#include <span>
#include <vector>

namespace sf::engine {

inline constexpr std::uint32_t kNoCell = KeyIndex::kNone;

/// One thread at a time; shared read-only with checkpoints.
class PaneTable {
public:
    explicit PaneTable(std::vector<std::unique_ptr<AggregateStates>> states) : states_(std::move(states)) {}
    [[nodiscard]] std::shared_ptr<PaneTable> clone() const;

    /// The key's cell, made where missing; grow() must follow before states are touched.
    [[nodiscard]] std::uint32_t cell_of(KeyId key) {
        std::uint32_t cell = index_.find(key);
        if (cell != kNoCell) return cell;
        cell = static_cast<std::uint32_t>(keys_.size());
        keys_.push_back(key);
        index_.insert(key, cell);
        return cell;
    }
    [[nodiscard]] std::uint32_t find(KeyId key) const { return index_.find(key); }
    void prefetch(KeyId key) const { index_.prefetch(key); }
    void grow() {
        for (auto& states : states_) states->resize(keys_.size());
    }

    /// All cells of `other`, by key.
    void merge(const PaneTable& other);

    [[nodiscard]] std::size_t size() const { return keys_.size(); }
    [[nodiscard]] const std::vector<KeyId>& keys() const { return keys_; }  // By cell.
    [[nodiscard]] AggregateStates& states(std::size_t aggregate) { return *states_[aggregate]; }
    [[nodiscard]] const AggregateStates& states(std::size_t aggregate) const { return *states_[aggregate]; }
    [[nodiscard]] std::span<const std::unique_ptr<AggregateStates>> all_states() const { return states_; }
    [[nodiscard]] std::size_t aggregates() const { return states_.size(); }
    [[nodiscard]] std::size_t bytes() const;

    /// Keys get new numbers.
    void renumber(const std::vector<KeyId>& moved);

    void save(ByteWriter& writer) const;
    void load(ByteReader& reader, std::size_t keys);

private:
    std::vector<KeyId> keys_;
    KeyIndex index_;
    std::vector<std::unique_ptr<AggregateStates>> states_;
};

using PaneTablePtr =
    std::shared_ptr<PaneTable>;  // Shared by the panes, the tree above them and a checkpoint that is being written.

}  // namespace sf::engine
