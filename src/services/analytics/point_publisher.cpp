#include "services/analytics/point_publisher.hpp"

#include "base/logging.hpp"

#include <algorithm>
#include <vector>

namespace sf::analytics {
namespace {

constexpr std::size_t kBatchPointsMax = 2000;
constexpr std::size_t kBatchBytesMax = 512u << 10;
constexpr std::size_t kFlyingBytesMax = 32u << 20;
constexpr auto kRetryPause = std::chrono::milliseconds{250};

}  // namespace

void PointPublisher::publish(std::uint32_t shard, engine::Emitted emitted, const std::stop_token& stop) {
    points_ += emitted.points.size();
    auto batch = std::make_shared<models::MetricBatch>();
    std::size_t bytes = 0;
    const auto send = [&] {
        batch->shard = shard;
        append(std::exchange(batch, std::make_shared<models::MetricBatch>()), stop);
        bytes = 0;
    };
    for (models::MetricPoint& point : emitted.points) {
        const std::size_t size = sizeof point + point.view.size() + point.keys.size() + point.values.size();
        if (batch->points.size() >= kBatchPointsMax || (bytes + size > kBatchBytesMax && bytes > 0)) send();
        bytes += size;
        batch->points.push_back(std::move(point));
    }
    for (models::LateEvent& late : emitted.late_events) {
        if (batch->points.size() + batch->late_events.size() >= kBatchPointsMax) send();
        batch->late_events.push_back(std::move(late));
    }
    if (!batch->points.empty() || !batch->late_events.empty()) send();
}

void PointPublisher::append(models::MetricBatchPtr batch, const std::stop_token& stop) {
    const std::size_t bytes = batch->bytes();
    std::uint64_t number = 0;
    {
        std::unique_lock lock(mutex_);
        while (!changed_.wait_for(lock, stop, kRetryPause, [&] { return flying_bytes_ < kFlyingBytesMax; })) {
            if (stop.stop_requested()) return;
            append_failed(lock);  // Nobody else may be waiting for them.
        }
        number = next_++;
        flying_.emplace(number, Flying{batch, bytes, false});
        flying_bytes_ += bytes;
    }
    append_as(number, std::move(batch));
}

void PointPublisher::append_as(std::uint64_t number, models::MetricBatchPtr batch) {
    log_.append(kMetricsTopic, 0, {.kind = messaging::RecordKind::points, .points = std::move(batch)},
                [this, number](Result<messaging::Offset> offset) {
                    if (!offset)
                        logging::warn("rows of views could not be stored yet", {{"error", offset.error().line()}});
                    settled(number, offset.has_value());
                });
}

void PointPublisher::settled(std::uint64_t number, bool durable) {
    std::lock_guard lock(mutex_);
    const auto found = flying_.find(number);
    if (durable) {
        flying_bytes_ -= found->second.bytes;
        flying_.erase(found);
    } else {
        found->second.failed = true;
    }
    changed_.notify_all();
}

// Under their old numbers, so that whoever waits for them goes on waiting. They become later records: versions tell
// readers which row counts.
void PointPublisher::append_failed(std::unique_lock<std::mutex>& lock) {
    std::vector<std::pair<std::uint64_t, models::MetricBatchPtr>> again;
    for (auto& [number, batch] : flying_) {
        if (std::exchange(batch.failed, false)) again.emplace_back(number, batch.batch);
    }
    lock.unlock();
    for (auto& [number, batch] : again) append_as(number, std::move(batch));
    lock.lock();
}

messaging::Offset PointPublisher::next_offset() const {
    const auto range = log_.range(kMetricsTopic, 0);
    return range ? range->end : 0;  // From the beginning on is right, too.
}

std::uint64_t PointPublisher::ticket() const {
    std::lock_guard lock(mutex_);
    return next_ - 1;
}

bool PointPublisher::wait_durable(std::uint64_t ticket, const std::stop_token& stop, Deadline until) {
    const auto durable = [&] { return flying_.empty() || flying_.begin()->first > ticket; };
    const auto some_failed = [&] {
        return std::ranges::any_of(flying_, [](const auto& entry) { return entry.second.failed; });
    };
    std::unique_lock lock(mutex_);
    while (!durable()) {
        if (stop.stop_requested() || clock_.steady() >= until || log_.state().failed) return false;
        if (some_failed()) {
            // A full disk, most likely.
            append_failed(lock);
            changed_.wait_for(lock, stop, kRetryPause, durable);
        } else {
            changed_.wait_until(lock, stop, until, [&] { return durable() || some_failed(); });
        }
    }
    return true;
}

}  // namespace sf::analytics
