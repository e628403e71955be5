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
    ids_.assign(keys.ends.size(), kNoKey);
    wanted_.resize(keys.ends.size());
    std::uint32_t* const wanted = wanted_.data();
    std::size_t count = 0;
    for (std::uint32_t i = 0; i < keys.ends.size(); ++i) {
        wanted[count] = i;
        const bool mine = rule_.shard_of(keys, i) == shard_ && (!some_without_cell || has_cell_[i] != 0);
        count += mine ? 1 : 0;
    }
    wanted_.resize(count);
    const bool all_known =
        table_.intern(keys, wanted_, refuse_new_ ? std::min<std::uint64_t>(table_.size(), keys_max_) : keys_max_, ids_);
    return {.ids = ids_, .refused = all_known ? 0 : count_refused(keys)};
}

// Groups, and a key may stand in the block more than once.
std::uint64_t ShardKeys::count_refused(const KeyBlock& keys) const {
    std::vector<std::string_view> refused;
    for (const std::uint32_t i : wanted_) {
        if (ids_[i] == kNoKey) refused.push_back(keys.key(i));
    }
    std::ranges::sort(refused);
    return static_cast<std::uint64_t>(std::ranges::unique(refused).begin() - refused.begin());
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
