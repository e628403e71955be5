#include "engine/shard_keys.hpp"

#include <algorithm>

namespace sf::engine {
namespace {

constexpr std::size_t kKeysWorthMoving = 65'536;

}  // namespace

ShardKeys::ShardKeys(const sql::ViewPlan& plan, std::size_t shard, std::size_t shards, KeySpacePtr space)
    : shard_(shard), rule_(plan, shards), keys_max_(rule_.keys_max()), space_(std::move(space)) {
    space_->join(*this);
}

// Keys of the block without a cell are other views', or only have events that came too late.
ShardKeys::Numbers ShardKeys::number(const CellBlock& block) {
    const KeyBlock& keys = *block.keys;
    const std::size_t all = block.key.size();
    cells_.resize(all);
    wanted_.resize(all);
    std::size_t count = 0;
    for (std::uint32_t cell = 0; cell < all; ++cell) {
        cells_[count] = cell;
        wanted_[count] = block.key[cell];
        count += rule_.shard_of(keys, block.key[cell]) == shard_ ? 1 : 0;
    }
    wanted_.resize(count);
    const std::span<const KeyId> in_space = space_->number(block.keys, wanted_);
    ids_.resize(all);
    const std::uint64_t keys_max = refuse_new_ ? std::min<std::uint64_t>(size(), keys_max_) : keys_max_;
    refused_.clear();
    std::size_t taken = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const KeyId key = in_space[wanted_[i]];
        KeyId id = find(key);
        if (id == kNoKey) [[unlikely]] {
            if (size() >= keys_max) {
                refused_.push_back(wanted_[i]);
                continue;
            }
            id = take(key);
        }
        cells_[taken++] = cells_[i];
        ids_[cells_[i]] = id;
    }
    Numbers numbers{.cells = std::span(cells_).first(taken), .ids = ids_, .refused = 0};
    if (refused_.empty()) return numbers;
    numbers.refused = count_refused(keys);
    space_->forget_unused();  // It has taken them.
    return numbers;
}

KeyId ShardKeys::take(KeyId in_space) {
    const auto id = static_cast<KeyId>(size());
    in_space_.push_back(in_space);
    text_bytes_ += space_->key(in_space).size();
    if (same_numbers_ && in_space != id) index();
    else if (!same_numbers_) own_.insert(in_space, id);
    return id;
}

void ShardKeys::index() {
    own_ = {};
    same_numbers_ = true;
    for (KeyId id = 0; id < size(); ++id) same_numbers_ &= in_space_[id] == id;
    if (same_numbers_) return;
    for (KeyId id = 0; id < size(); ++id) own_.insert(in_space_[id], id);
}

// Groups, and a key may stand in the block more than once.
std::uint64_t ShardKeys::count_refused(const KeyBlock& keys) const {
    std::vector<std::string_view> refused;
    for (const std::uint32_t key : refused_) refused.push_back(keys.key(key));
    std::ranges::sort(refused);
    return static_cast<std::uint64_t>(std::ranges::unique(refused).begin() - refused.begin());
}

// Where there are many new keys since the last look.
bool ShardKeys::worth_a_look() const {
    if (size() < std::min<std::uint64_t>(kKeysWorthMoving, keys_max_ / 2)) return false;
    const std::size_t new_keys = size() - std::min(size(), size_at_look_);
    return new_keys >= std::max<std::size_t>(1, std::min<std::size_t>(size_at_look_, keys_max_ / 4));
}

std::optional<std::vector<KeyId>> ShardKeys::compact(const std::vector<bool>& used) {
    const auto count = static_cast<std::size_t>(std::ranges::count(used, true));
    size_at_look_ = size();
    if (count * 2 > size()) return std::nullopt;
    size_at_look_ = count;
    return keep(used);
}

std::vector<KeyId> ShardKeys::keep(const std::vector<bool>& used) {
    std::vector<KeyId> moved(size(), kNoKey), kept;
    text_bytes_ = 0;
    for (KeyId id = 0; id < size(); ++id) {
        if (!used[id]) continue;
        moved[id] = static_cast<KeyId>(kept.size());
        kept.push_back(in_space_[id]);
        text_bytes_ += space_->key(in_space_[id]).size();
    }
    in_space_ = std::move(kept);
    index();
    space_->forget_unused();
    return moved;
}

void ShardKeys::mark_used(std::vector<bool>& used) const {
    for (const KeyId key : in_space_) used[key] = true;
}

void ShardKeys::renumber(const std::vector<KeyId>& moved) {
    for (KeyId& key : in_space_) key = moved[key];
    index();
}

void ShardKeys::move_to(KeySpacePtr space) {
    for (KeyId& key : in_space_) key = space->number(space_->key(key));
    space_->leave(*this);
    space_ = std::move(space);
    space_->join(*this);
    index();
}

void ShardKeys::Frozen::save(ByteWriter& writer) const {
    writer.put<std::uint64_t>(in_space.size());
    for (const KeyId key : in_space) writer.put_text(space->key(key));
}

void ShardKeys::load(ByteReader& reader) {
    in_space_.clear();
    text_bytes_ = 0;
    const std::size_t count = reader.get_count(sizeof(std::uint64_t));
    in_space_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        in_space_.push_back(space_->number(reader.get_text()));
        text_bytes_ += space_->key(in_space_.back()).size();
    }
    index();
}

}  // namespace sf::engine
