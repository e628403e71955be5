#include "engine/shard_keys.hpp"

#include <algorithm>

namespace sf::engine {
namespace {

constexpr std::size_t kKeysWorthMoving = 65'536;

}  // namespace

ShardKeys::ShardKeys(const sql::ViewPlan& plan, std::size_t shard, std::size_t shards)
    : shard_(shard), rule_(plan, shards), keys_max_(rule_.keys_max()) {}

ShardKeys::Numbers ShardKeys::number(const CellBlock& block) {
    const KeyBlock& keys = *block.keys;
    const bool some_without_cell = block.events_late > 0;  // Then a group may have nothing but late events.
    if (some_without_cell) {
        has_cell_.assign(keys.ends.size(), 0);
        for (const std::uint32_t key : block.key) has_cell_[key] = 1;
    }
    wanted_.clear();
    for (std::uint32_t i = 0; i < keys.hashes.size(); ++i) {
        if (rule_.shard_of(keys.key(i), keys.hashes[i]) != shard_) continue;
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
