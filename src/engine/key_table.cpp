#include "engine/key_table.hpp"

#include "base/assert.hpp"
#include "engine/group_key.hpp"

#include <array>
#include <bit>

namespace sf::engine {
namespace {

// Which shard a key belongs to is in the upper half.
std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash); }

std::uint64_t word_at(const char* at) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    return word;
}

// As memcmp() == 0. Keys are short, and the call would cost more than the comparison.
bool equal(const char* a, const char* b, std::size_t size) {
    if (size < 8) return size == 0 || std::memcmp(a, b, size) == 0;  // A key without bytes may be nowhere.
    for (std::size_t at = 0; at + 8 <= size; at += 8) {
        if (word_at(a + at) != word_at(b + at)) return false;
    }
    return word_at(a + size - 8) == word_at(b + size - 8);
}

}  // namespace

// A key's bytes stand behind their length.
inline bool KeyTable::holds(const Slot& slot, std::string_view key) {
    std::uint32_t length;
    std::memcpy(&length, slot.key - sizeof length, sizeof length);
    return length == key.size() && equal(slot.key, key.data(), length);
}

// A table of many keys is larger than the caches. So a few keys go through each step together: the memory that one
// step needs is under way since the step before, slots since the keys before these.
void KeyTable::intern(const KeyBlock& block, std::span<const std::uint32_t> wanted, std::span<KeyId> ids) {
    constexpr std::size_t kTogether = 32;
    std::array<std::size_t, kTogether> place{};
    const std::uint64_t* const hashes = block.hashes.data();
    const auto fetch_slots = [&](std::span<const std::uint32_t> of) {
        for (const std::uint32_t i : of.first(std::min(kTogether, of.size())))
            __builtin_prefetch(&slots_[tag_of(hashes[i]) & (slots_.size() - 1)]);
    };
    make_room(std::min(kTogether, wanted.size()));
    fetch_slots(wanted);
    while (!wanted.empty()) {
        const auto some = wanted.first(std::min(kTogether, wanted.size()));
        wanted = wanted.subspan(some.size());
        make_room(some.size());
        const std::size_t mask = slots_.size() - 1;
        const Slot* const slots = slots_.data();
        fetch_slots(wanted);
        for (std::size_t k = 0; k < some.size(); ++k) {
            const std::uint32_t tag = tag_of(hashes[some[k]]);
            std::size_t at = tag & mask;
            while (slots[at].id != kNoKey && slots[at].tag != tag) at = (at + 1) & mask;
            if (slots[at].id != kNoKey) __builtin_prefetch(slots[at].key);
            place[k] = at;
        }
        for (std::size_t k = 0; k < some.size(); ++k) {
            const std::uint32_t i = some[k];
            const Slot& slot = slots[place[k]];
            const std::uint32_t tag = tag_of(hashes[i]);
            const bool found = slot.id != kNoKey && slot.tag == tag && holds(slot, block.key(i));
            ids[i] = found ? slot.id : intern_from(place[k], block.key(i), tag);
        }
    }
}

KeyId KeyTable::intern(std::string_view key) {
    make_room(1);
    const std::uint32_t tag = tag_of(hash_of_key(key));
    return intern_from(tag & (slots_.size() - 1), key, tag);
}

// `at`: where to look on; no slot of the key stands before it.
KeyId KeyTable::intern_from(std::size_t at, std::string_view key, std::uint32_t tag) {
    const std::size_t mask = slots_.size() - 1;
    while (slots_[at].id != kNoKey) {
        if (slots_[at].tag == tag && holds(slots_[at], key)) return slots_[at].id;
        at = (at + 1) & mask;
    }
    SF_ASSERT(keys_.size() < kNoKey);
    const auto id = static_cast<KeyId>(keys_.size());
    keys_.push_back(store(key));
    slots_[at] = {tag, id, keys_.back().data()};
    return id;
}

std::string_view KeyTable::store(std::string_view key) {
    const auto length = static_cast<std::uint32_t>(key.size());
    const std::size_t needed = sizeof length + key.size();
    if (needed > chunk_left_) {
        const std::size_t size = std::max(kChunk, needed);
        chunks_.push_back(std::make_shared_for_overwrite<char[]>(size));
        chunk_at_ = chunks_.back().get();
        chunk_left_ = size;
    }
    std::memcpy(chunk_at_, &length, sizeof length);
    char* const at = chunk_at_ + sizeof length;
    if (!key.empty()) std::memcpy(at, key.data(), key.size());
    chunk_at_ += needed;
    chunk_left_ -= needed;
    return {at, key.size()};
}

// For so many more keys: at most two thirds of the slots are in use then.
void KeyTable::make_room(std::size_t keys) {
    const std::size_t all = keys_.size() + keys;
    if (slots_.size() * 2 > all * 3) return;
    HugePageVector<Slot> before(std::max<std::size_t>(64, std::bit_ceil(all * 3 / 2 + 1)));
    before.swap(slots_);
    if (before.empty()) {
        for (KeyId id = 0; id < keys_.size(); ++id) put({tag_of(hash_of_key(keys_[id])), id, keys_[id].data()});
    }
    for (const Slot& slot : before) {
        if (slot.id != kNoKey) put(slot);
    }
}

void KeyTable::put(const Slot& slot) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = slot.tag & mask;
    while (slots_[at].id != kNoKey) at = (at + 1) & mask;
    slots_[at] = slot;
}

std::size_t KeyTable::bytes() const {
    return slots_.capacity() * sizeof(Slot) + keys_.capacity() * sizeof(std::string_view) + chunks_.size() * kChunk;
}

KeyTable KeyTable::frozen() const {
    KeyTable copy;
    copy.keys_ = keys_;
    copy.chunks_ = chunks_;
    return copy;
}

std::vector<KeyId> KeyTable::compact(const std::vector<bool>& used) {
    std::vector<KeyId> moved(keys_.size(), kNoKey);
    KeyTable kept;
    for (KeyId id = 0; id < keys_.size(); ++id) {
        if (!used[id]) continue;
        moved[id] = static_cast<KeyId>(kept.keys_.size());
        kept.keys_.push_back(kept.store(keys_[id]));
    }
    kept.make_room(1);
    *this = std::move(kept);
    return moved;
}

}  // namespace sf::engine
