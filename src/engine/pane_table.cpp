#include "engine/pane_table.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

namespace sf::engine {

void CellIndex::put(KeyId key, std::uint32_t cell) {
    if (!by_key_.empty()) {
        by_key_[key] = cell;
        return;
    }
    std::size_t at = slot_of(key);
    while (slots_[at].key != kNoKey) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {key, cell};
}

bool CellIndex::has_room(KeyId key) const {
    return by_key_.empty() ? (size_ + 1) * 4 <= slots_.size() * 3 : key < by_key_.size();
}

// Chooses the smaller form anew, with room to grow.
void CellIndex::make_room(KeyId key) {
    std::vector<Slot> slots;
    slots.swap(slots_);
    std::vector<std::uint32_t> by_key;
    by_key.swap(by_key_);
    KeyId greatest = std::max(key, static_cast<KeyId>(by_key.size()));
    for (const Slot& slot : slots) {
        if (slot.key != kNoKey) greatest = std::max(greatest, slot.key);
    }
    const std::size_t slots_needed = std::bit_ceil(std::max<std::size_t>(16, (size_ + 1) * 2));
    const std::size_t keys_needed = std::size_t{greatest} + greatest / 8 + 16;
    if (keys_needed * sizeof(std::uint32_t) <= slots_needed * sizeof(Slot)) by_key_.assign(keys_needed, kNoCell);
    else slots_.resize(slots_needed);
    for (const Slot& slot : slots) {
        if (slot.key != kNoKey) put(slot.key, slot.cell);
    }
    for (KeyId old = 0; old < by_key.size(); ++old) {
        if (by_key[old] != kNoCell) put(old, by_key[old]);
    }
}

void CellIndex::insert(KeyId key, std::uint32_t cell) {
    if (!has_room(key)) make_room(key);
    put(key, cell);
    ++size_;
}

std::shared_ptr<PaneTable> PaneTable::clone() const {
    std::vector<std::unique_ptr<AggregateStates>> states;
    states.reserve(states_.size());
    for (const auto& one : states_) states.push_back(one->clone());
    auto copy = std::make_shared<PaneTable>(std::move(states));
    copy->keys_ = keys_;
    copy->index_ = index_;
    return copy;
}

void PaneTable::merge(const PaneTable& other) {
    std::vector<std::uint32_t> from(other.size()), to(other.size());
    std::iota(from.begin(), from.end(), 0u);
    for (std::size_t cell = 0; cell < other.size(); ++cell) to[cell] = cell_of(other.keys_[cell]);
    grow();
    for (std::size_t i = 0; i < states_.size(); ++i) states_[i]->merge(*other.states_[i], from, to);
}

std::size_t PaneTable::bytes() const {
    std::size_t bytes = keys_.capacity() * sizeof(KeyId) + index_.bytes();
    for (const auto& states : states_) bytes += states->bytes();
    return bytes;
}

void PaneTable::renumber(const std::vector<KeyId>& moved) {
    index_ = {};
    for (std::size_t cell = 0; cell < keys_.size(); ++cell) {
        keys_[cell] = moved[keys_[cell]];
        index_.insert(keys_[cell], static_cast<std::uint32_t>(cell));
    }
}

void PaneTable::save(ByteWriter& writer) const {
    writer.put_array(std::span<const KeyId>(keys_));
    for (const auto& states : states_) states->save(writer);
}

void PaneTable::load(ByteReader& reader, std::size_t keys) {
    keys_ = reader.get_array<KeyId>();
    index_ = {};
    for (std::size_t cell = 0; cell < keys_.size(); ++cell) {
        if (keys_[cell] >= keys) return reader.fail();
        index_.insert(keys_[cell], static_cast<std::uint32_t>(cell));
    }
    for (const auto& states : states_) {
        states->load(reader);
        states->resize(keys_.size());  // What a damaged checkpoint lacks is empty; its checksum has told already.
    }
}

}  // namespace sf::engine
