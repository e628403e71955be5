// Finds what stands for a key: a cell in the table of a pane, or another number of the key.
#pragma once

#include "engine/key_table.hpp"

#include <cstdint>
#include <vector>

namespace sf::engine {

/// A number for some keys: an array by key where most have one, open addressing where few have.
class KeyIndex {
public:
    static constexpr std::uint32_t kNone = UINT32_MAX;

    [[nodiscard]] std::uint32_t find(KeyId key) const {
        if (!by_key_.empty()) return key < by_key_.size() ? by_key_[key] : kNone;
        if (slots_.empty()) return kNone;
        for (std::size_t at = slot_of(key);; at = (at + 1) & (slots_.size() - 1)) {
            if (slots_[at].key == key) return slots_[at].number;
            if (slots_[at].key == kNoKey) return kNone;
        }
    }
    void prefetch(KeyId key) const {
        if (key < by_key_.size()) __builtin_prefetch(&by_key_[key]);
        else if (!slots_.empty()) __builtin_prefetch(&slots_[slot_of(key)]);
    }
    /// The key is not there yet.
    void insert(KeyId key, std::uint32_t number);
    [[nodiscard]] std::size_t bytes() const {
        return slots_.capacity() * sizeof(Slot) + by_key_.capacity() * sizeof(std::uint32_t);
    }

private:
    struct Slot {
        KeyId key = kNoKey;
        std::uint32_t number = 0;
    };
    [[nodiscard]] std::size_t slot_of(KeyId key) const {
        // Keys are numbered in the order they come, so neighbours are used together: keep them together.
        return key & (slots_.size() - 1);
    }
    [[nodiscard]] bool has_room(KeyId key) const;
    void make_room(KeyId key);
    void put(KeyId key, std::uint32_t number);

    // One of both is empty.
    std::vector<Slot> slots_;            // A power of two; at most three quarters full.
    std::vector<std::uint32_t> by_key_;  // Never many times as large as the slots would be.
    std::size_t size_ = 0;
};

}  // namespace sf::engine
