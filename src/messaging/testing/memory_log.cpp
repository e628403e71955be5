#include "messaging/testing/memory_log.hpp"

#include <utility>

namespace sf::messaging::testing {

Result<> MemoryLog::start() {
    std::lock_guard lock(mutex_);
    started_ = true;
    ++epoch_;
    return {};
}

void MemoryLog::stop() {
    release();
    std::lock_guard lock(mutex_);
    started_ = false;
    stored_.notify_all();
}

Result<> MemoryLog::ensure_topic(std::string_view topic, Partition partitions) {
    std::lock_guard lock(mutex_);
    auto [found, made] = topics_.try_emplace(std::string(topic), partitions);
    if (made || found->second.size() == partitions) return {};
    return fail(ErrorCode::conflict, "the topic has another number of partitions");
}

MemoryLog::Partition_* MemoryLog::find(std::string_view topic, Partition partition) {
    const auto found = topics_.find(topic);
    return found == topics_.end() || partition >= found->second.size() ? nullptr : &found->second[partition];
}

Offset MemoryLog::store(Partition_& partition, Record record) {
    const Offset offset = partition.records.empty() ? partition.begin : partition.records.back().offset + 1;
    ProducerStamp stamp{1, epoch_, 0};
    if (!partition.records.empty() && partition.records.back().stamp.epoch == epoch_) {
        stamp.sequence = partition.records.back().stamp.sequence + 1;
    }
    partition.records.push_back({offset, stamp, clock_.now(), std::move(record)});
    stored_.notify_all();
    return offset;
}

void MemoryLog::append(std::string_view topic, Partition partition, Record record, OnDurable done) {
    std::unique_lock lock(mutex_);
    Partition_* where = find(topic, partition);
    std::optional<Error> error = failure_;
    if (!started_) error = Error{ErrorCode::unavailable, "the log is closed"};
    else if (where == nullptr) error = Error{ErrorCode::not_found, "no such partition"};
    else if (record.bytes() > kRecordBytesMax)
        error = Error{ErrorCode::invalid_input, "a record is larger than the log takes"};
    else if (!state_.accepting) error = Error{ErrorCode::unavailable, "events can't be stored now", state_.reason};
    if (error) {
        lock.unlock();
        return done(fail(std::move(*error)));
    }
    if (holding_) {
        held_.push_back({where, std::move(record), std::move(done)});
        return;
    }
    const Offset offset = store(*where, std::move(record));
    lock.unlock();
    done(offset);
}

Result<std::vector<StoredRecord>> MemoryLog::read(std::string_view topic, Partition partition, Offset from,
                                                  ReadLimits limits) {
    std::unique_lock lock(mutex_);
    Partition_* where = find(topic, partition);
    if (where == nullptr) return fail(ErrorCode::not_found, "no such partition");
    const auto end = [&] { return where->records.empty() ? where->begin : where->records.back().offset + 1; };
    if (from > end()) return fail(ErrorCode::invalid_input, "the log does not reach that far");
    if (from < where->begin) {
        return fail(ErrorCode::not_found, "that part of the log is gone",
                    "the oldest offset is " + std::to_string(where->begin));
    }
    stored_.wait_until(lock, limits.wait_until, [&] { return end() > from || !started_; });
    std::vector<StoredRecord> out;
    std::size_t bytes = 0;
    for (std::size_t i = from - where->begin; i < where->records.size() && (out.empty() || bytes < limits.bytes_max);
         ++i) {
        out.push_back(where->records[i]);
        bytes += out.back().record.bytes();
    }
    return out;
}

Result<OffsetRange> MemoryLog::range(std::string_view topic, Partition partition) {
    std::lock_guard lock(mutex_);
    const Partition_* where = find(topic, partition);
    if (where == nullptr) return fail(ErrorCode::not_found, "no such partition");
    return OffsetRange{where->begin, where->begin + where->records.size()};
}

Result<> MemoryLog::trim(std::string_view topic, Partition partition, Offset before) {
    std::lock_guard lock(mutex_);
    Partition_* where = find(topic, partition);
    if (where == nullptr) return fail(ErrorCode::not_found, "no such partition");
    while (!where->records.empty() && where->begin < before) {
        where->records.erase(where->records.begin());
        ++where->begin;
    }
    return {};
}

std::vector<TopicInfo> MemoryLog::topics() {
    std::lock_guard lock(mutex_);
    std::vector<TopicInfo> infos;
    for (const auto& [name, partitions] : topics_) infos.push_back({name, static_cast<Partition>(partitions.size())});
    return infos;
}

LogState MemoryLog::state() {
    std::lock_guard lock(mutex_);
    return state_;
}

std::uint64_t MemoryLog::bytes_on_disk() { return 0; }

void MemoryLog::hold() {
    std::lock_guard lock(mutex_);
    holding_ = true;
}

void MemoryLog::release() {
    std::unique_lock lock(mutex_);
    holding_ = false;
    while (!held_.empty()) {
        Held held = std::move(held_.front());
        held_.pop_front();
        const Offset offset = store(*held.partition, std::move(held.record));
        lock.unlock();
        held.done(offset);
        lock.lock();
    }
}

void MemoryLog::fail_held(const Error& error) {
    std::unique_lock lock(mutex_);
    auto held = std::exchange(held_, {});  // What comes because of the failure is not among them.
    lock.unlock();
    for (Held& append : held) append.done(fail(error));
}

std::size_t MemoryLog::held() const {
    std::lock_guard lock(mutex_);
    return held_.size();
}

void MemoryLog::set_state(LogState state) {
    std::lock_guard lock(mutex_);
    state_ = std::move(state);
}

void MemoryLog::fail_appends(std::optional<Error> error) {
    std::lock_guard lock(mutex_);
    failure_ = std::move(error);
}

}  // namespace sf::messaging::testing
