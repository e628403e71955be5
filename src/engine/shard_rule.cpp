#include "engine/shard_rule.hpp"

#include "base/hash.hpp"
#include "engine/group_key.hpp"

#include <algorithm>
#include <cmath>

namespace sf::engine {
namespace {

std::uint64_t part_of(std::uint64_t keys_max, std::size_t shards) {
    const double mean = static_cast<double>(keys_max) / static_cast<double>(shards);
    return std::min(keys_max, static_cast<std::uint64_t>(mean + 6 * std::sqrt(mean)) + 1);
}

bool partitions_by(const sql::Ranking& ranking, std::size_t key) {
    return std::ranges::any_of(ranking.partition, [&](const sql::ExpressionPtr& expression) {
        return sql::input_of(*expression) == static_cast<int>(key);
    });
}

}  // namespace

ShardRule::ShardRule(const sql::ViewPlan& plan, std::size_t shards)
    : shards_(shards),
      keys_max_(shards == 1 || !plan.rankings.empty() ? plan.options.keys_max : part_of(plan.options.keys_max, shards)),
      by_partition_(!plan.rankings.empty()) {
    for (std::size_t key = 0; key < plan.keys.size(); ++key) {
        types_.push_back(sql::type_of(*plan.keys[key].expression));
        of_partition_.push_back(std::ranges::all_of(
            plan.rankings, [&](const sql::Ranking& ranking) { return partitions_by(ranking, key); }));
    }
}

// Without any key that decides it is 0, the first shard. It must not depend on the view's name, which may change.
std::uint64_t ShardRule::partition_hash(std::string_view key) const {
    std::uint64_t hash = 0;
    for (std::size_t i = 0; i < types_.size(); ++i) {
        const std::string_view part = take_key_part(key, types_[i]);
        if (of_partition_[i]) hash = hash64(part, hash);
    }
    return hash;
}

}  // namespace sf::engine
