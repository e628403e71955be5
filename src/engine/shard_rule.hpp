// Which shard a group belongs to: by the hash of its key. Groups that are ranked together must meet, so those of a view
// with ranks go by the keys that all its PARTITION BY have; where these have none, all of the view are in one shard
// (docs/decisions/0010-ranks-decide-the-shard.md).
#pragma once

#include "engine/key_block.hpp"
#include "sql/view_plan.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace sf::engine {

class ShardRule {
public:
    ShardRule(const sql::ViewPlan& plan, std::size_t shards);

    [[nodiscard]] std::size_t shard_of(const KeyBlock& keys, std::size_t index) const {
        if (shards_ == 1) return 0;
        return ((by_partition_ ? partition_hash(keys.key(index)) : keys.hashes[index]) >> 40) % shards_;
    }

    /// A shard's part of keys_max. Hashes don't spread evenly: six standard deviations more, so that keys_max groups
    /// always find room and many more never do. Ranked groups may all be in one shard.
    [[nodiscard]] std::uint64_t keys_max() const { return keys_max_; }

private:
    [[nodiscard]] std::uint64_t partition_hash(std::string_view key) const;

    std::size_t shards_;
    std::uint64_t keys_max_;
    bool by_partition_;
    std::vector<sql::Type> types_;    // Of the keys,
    std::vector<bool> of_partition_;  // and which of them decide.
};

}  // namespace sf::engine
