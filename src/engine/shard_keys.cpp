#include "engine/shard_keys.hpp"

#include <algorithm>
#include <cmath>

namespace sf::engine {
namespace {

constexpr std::size_t kKeysWorthMoving = 65'536;

// A shard's part of keys_max. Hashes don't spread evenly: six standard deviations more, so that keys_max groups always
// find room and many more never do.
std::uint64_t keys_max_of(std::uint64_t keys_max, std::size_t shards) {
    if (shards == 1) return keys_max;
    const double mean = static_cast<double>(keys_max) / static_cast<double>(shards);
    return std::min(keys_max, static_cast<std::uint64_t>(mean + 6 * std::sqrt(mean)) + 1);
}

}  // namespace

ShardKeys::ShardKeys(std::uint64_t keys_max, std::size_t shard, std::size_t shards)
    : shard_(shard), shards_(shards), keys_max_(keys_max_of(keys_max, shards)) {}

ShardKeys::Numbers ShardKeys::number(const CellBlock& block) {
    const KeyBlock& keys = *block.keys;
    const bool some_without_cell = block.events_late > 0;  // Then a group may have nothing but late events.
    if (some_without_cell) {
        has_cell_.assign(keys.ends.size(), 0);
        for (const std::uint32_t key : block.key) has_cell_[key] = 1;
    }
    wanted_.clear();
    for (std::uint32_t i = 0; i < keys.hashes.size(); ++i) {
        if (shards_ > 1 && (keys.hashes[i] >> 40) % shards_ != shard_) continue;
        if (some_without_cell && !has_cell_[i]) continue;
        wanted_.push_back(i);
    }
    ids_.assign(keys.ends.size(), kNoKey);
    table_.intern(keys, wanted_, refuse_new_ ? std::min<std::uint64_t>(table_.size(), keys_max_) : keys_max_, ids_);
    Numbers numbers{.ids = ids_};
    for (const std::uint32_t i : wanted_) numbers.refused += ids_[i] == kNoKey ? 1 : 0;
    return numbers;
}

// Where there are many new keys since the last look.
bool ShardKeys::worth_a_look() const {
    if (table_.size() < std::min<std::uint64_t>(kKeysWorthMoving, keys_max_ / 2)) return false;
    const std::size_t new_keys = table_.size() - std::min(table_.size(), size_at_look_);
    return new_keys >= std::max<std::size_t>(1, std::min<std::size_t>(size_at_look_, keys_max_ / 4));
}

std::optional<std::vector<KeyId>> ShardKeys::compact(const std::vector<bool>& used) {
    const auto count = static_cast<std::size_t>(std::ranges::count(used, true));
    size_at_look_ = table_.size();
    if (count * 2 > table_.size()) return std::nullopt;
    size_at_look_ = count;
    return table_.compact(used);
}

}  // namespace sf::engine
