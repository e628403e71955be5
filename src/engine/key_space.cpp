#include "engine/key_space.hpp"

#include "engine/shard_keys.hpp"
#include "sql/expression_tree.hpp"

#include <algorithm>

namespace sf::engine {
namespace {

constexpr std::size_t kKeysWorthALook = 65'536;

}  // namespace

std::span<const KeyId> KeySpace::number(const std::shared_ptr<const KeyBlock>& block,
                                        std::span<const std::uint32_t> wanted) {
    if (numbered_ != block) {
        numbered_ = block;
        ids_.assign(block->ends.size(), kNoKey);
    }
    missing_.resize(wanted.size());
    std::size_t count = 0;
    for (const std::uint32_t key : wanted) {
        missing_[count] = key;
        count += ids_[key] == kNoKey ? 1 : 0;
    }
    table_.intern(*block, std::span(missing_).first(count), ids_);
    return ids_;
}

std::shared_ptr<const KeyTable> KeySpace::frozen() {
    if (!frozen_ || frozen_->size() != table_.size()) frozen_ = std::make_shared<const KeyTable>(table_.frozen());
    return frozen_;
}

void KeySpace::forget_unused() {
    const std::size_t size = table_.size();
    if (size < kKeysWorthALook || size < size_at_look_ * 2) return;
    std::vector<bool> used(size, false);
    for (const ShardKeys* const keys : members_) keys->mark_used(used);
    const auto count = static_cast<std::size_t>(std::ranges::count(used, true));
    size_at_look_ = size;
    if (count * 2 > size) return;
    size_at_look_ = count;
    const std::vector<KeyId> moved = table_.compact(used);
    for (ShardKeys* const keys : members_) keys->renumber(moved);
    numbered_.reset();
    frozen_.reset();
}

KeySpacePtr KeySpaces::of(const sql::ViewPlan& plan) {
    std::erase_if(spaces_, [](const auto& space) { return space.second.expired(); });
    std::string name;
    for (const sql::KeyColumn& key : plan.keys) name += sql::canonical_text(*key.expression) + '\n';
    std::weak_ptr<KeySpace>& known = spaces_[name];
    KeySpacePtr space = known.lock();
    if (!space) known = space = std::make_shared<KeySpace>();
    return space;
}

}  // namespace sf::engine
