// How far the engine has come.
#include "services/analytics/view_engine.hpp"

#include <algorithm>

namespace sf::analytics {

messaging::Offset ViewEngine::next_offset(messaging::Partition partition) const {
    messaging::Offset next = UINT64_MAX;
    for (const auto& shard : shards_) next = std::min(next, shard->merged(partition));
    return shards_.empty() ? 0 : next;
}

messaging::Offset ViewEngine::trim_floor(messaging::Partition partition) const {
    messaging::Offset floor = UINT64_MAX;
    for (const auto& shard : shards_) floor = std::min(floor, shard->floor(partition));
    std::lock_guard lock(mutex_);
    if (!held_.empty()) floor = std::min(floor, held_[partition]);
    return shards_.empty() ? 0 : floor;
}

// A partition whose end can't be read counts for nothing: the log says so itself.
std::uint64_t ViewEngine::lag() const {
    std::uint64_t lag = 0;
    for (messaging::Partition partition = 0; partition < readers_.size(); ++partition) {
        const auto range = log_.range(options_.topic, partition);
        const messaging::Offset next = next_offset(partition);
        if (range && range->end > next) lag += range->end - next;
    }
    return lag;
}

std::optional<Error> ViewEngine::failure() const {
    for (const auto& reader : readers_) {
        if (auto error = reader->failure()) return error;
    }
    return std::nullopt;
}

std::uint64_t ViewEngine::checkpoints_failed() const {
    std::uint64_t failed = 0;
    for (const auto& shard : shards_) failed += shard->checkpoints_failed();
    return failed;
}

}  // namespace sf::analytics
