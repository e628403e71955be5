#include "messaging/embedded/partition_log.hpp"

#include "base/assert.hpp"
#include "base/logging.hpp"

#include <algorithm>

namespace sf::messaging::embedded {
namespace {

// One write takes at most this much, so that a long queue still becomes durable in steps.
constexpr std::size_t kGroupBytesMax = 16u << 20;

}  // namespace

void LogHealth::fail_for_good(const Error& error) {
    std::lock_guard lock(mutex_);
    if (!failure_) failure_ = error;
    failed_.store(true, std::memory_order_release);
}

std::optional<Error> LogHealth::failure() const {
    if (!failed_.load(std::memory_order_acquire)) return std::nullopt;
    std::lock_guard lock(mutex_);
    return failure_;
}

PartitionLog::PartitionLog(PartitionOptions options, std::shared_ptr<Disk> disk, std::filesystem::path folder,
                           const Clock& clock, LogHealth& health, ProducerStamp producer)
    : options_(options),
      disk_(std::move(disk)),
      folder_(std::move(folder)),
      clock_(clock),
      health_(health),
      next_stamp_(producer) {}

PartitionLog::~PartitionLog() { close(); }

Result<> PartitionLog::open() {
    SF_TRY(disk_->make_folders(folder_));
    SF_ASSIGN(const std::vector<std::string> names, disk_->list(folder_));
    std::vector<Offset> bases;
    for (const std::string& name : names) {
        if (const auto base = Segment::base_of(name)) bases.push_back(*base);
    }
    if (!bases.empty()) {
        // A newest segment that was being made when the power went has a name but no content: nothing in it was ever
        // durable.
        SF_ASSIGN(const bool unfinished, Segment::is_unfinished(*disk_, folder_, bases.back()));
        if (unfinished) {
            logging::warn("removed a segment that was never begun",
                          {{"file", (folder_ / Segment::name_of(bases.back())).string()}});
            SF_TRY(disk_->remove(folder_ / Segment::name_of(bases.back())));
            SF_TRY(disk_->sync_folder(folder_));
            bases.pop_back();
        }
    }
    std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < bases.size(); ++i) {
        const bool last = i + 1 == bases.size();
        auto opened = Segment::open(*disk_, folder_, bases[i], last);
        if (!opened) {
            if (opened.error().code != ErrorCode::corrupt) return fail(std::move(opened.error()));
            damage_ = Damage{folder_ / Segment::name_of(bases[i]), 0, "the file's header is not right", bases[i]};
            break;
        }
        segments_.push_back(std::move(*opened));
        Segment& segment = *segments_.back();
        if (!last) {
            segment.seal(bases[i + 1]);
            continue;
        }
        SF_ASSIGN(const SegmentScan scan, segment.scan(true));
        damage_ = scan.damage;
        if (scan.torn) {
            logging::warn("cut an unfinished write off the log",
                          {{"file", segment.path().string()}, {"position", scan.end}});
            SF_TRY(segment.cut(scan.end, scan.next_offset));
        }
    }
    if (segments_.empty() && !damage_) {
        SF_ASSIGN(auto segment, Segment::create(*disk_, folder_, 0, options_.size_step));
        segments_.push_back(std::move(segment));
    }
    end_ = segments_.empty() ? 0 : segments_.back()->next_offset();
    if (damage_) {
        const Error error = damage_error(*damage_);
        logging::error("a partition of the log is damaged and takes no more events", {{"error", error.line()}});
    }
    open_ = true;
    closing_ = false;
    thread_ = std::thread([this] { run(); });
    return {};
}

void PartitionLog::close() {
    {
        std::lock_guard lock(mutex_);
        closing_ = true;
        queued_.notify_all();
        published_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
    std::lock_guard lock(mutex_);
    open_ = false;
}

void PartitionLog::append(Record record, Log::OnDurable done) {
    std::unique_lock lock(mutex_);
    std::optional<Error> refusal;
    const std::size_t bytes = record.bytes();
    if (!open_ || closing_) refusal = Error{ErrorCode::unavailable, "the log is closed"};
    else if (damage_)
        refusal = Error{ErrorCode::unavailable, "a partition of the log is damaged", damage_error(*damage_).line(),
                        "run: streamflow verify --repair"};
    else if (bytes > kRecordBytesMax)
        refusal = Error{ErrorCode::invalid_input, "a record is larger than the log takes",
                        std::to_string(bytes) + " bytes, the limit is " + std::to_string(kRecordBytesMax)};
    else if (queue_bytes_ > 0 && queue_bytes_ + bytes > options_.queue_bytes_max) {
        refusal = Error{ErrorCode::overloaded, "the log's queue is full", "", "repeat the request a little later"};
    }
    if (refusal) {
        lock.unlock();
        return done(fail(std::move(*refusal)));
    }
    queue_.push_back({std::move(record), bytes, std::move(done)});
    queue_bytes_ += bytes;
    if (queue_.size() == 1) queued_.notify_one();
}

// Group commit: all that has come since the last sync goes out in one write and one sync, and syncs begin at least
// commit_window apart. A record that comes after a pause does not wait at all.
void PartitionLog::run() {
    std::vector<Waiting> group;
    while (true) {
        {
            std::unique_lock lock(mutex_);
            queued_.wait(lock, [&] { return closing_ || !queue_.empty(); });
            if (queue_.empty()) return;
            const auto next_group = group_started_ + options_.commit_window;
            queued_.wait_until(lock, next_group, [&] {
                return closing_ || clock_.steady() >= next_group || queue_bytes_ > kGroupBytesMax;
            });
            std::size_t bytes = 0;
            while (!queue_.empty() && (group.empty() || bytes + queue_.front().bytes <= kGroupBytesMax)) {
                bytes += queue_.front().bytes;
                group.push_back(std::move(queue_.front()));
                queue_.pop_front();
            }
            queue_bytes_ -= bytes;
        }
        group_started_ = clock_.steady();
        write_group(group);
        group.clear();
    }
}

void PartitionLog::write_group(std::vector<Waiting>& group) {
    std::vector<StoredRecord> stored;
    stored.reserve(group.size());
    auto result = health_.failure() ? Result<>(fail(*health_.failure())) : store(group, stored);
    if (!result) {
        for (Waiting& waiting : group) waiting.done(fail(result.error()));
        return;
    }
    const Offset first = stored.front().offset;
    publish(std::move(stored));
    for (std::size_t i = 0; i < group.size(); ++i) group[i].done(first + i);
}

// After an error nothing of the group is in the log: a full disk is undone, anything else ends appending for good.
Result<> PartitionLog::store(std::vector<Waiting>& group, std::vector<StoredRecord>& stored) {
    if (segments_.back()->written() >= options_.segment_bytes) SF_TRY(roll());
    Segment& segment = *segments_.back();  // Only this thread changes segments_'s end.
    const std::uint64_t start = segment.written();
    const Timestamp now = clock_.now();
    ProducerStamp stamp = next_stamp_;
    Offset offset = segment.next_offset();
    frames_.clear();
    for (const Waiting& waiting : group) {
        RecordHeader header;
        header.kind = waiting.record.kind;
        header.offset = offset;
        header.stamp = stamp;
        header.group_start = static_cast<std::uint32_t>(start);
        header.appended_at = to_micros(now);
        append_frame(frames_, header, waiting.record);
        stored.push_back({offset, stamp, now, waiting.record});
        ++offset;
        ++stamp.sequence;
    }
    if (auto written = segment.write(frames_); !written)
        return fail(undo(std::move(written.error()), start, stored.front().offset));
    if (options_.fsync) {
        if (auto synced = segment.sync(); !synced) {
            // The kernel may have dropped the pages and marked them clean; a second sync would succeed and mean
            // nothing.
            Error error{ErrorCode::unavailable, "the disk failed to store events; ingestion has stopped",
                        synced.error().line(), "check the disk, then start again: the log is verified at start"};
            health_.fail_for_good(error);
            logging::error("syncing the log failed; no more events are taken until a restart",
                           {{"error", synced.error().line()}});
            return fail(std::move(error));
        }
    }
    segment.publish(segment.written(), offset);
    next_stamp_ = stamp;
    return {};
}

Error PartitionLog::undo(Error error, std::uint64_t end, Offset next) {
    if (error.code == ErrorCode::unavailable) {
        auto cut = segments_.back()->cut(end, next);
        if (cut) {
            logging::warn("the disk is full: events were refused", {{"error", error.line()}});
            return error;
        }
        error = std::move(cut.error());
    }
    Error stop{ErrorCode::unavailable, "the disk failed to store events; ingestion has stopped", error.line(),
               "check the disk, then start again: the log is verified at start"};
    health_.fail_for_good(stop);
    logging::error("writing the log failed; no more events are taken until a restart", {{"error", error.line()}});
    return stop;
}

Result<> PartitionLog::roll() {
    SF_ASSIGN(auto segment, Segment::create(*disk_, folder_, segments_.back()->next_offset(), options_.size_step));
    std::lock_guard lock(mutex_);
    segments_.push_back(std::move(segment));
    return {};
}

void PartitionLog::publish(std::vector<StoredRecord> stored) {
    std::lock_guard lock(mutex_);
    for (StoredRecord& record : stored) {
        end_ = record.offset + 1;
        ring_bytes_ += record.record.bytes();
        ring_.push_back(std::move(record));
    }
    while (ring_.size() > 1 && ring_bytes_ > options_.ring_bytes_max) {
        ring_bytes_ -= ring_.front().record.bytes();
        ring_.pop_front();
    }
    published_.notify_all();
}

Result<std::vector<StoredRecord>> PartitionLog::read(Offset from, ReadLimits limits) {
    std::vector<StoredRecord> out;
    std::size_t bytes = 0;
    std::shared_ptr<Segment> segment;
    {
        std::unique_lock lock(mutex_);
        if (from > end_) {
            return fail(ErrorCode::invalid_input, "the log does not reach that far",
                        "offset " + std::to_string(from) + " was asked for, the log ends at " + std::to_string(end_));
        }
        from = behind_hole(from);
        if (from == end_ && damage_) return fail(damage_error(*damage_));
        if (from == end_) published_.wait_until(lock, limits.wait_until, [&] { return closing_ || end_ > from; });
        if (from == end_) return out;
        if (segments_.empty() || from < segments_.front()->base()) {
            const Offset oldest = segments_.empty() ? end_ : segments_.front()->base();
            return fail(ErrorCode::not_found, "that part of the log is gone",
                        "the oldest offset is " + std::to_string(oldest));
        }
        if (!ring_.empty() && from >= ring_.front().offset) {
            for (std::size_t i = from - ring_.front().offset;
                 i < ring_.size() && (out.empty() || bytes < limits.bytes_max); ++i) {
                bytes += ring_[i].record.bytes();
                out.push_back(ring_[i]);
            }
            return out;
        }
        const auto after = std::ranges::upper_bound(segments_, from, {}, [](const auto& s) { return s->base(); });
        segment = *std::prev(after);
    }
    SF_TRY(segment->read(from, limits.bytes_max, out, bytes));
    return out;
}

// Where a repair gave records up, reading goes on with the next segment.
Offset PartitionLog::behind_hole(Offset from) const {
    const auto after = std::ranges::upper_bound(segments_, from, {}, [](const auto& s) { return s->base(); });
    if (after == segments_.begin() || after == segments_.end()) return from;
    return from < (*std::prev(after))->next_offset() ? from : (*after)->base();
}

OffsetRange PartitionLog::range() const {
    std::lock_guard lock(mutex_);
    return {segments_.empty() ? end_ : segments_.front()->base(), end_};
}

// Whole segments only, and never the one that is written to.
Result<> PartitionLog::trim(Offset before) {
    std::vector<std::shared_ptr<Segment>> gone;
    {
        std::lock_guard lock(mutex_);
        while (segments_.size() > 1 && segments_[1]->base() <= before) {
            gone.push_back(segments_.front());
            segments_.erase(segments_.begin());
        }
    }
    for (const auto& segment : gone) SF_TRY(disk_->remove(segment->path()));
    if (!gone.empty()) SF_TRY(disk_->sync_folder(folder_));
    return {};
}

std::uint64_t PartitionLog::bytes_on_disk() const {
    std::lock_guard lock(mutex_);
    std::uint64_t bytes = 0;
    for (const auto& segment : segments_) bytes += segment->end();
    return bytes;
}

std::optional<Damage> PartitionLog::damage() const {
    std::lock_guard lock(mutex_);
    return damage_;
}

}  // namespace sf::messaging::embedded
