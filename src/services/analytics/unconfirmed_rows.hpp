// Rows that a crash left in doubt. What a shard gave behind its last checkpoint it gives again when it has read the log
// again, with one exception: a row that held for a moment only because partitions were read in a certain turn, such as
// an early row of a session that another took over meanwhile, or of a group that HAVING or a rank let through once.
// Such rows are never final, and nobody would ever replace them. They are found here, and taken back.
#pragma once

#include "base/result.hpp"
#include "messaging/log.hpp"
#include "models/metric_point.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace sf::analytics {

/// Which rows of a shard a checkpoint covers: those up to this epoch and version. Later ones stand in topic `metrics`
/// at `from` or behind.
struct RowMark {
    messaging::Offset from = 0;
    std::uint32_t epoch = 0;
    std::uint64_t version = 0;
};

/// Any thread; collect() before all others.
class UnconfirmedRows {
public:
    /// Finds the rows that shard i gave behind marks[i], of the views that `concerns`, where the last one of an
    /// identity is neither final nor a tombstone.
    [[nodiscard]] Result<> collect(messaging::Log& log, const std::map<std::uint32_t, RowMark>& marks,
                                   const std::function<bool(std::string_view view)>& concerns);

    /// These rows were given since; of an identity that is in doubt it is no longer.
    void confirm(std::span<const models::MetricPoint> points);

    [[nodiscard]] bool empty() const { return empty_.load(std::memory_order_acquire); }

    /// Tombstones for what is still in doubt, of this epoch and older than whatever it gives. Empties this.
    [[nodiscard]] std::vector<models::MetricPoint> take_back(std::uint32_t epoch);

private:
    using Identity = std::tuple<std::string, std::string, std::optional<Timestamp>>;  // View, keys, window_start.

    std::atomic<bool> empty_ = true;  // For the many calls when there is nothing to do.
    std::mutex mutex_;
    std::map<Identity, models::MetricPoint> rows_;  // Under mutex_.
};

}  // namespace sf::analytics
