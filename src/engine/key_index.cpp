#include "engine/key_index.hpp"

#include <algorithm>
#include <bit>

namespace sf::engine {

void KeyIndex::put(KeyId key, std::uint32_t number) {
    if (!by_key_.empty()) {
        by_key_[key] = number;
        return;
    }
    std::size_t at = slot_of(key);
    while (slots_[at].key != kNoKey) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {key, number};
}

bool KeyIndex::has_room(KeyId key) const {
    return by_key_.empty() ? (size_ + 1) * 4 <= slots_.size() * 3 : key < by_key_.size();
}

// Chooses the smaller form anew, with room to grow.
void KeyIndex::make_room(KeyId key) {
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
    if (keys_needed * sizeof(std::uint32_t) <= slots_needed * sizeof(Slot)) by_key_.assign(keys_needed, kNone);
    else slots_.resize(slots_needed);
    for (const Slot& slot : slots) {
        if (slot.key != kNoKey) put(slot.key, slot.number);
    }
    for (KeyId old = 0; old < by_key.size(); ++old) {
        if (by_key[old] != kNone) put(old, by_key[old]);
    }
}

void KeyIndex::insert(KeyId key, std::uint32_t number) {
    if (!has_room(key)) make_room(key);
    put(key, number);
    ++size_;
}

}  // namespace sf::engine
