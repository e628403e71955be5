// Gives every distinct key a small number. Keys are only added; compact() renumbers when most are no longer used. A
// frozen copy shares the keys' bytes, so that a checkpoint can be written while new keys come.
#pragma once

#include "base/huge_pages.hpp"
#include "engine/key_block.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace sf::engine {

using KeyId = std::uint32_t;
inline constexpr KeyId kNoKey = UINT32_MAX;

/// One thread; a copy may be read by another.
class KeyTable {
public:
    /// Sets ids[i] for each i of `wanted` to the number of block.key(i), a new one if need be.
    void intern(const KeyBlock& block, std::span<const std::uint32_t> wanted, std::span<KeyId> ids);
    [[nodiscard]] KeyId intern(std::string_view key);

    [[nodiscard]] std::size_t size() const { return keys_.size(); }
    [[nodiscard]] std::string_view key(KeyId id) const { return keys_[id]; }
    [[nodiscard]] std::size_t bytes() const;

    /// Keys and their bytes without the index: for another thread.
    [[nodiscard]] KeyTable frozen() const;

    /// Keeps the keys with used[id] and numbers them anew, in the same order; gives the new number of each old one.
    [[nodiscard]] std::vector<KeyId> compact(const std::vector<bool>& used);

private:
    struct Slot {
        std::uint32_t tag = 0;  // Lower half of the hash. Says where the slot is to be, so a larger table needs no key.
        KeyId id = kNoKey;
        const char* key = nullptr;  // Its bytes: keys_[id] would be one more place to fetch.
    };
    static constexpr std::size_t kChunk = 256u << 10;

    [[nodiscard]] static bool holds(const Slot& slot, std::string_view key);
    [[nodiscard]] KeyId intern_from(std::size_t at, std::string_view key, std::uint32_t tag);
    void make_room(std::size_t keys);
    void put(const Slot& slot);
    [[nodiscard]] std::string_view store(std::string_view key);

    HugePageVector<Slot> slots_;                   // A power of two; at most two thirds full.
    std::vector<std::string_view> keys_;           // By id; into the chunks.
    std::vector<std::shared_ptr<char[]>> chunks_;  // Shared with frozen copies.
    char* chunk_at_ = nullptr;
    std::size_t chunk_left_ = 0;
};

}  // namespace sf::engine
