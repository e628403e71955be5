#include "database/lakehouse/live_events.hpp"

namespace sf::database {

void LiveBudget::take(std::uint64_t bytes) {
    std::lock_guard lock(mutex_);
    bytes_ += bytes;
}

void LiveBudget::give_back(std::uint64_t bytes, bool was_flushed) {
    {
        std::lock_guard lock(mutex_);
        bytes_ -= bytes;
        if (was_flushed) flushed_ -= bytes;
    }
    room_.notify_all();
}

void LiveBudget::mark_flushed(std::uint64_t bytes) {
    std::lock_guard lock(mutex_);
    flushed_ += bytes;
}

bool LiveBudget::wait_for_room(std::uint64_t cost, std::uint64_t limit, Deadline deadline) {
    std::unique_lock lock(mutex_);
    const auto fits = [&] { return closed_ || bytes_ == 0 || bytes_ + cost <= limit; };
    return room_.wait_until(lock, deadline, fits) && !closed_;
}

void LiveBudget::close() {
    {
        std::lock_guard lock(mutex_);
        closed_ = true;
    }
    room_.notify_all();
}

void LiveBudget::open() {
    std::lock_guard lock(mutex_);
    closed_ = false;
}

LiveBatch::LiveBatch(std::shared_ptr<LiveBudget> budget, models::EventBatchPtr batch, messaging::Partition partition,
                     messaging::Offset offset)
    : budget_(std::move(budget)),
      batch_(std::move(batch)),
      partition_(partition),
      offset_(offset),
      cost_(cost(*batch_)) {
    for (const std::int64_t micros : batch_->received()) received_.include(micros);
    budget_->take(cost_);
}

LiveBatch::~LiveBatch() {
    batch_.reset();  // First the memory, then the account.
    budget_->give_back(cost_, flushed_);
}

void LiveBatch::mark_flushed() const {
    if (!flushed_.exchange(true)) budget_->mark_flushed(cost_);
}

void release_flushed(LiveSnapshot live) {
    for (LiveBatchPtr& batch : live) {
        const std::weak_ptr<const LiveBatch> weak = batch;
        batch.reset();
        if (const LiveBatchPtr held = weak.lock()) held->mark_flushed();
    }
}

}  // namespace sf::database
