// What the page's header shows: how much has come, how fast, how far the parts have read, what storage holds.
#pragma once

#include "base/clock.hpp"
#include "database/point_store.hpp"
#include "messaging/log.hpp"
#include "services/dashboard/rate_meter.hpp"
#include "services/dashboard/view_catalog.hpp"

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace sf::dashboard {

/// The state of the other services, which this one can't ask: app does.
struct PipelineState {
    struct PartitionState {
        messaging::Partition partition = 0;
        messaging::Offset offset = 0;  // One past the newest durable record of topic events.
        std::uint64_t lag = 0;         // Durable records that the slowest reader has not taken yet.
    };

    std::uint64_t events_accepted = 0;  // Since the start.
    std::uint64_t events_stored = 0;    // That queries see.
    std::vector<PartitionState> partitions;
    std::uint64_t live_events = 0;
    std::uint64_t live_bytes = 0;
    std::uint64_t file_events = 0;
    std::uint64_t file_bytes = 0;
    std::uint64_t files = 0;
    std::uint64_t log_bytes = 0;
};

/// Any thread; quick.
using PipelineProbe = std::function<PipelineState()>;

/// Any thread.
class Overview {
public:
    Overview(std::string version, PipelineProbe probe, database::PointStore& points, ViewCatalog& catalog,
             const Clock& clock);

    /// Once a second, so that the rate is known when it is asked for.
    void sample();

    /// The JSON object of GET /api/v1/overview.
    [[nodiscard]] std::string json();

private:
    const std::string version_;
    const PipelineProbe probe_;
    database::PointStore& points_;
    ViewCatalog& catalog_;
    const Clock& clock_;
    const Deadline started_;
    std::mutex mutex_;
    RateMeter rate_;  // Under mutex_.
};

}  // namespace sf::dashboard
