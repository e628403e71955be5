// Stage 2 on a thread of its own: merges frames, lets time pass, publishes rows, and takes a snapshot now and then.
#pragma once

#include "base/bounded_queue.hpp"
#include "base/clock.hpp"
#include "database/checkpoint_store.hpp"
#include "engine/shard.hpp"
#include "services/analytics/point_publisher.hpp"
#include "services/analytics/unconfirmed_rows.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace sf::analytics {

class ShardRunner {
public:
    struct Options {
        engine::ShardOptions shard;
        std::string checkpoint;  // Its name in the store.
        std::chrono::milliseconds checkpoint_interval = std::chrono::seconds{10};

        /// Told how long after a record was appended its rows went out. On the shard's thread. May be empty.
        std::function<void(std::chrono::microseconds)> on_rows;
    };
    /// While rows are in doubt there are no checkpoints but those asked for: it would be forgotten that they are.
    ShardRunner(Options options, PointPublisher& publisher, UnconfirmedRows& unconfirmed,
                database::CheckpointStore& checkpoints, const Clock& clock);
    ~ShardRunner() { stop(); }

    /// Before start(): the state of these views at the last checkpoint. `corrupt` if there is none, or none that can be
    /// read: then it must not be started, and another one made.
    [[nodiscard]] Result<> restore(const std::vector<engine::ViewPtr>& views);

    /// Before start(): all shards, this one too. What this one has for views over its views goes to them. They outlive
    /// its thread.
    void connect(std::vector<ShardRunner*> all) { all_ = std::move(all); }

    void start();

    /// With a last checkpoint, if it can be had soon. Frames that are not merged soon are left to the log: the next
    /// start reads it from the checkpoint on. Idempotent.
    void stop();

    /// A record's frame, and when the record was appended. Waits for room. False: stopping.
    [[nodiscard]] bool push(engine::FramePtr frame, Timestamp appended_at) {
        return queue_.push(Arrived{std::move(frame), appended_at});
    }

    /// Runs on the shard's thread after all frames pushed before; returns when it has. What it emits is published.
    /// False: stopped.
    using Command = std::function<void(engine::Shard&)>;
    [[nodiscard]] bool run(Command command);

    /// Takes a checkpoint of everything pushed before and waits until it is durable. `unavailable` if it is not after a
    /// while, as with a full disk, or at `stop`.
    [[nodiscard]] Result<> checkpoint(const std::stop_token& stop);

    /// Waits until the frames below these offsets are merged, or for the patience. False if they are not.
    [[nodiscard]] bool wait_merged(const std::vector<messaging::Offset>& ends, std::chrono::milliseconds patience);

    /// Everything below this is merged.
    [[nodiscard]] messaging::Offset merged(messaging::Partition partition) const;

    /// A restart reads nothing below this.
    [[nodiscard]] messaging::Offset floor(messaging::Partition partition) const;

    /// How far the checkpoint before the last has what `shard` gave for a view over a view.
    [[nodiscard]] engine::WindowIndex settled_floor(engine::ViewNumber reader, std::size_t shard) const;

    [[nodiscard]] const engine::Shard& before_start() const { return shard_; }

    /// Which rows the checkpoint covers that was restored.
    [[nodiscard]] const std::optional<RowMark>& restored_mark() const { return restored_mark_; }
    [[nodiscard]] std::uint64_t checkpoints_failed() const { return checkpoints_failed_; }

private:
    struct Ordered {
        Command command;
        std::promise<void> done;
    };
    struct Arrived {
        engine::FramePtr frame;
        Timestamp appended_at;
    };
    using Item = std::variant<Arrived, std::unique_ptr<Ordered>>;

    void work();
    void handle(Item& item);
    void take_pieces();
    void give_pieces();
    void forget_settled();
    void publish();
    void begin_checkpoint();
    void save_checkpoints(const std::stop_token& stop);
    struct Snapshot;
    [[nodiscard]] Result<> save(const Snapshot& snapshot, const std::stop_token& stop);
    void note_saved(const engine::ShardSnapshot& snapshot);

    const Options options_;
    PointPublisher& publisher_;
    UnconfirmedRows& unconfirmed_;
    database::CheckpointStore& checkpoints_;
    const Clock& clock_;
    engine::Shard shard_;  // The worker's, once it runs.
    std::optional<RowMark> restored_mark_;
    BoundedQueue<Item> queue_;
    std::vector<ShardRunner*> all_;
    std::mutex pieces_mutex_;
    std::vector<engine::SettledPiecePtr> pieces_;  // Under pieces_mutex_: given by shards, not merged yet. No limit:
                                                   // two shards must not wait for each other, and windows end no faster
                                                   // than frames come in through the queue.
    bool merged_since_ = false;  // The worker's: frames since the last snapshot.
    std::atomic<Deadline> merge_until_ = Deadline::max();
    std::stop_source giving_up_;  // Rows that still wait to be published are dropped.

    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::vector<messaging::Offset> merged_;  // Under mutex_, as all below.
    struct Snapshot {
        std::uint64_t number;
        engine::ShardSnapshot state;
        std::uint64_t ticket;  // Rows up to here must be durable first.
        RowMark mark;
    };
    std::optional<Snapshot> waiting_;
    std::uint64_t snapshots_ = 0;
    std::uint64_t snapshots_settled_ = 0;
    std::optional<Error> snapshot_error_;  // Of the last one.
    std::vector<messaging::Offset> last_saved_;
    std::vector<messaging::Offset> floors_;  // Of the checkpoint before the last: the store falls back to it.
    using Places = std::map<engine::ViewNumber, std::vector<engine::WindowIndex>>;
    Places last_places_, floor_places_;  // The same of what views over views have merged.
    bool running_ = false;
    std::atomic<std::uint64_t> checkpoints_failed_ = 0;

    std::jthread saver_;
    std::thread worker_;
};

}  // namespace sf::analytics
