// The keys of the groups in a shard. Views that group by the same have one table of them: its bytes are kept once and a
// key of a record is looked up once, and each view numbers those that it has for itself (shard_keys).
#pragma once

#include "engine/key_table.hpp"
#include "sql/view_plan.hpp"

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sf::engine {

class ShardKeys;

/// One thread.
class KeySpace {
public:
    /// By key of the block: its number, for those that are in `wanted`. Valid until the next call.
    [[nodiscard]] std::span<const KeyId> number(const std::shared_ptr<const KeyBlock>& block,
                                                std::span<const std::uint32_t> wanted);
    [[nodiscard]] KeyId number(std::string_view key) { return table_.intern(key); }

    [[nodiscard]] std::string_view key(KeyId id) const { return table_.key(id); }

    /// For another thread. Views that are frozen one behind the other share it.
    [[nodiscard]] std::shared_ptr<const KeyTable> frozen();

    // The views' keys that refer to it.
    void join(ShardKeys& keys) { members_.push_back(&keys); }
    void leave(ShardKeys& keys) { std::erase(members_, &keys); }

    /// A view has forgotten most of its keys, or does not take all. Those that no other has go, if they are most.
    void forget_unused();

private:
    KeyTable table_;
    std::vector<ShardKeys*> members_;
    std::size_t size_at_look_ = 0;              // When it was last looked at which are in use.
    std::shared_ptr<const KeyBlock> numbered_;  // The last block, which the next view probably has too,
    std::vector<KeyId> ids_;                    // and the numbers of its keys; kNoKey: nobody has asked yet.
    std::vector<std::uint32_t> missing_;
    std::shared_ptr<const KeyTable> frozen_;
};

using KeySpacePtr = std::shared_ptr<KeySpace>;  // Shared by the views of a shard that group by the same.

/// Those of one shard. One thread.
class KeySpaces {
public:
    /// For the keys of a view.
    [[nodiscard]] KeySpacePtr of(const sql::ViewPlan& plan);

private:
    std::map<std::string, std::weak_ptr<KeySpace>> spaces_;  // By the text of the keys. Views own them.
};

}  // namespace sf::engine
