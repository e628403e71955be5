#include "services/storage/feeder.hpp"

#include "base/logging.hpp"

#include <algorithm>

namespace sf::storage {
namespace {

constexpr auto kReadPatience = std::chrono::milliseconds{200};
constexpr auto kAddPatience = std::chrono::milliseconds{500};
constexpr auto kFailurePause = std::chrono::milliseconds{100};

}  // namespace

Result<> Feeder::start(std::string topic, messaging::Partition partitions) {
    topic_ = std::move(topic);
    const auto next = target_.next_offsets();
    for (messaging::Partition p = 0; p < partitions; ++p) {
        const auto found = next.find(p);
        const messaging::Offset from = found == next.end() ? 0 : found->second;
        SF_ASSIGN(const messaging::OffsetRange range, log_.range(topic_, p));
        if (from > range.end) {
            return fail(ErrorCode::corrupt, "the log is shorter than what was stored from it",
                        "partition " + std::to_string(p) + " of topic \"" + topic_ + "\" ends at offset " +
                            std::to_string(range.end) + ", the store has read up to " + std::to_string(from),
                        "was the log folder replaced by an older copy? If not, run: streamflow verify --repair");
        }
        if (from < range.begin) {
            return fail(ErrorCode::corrupt, "records are missing between the store and the log",
                        "partition " + std::to_string(p) + " of topic \"" + topic_ + "\" begins at offset " +
                            std::to_string(range.begin) + ", the store has read up to " + std::to_string(from),
                        "was the store's folder replaced by an older copy? If not, run: streamflow verify --repair");
        }
        fed_.push_back(from);
    }
    for (messaging::Partition p = 0; p < partitions; ++p) {
        threads_.emplace_back([this, p](std::stop_token stop) { run(std::move(stop), p, fed_[p]); });
    }
    return {};
}

void Feeder::stop() {
    for (std::jthread& thread : threads_) thread.request_stop();
    threads_.clear();
}

void Feeder::fail_for_good(messaging::Partition partition, const Error& error) {
    logging::error("storage can't read on", {{"topic", topic_}, {"partition", partition}, {"error", error.line()}});
    std::lock_guard lock(mutex_);
    if (!failure_) failure_ = error;
    failed_.insert(partition);
    fed_changed_.notify_all();
}

void Feeder::run(std::stop_token stop, messaging::Partition partition, messaging::Offset from) {
    messaging::SequenceCheck check(from);
    while (!stop.stop_requested()) {
        auto records = log_.read(topic_, partition, from, {.wait_until = clock_.steady() + kReadPatience});
        if (!records) return fail_for_good(partition, records.error());
        if (records->empty()) continue;
        from = records->back().offset + 1;
        std::erase_if(*records,
                      [&](const messaging::StoredRecord& record) { return was_seen(check, partition, record); });
        if (records->empty()) continue;
        if (!feed(stop, partition, std::move(*records))) return;
    }
}

bool Feeder::was_seen(messaging::SequenceCheck& check, messaging::Partition partition,
                      const messaging::StoredRecord& record) {
    const messaging::Offset expected = check.next();
    switch (check.look(record)) {
        case messaging::SequenceCheck::Verdict::next: return false;
        case messaging::SequenceCheck::Verdict::seen:
            logging::warn("a record stands in the log twice; the second is left out",
                          {{"topic", topic_}, {"partition", partition}, {"offset", record.offset}});
            return true;
        case messaging::SequenceCheck::Verdict::gap: break;
    }
    ++gaps_;
    logging::error(
        "records are missing in the log: what they held is in no result",
        {{"topic", topic_}, {"partition", partition}, {"expected_offset", expected}, {"offset", record.offset}});
    return false;
}

bool Feeder::feed(std::stop_token stop, messaging::Partition partition, std::vector<messaging::StoredRecord> records) {
    const messaging::Offset next = records.back().offset + 1;
    while (!stop.stop_requested()) {
        Result<> added;
        {
            std::lock_guard lock(store_mutex_);
            added = target_.add(partition, records, clock_.steady() + kAddPatience);
        }
        if (added) {
            std::lock_guard lock(mutex_);
            fed_[partition] = next;
            fed_changed_.notify_all();
            return true;
        }
        // The store's memory is full: it takes records again when its files are written. Until then the log keeps them.
        if (added.error().code == ErrorCode::overloaded) continue;
        fail_for_good(partition, added.error());
        return false;
    }
    return false;
}

bool Feeder::catch_up(std::chrono::milliseconds patience) {
    std::vector<messaging::Offset> wanted;
    for (messaging::Partition p = 0; p < threads_.size(); ++p) {
        const auto range = log_.range(topic_, p);
        wanted.push_back(range ? range->end : 0);
    }
    std::unique_lock lock(mutex_);
    bool all = true;
    const bool in_time = fed_changed_.wait_for(lock, patience, [&] {
        all = true;
        for (messaging::Partition p = 0; p < wanted.size(); ++p) {
            if (fed_[p] >= wanted[p]) continue;
            if (!failed_.contains(p)) return false;
            all = false;
        }
        return true;
    });
    // Whoever asks again and again must not keep a core busy with it.
    if (in_time && !all) fed_changed_.wait_for(lock, std::min(patience, kFailurePause), [] { return false; });
    return in_time && all;
}

std::optional<Error> Feeder::failure() const {
    std::lock_guard lock(mutex_);
    return failure_;
}

messaging::Offset Feeder::next_offset(messaging::Partition partition) const {
    std::lock_guard lock(mutex_);
    return partition < fed_.size() ? fed_[partition] : 0;
}

std::uint64_t Feeder::lag() {
    std::uint64_t lag = 0;
    for (messaging::Partition p = 0; p < threads_.size(); ++p) {
        const auto range = log_.range(topic_, p);
        std::lock_guard lock(mutex_);
        if (range && range->end > fed_[p]) lag += range->end - fed_[p];
    }
    return lag;
}

}  // namespace sf::storage
