#include "services/analytics/shard_runner.hpp"

#include "base/logging.hpp"

#include <algorithm>
#include <future>

namespace sf::analytics {
namespace {

constexpr std::size_t kFramesWaitingMax = 16;  // While they wait, records are joined.
constexpr auto kCheckpointPatience = std::chrono::seconds{30};
constexpr auto kTickInterval = std::chrono::milliseconds{20};
constexpr auto kMergePatience = std::chrono::seconds{1};  // Of a stop.
constexpr auto kLastCheckpointPatience = std::chrono::seconds{5};
constexpr std::size_t kMarkBytes = 8 + 4 + 8;  // Of a checkpoint: its mark comes first.

std::int64_t micros_of(std::chrono::steady_clock::time_point time) {
    return std::chrono::duration_cast<Duration>(time.time_since_epoch()).count();
}

}  // namespace

ShardRunner::ShardRunner(Options options, PointPublisher& publisher, UnconfirmedRows& unconfirmed,
                         database::CheckpointStore& checkpoints, const Clock& clock)
    : options_(std::move(options)),
      publisher_(publisher),
      unconfirmed_(unconfirmed),
      checkpoints_(checkpoints),
      clock_(clock),
      shard_(options_.shard),
      queue_(kFramesWaitingMax),
      merged_(options_.shard.partitions, 0),
      floors_(options_.shard.partitions, 0) {}

Result<> ShardRunner::restore(const std::vector<engine::ViewPtr>& views) {
    SF_ASSIGN(const auto saved, checkpoints_.read(options_.checkpoint));
    if (!saved) return fail(ErrorCode::corrupt, "there is no checkpoint of the views");
    engine::ByteReader reader(*saved);
    RowMark mark;
    mark.from = reader.get<messaging::Offset>();
    mark.epoch = reader.get<std::uint32_t>();
    mark.version = reader.get<std::uint64_t>();
    if (!reader.ok()) return fail(ErrorCode::corrupt, "a checkpoint of the views is incomplete");
    SF_TRY(shard_.restore(std::span(*saved).subspan(kMarkBytes), views));
    restored_mark_ = mark;
    for (messaging::Partition p = 0; p < merged_.size(); ++p) merged_[p] = shard_.next_offset(p);
    last_saved_ = merged_;
    return {};
}

void ShardRunner::start() {
    {
        std::lock_guard lock(mutex_);
        running_ = true;
    }
    saver_ = std::jthread([this](std::stop_token stop) { save_checkpoints(stop); });
    worker_ = std::thread([this] { work(); });
}

void ShardRunner::stop() {
    {
        std::lock_guard lock(mutex_);
        if (!running_) return;
    }
    merge_until_ = clock_.steady() + kMergePatience;
    queue_.close();  // The worker drains it first, and ends with a snapshot.
    {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, kLastCheckpointPatience, [&] { return !running_ && snapshots_settled_ == snapshots_; });
        running_ = false;
    }
    giving_up_.request_stop();
    saver_ = {};
    worker_.join();
}

bool ShardRunner::run(Command command) {
    auto ordered = std::make_unique<Ordered>(Ordered{std::move(command), {}});
    std::future<void> done = ordered->done.get_future();
    if (!queue_.push(std::move(ordered))) return false;
    try {
        done.get();
        return true;
    } catch (const std::future_error&) {
        return false;
    }
}

void ShardRunner::work() {
    auto tick_at = clock_.steady();
    auto checkpoint_at = clock_.steady() + options_.checkpoint_interval;
    give_pieces();  // What the snapshot that it begins from has kept.
    while (true) {
        auto item = queue_.pop_until(tick_at);
        if (item) {
            handle(*item);
        } else if (queue_.is_closed()) {
            break;
        }
        take_pieces();
        const auto now = clock_.steady();
        if (now >= tick_at) {
            shard_.tick(micros_of(now));
            tick_at = now + kTickInterval;
        }
        publish();
        if (now >= checkpoint_at) {
            forget_settled();
            if (merged_since_ && unconfirmed_.empty()) begin_checkpoint();
            checkpoint_at = now + options_.checkpoint_interval;
        }
    }
    if (merged_since_ && unconfirmed_.empty()) begin_checkpoint();
    std::lock_guard lock(mutex_);
    running_ = false;
    changed_.notify_all();
}

void ShardRunner::handle(Item& item) {
    if (const auto* arrived = std::get_if<Arrived>(&item)) {
        if (clock_.steady() >= merge_until_.load()) return;  // So will be all that come behind it.
        const engine::Frame& frame = *arrived->frame;
        shard_.merge(frame);
        merged_since_ = true;
        give_pieces();
        if (shard_.emitted_points() > 0) {
            publish();
            if (options_.on_rows) {
                options_.on_rows(
                    std::chrono::duration_cast<std::chrono::microseconds>(clock_.now() - arrived->appended_at));
            }
        }
        std::lock_guard lock(mutex_);
        merged_[frame.partition] = shard_.next_offset(frame.partition);
        changed_.notify_all();
        return;
    }
    Ordered& ordered = *std::get<std::unique_ptr<Ordered>>(item);
    take_pieces();
    ordered.command(shard_);
    give_pieces();
    publish();  // Whoever waits for the command may wait for its rows next.
    ordered.done.set_value();
}

// What shards gave until now for views over views.
void ShardRunner::take_pieces() {
    std::vector<engine::SettledPiecePtr> pieces;
    {
        std::lock_guard lock(pieces_mutex_);
        pieces.swap(pieces_);
    }
    for (const engine::SettledPiecePtr& piece : pieces) shard_.merge(*piece);
    if (pieces.empty()) return;
    merged_since_ = true;
    give_pieces();
}

void ShardRunner::give_pieces() {
    const std::vector<engine::SettledPiecePtr> pieces = shard_.take_settled();
    if (pieces.empty()) return;
    for (ShardRunner* const to : all_) {
        std::lock_guard lock(to->pieces_mutex_);
        to->pieces_.insert(to->pieces_.end(), pieces.begin(), pieces.end());
    }
}

engine::WindowIndex ShardRunner::settled_floor(engine::ViewNumber reader, std::size_t shard) const {
    std::lock_guard lock(mutex_);
    const auto found = floor_places_.find(reader);
    return found == floor_places_.end() ? engine::kNothingSettled : found->second[shard];
}

void ShardRunner::forget_settled() {
    shard_.forget_settled([&](engine::ViewNumber reader) {
        engine::WindowIndex all = INT64_MAX;
        for (const ShardRunner* const other : all_)
            all = std::min(all, other->settled_floor(reader, options_.shard.index));
        return all;
    });
}

void ShardRunner::publish() {
    if (engine::Emitted emitted = shard_.take(); !emitted.empty()) {
        unconfirmed_.confirm(emitted.points);
        publisher_.publish(static_cast<std::uint32_t>(options_.shard.index), std::move(emitted),
                           giving_up_.get_token());
    }
}

// One that is still waiting to be saved is replaced by the newer one.
void ShardRunner::begin_checkpoint() {
    engine::ShardSnapshot state = shard_.snapshot();
    give_pieces();
    publish();
    merged_since_ = false;
    const std::uint64_t ticket = publisher_.ticket();
    const RowMark mark{publisher_.next_offset(), options_.shard.epoch, shard_.version()};
    std::lock_guard lock(mutex_);
    waiting_.emplace(++snapshots_, std::move(state), ticket, mark);
    changed_.notify_all();
}

Result<> ShardRunner::checkpoint(const std::stop_token& stop) {
    std::uint64_t number = 0;
    const bool begun = run([&](engine::Shard&) {
        begin_checkpoint();
        std::lock_guard lock(mutex_);
        number = snapshots_;
    });
    if (!begun) return fail(ErrorCode::unavailable, "the service is stopping");
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, kCheckpointPatience, [&] { return snapshots_settled_ >= number || !running_; });
    if (snapshots_settled_ < number) {
        return running_ && !stop.stop_requested()
                   ? fail(ErrorCode::unavailable, "a checkpoint of the views takes too long", "", "is the disk full?")
                   : fail(ErrorCode::unavailable, "the service is stopping");
    }
    if (snapshot_error_) return fail(*snapshot_error_);
    return {};
}

void ShardRunner::save_checkpoints(const std::stop_token& stop) {
    while (true) {
        std::optional<Snapshot> snapshot;
        {
            std::unique_lock lock(mutex_);
            if (!changed_.wait(lock, stop, [&] { return waiting_.has_value(); })) return;
            snapshot.swap(waiting_);
        }
        Result<> saved = save(*snapshot, stop);
        if (!saved && !stop.stop_requested()) {
            ++checkpoints_failed_;
            logging::error("a checkpoint of the engine can't be written; the one before stays",
                           {{"error", saved.error().line()}});
        }
        if (saved) note_saved(snapshot->state);
        std::lock_guard lock(mutex_);
        snapshots_settled_ = snapshot->number;
        snapshot_error_ = saved ? std::nullopt : std::optional(saved.error());
        changed_.notify_all();
    }
}

Result<> ShardRunner::save(const Snapshot& snapshot, const std::stop_token& stop) {
    if (!publisher_.wait_durable(snapshot.ticket, stop))
        return fail(ErrorCode::unavailable, "rows before the checkpoint are not durable");
    return checkpoints_.write(options_.checkpoint, options_.shard.epoch,
                              [&](const database::CheckpointStore::Sink& sink) -> Result<> {
                                  Result<> result;
                                  engine::ByteWriter writer([&](std::span<const std::byte> bytes) {
                                      if (result) result = sink(bytes);
                                  });
                                  writer.put(snapshot.mark.from);
                                  writer.put(snapshot.mark.epoch);
                                  writer.put(snapshot.mark.version);
                                  snapshot.state.save(writer);
                                  return result;
                              });
}

void ShardRunner::note_saved(const engine::ShardSnapshot& snapshot) {
    std::lock_guard lock(mutex_);
    if (!last_saved_.empty()) floors_ = last_saved_;
    floor_places_ = std::exchange(last_places_, snapshot.settled_places());
    last_saved_.clear();
    for (messaging::Partition p = 0; p < merged_.size(); ++p) last_saved_.push_back(snapshot.next_offset(p));
}

bool ShardRunner::wait_merged(const std::vector<messaging::Offset>& ends, std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] {
        if (!running_) return true;
        for (std::size_t p = 0; p < ends.size(); ++p) {
            if (merged_[p] < ends[p]) return false;
        }
        return true;
    });
}

messaging::Offset ShardRunner::merged(messaging::Partition partition) const {
    std::lock_guard lock(mutex_);
    return merged_[partition];
}

messaging::Offset ShardRunner::floor(messaging::Partition partition) const {
    std::lock_guard lock(mutex_);
    return floors_[partition];
}

}  // namespace sf::analytics
