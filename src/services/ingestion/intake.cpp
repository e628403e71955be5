#include "services/ingestion/intake.hpp"

#include "base/assert.hpp"
#include "base/hash.hpp"

#include <algorithm>

namespace sf::ingestion {

/// A request that waits. Its rows are in its commit; duplicates of pending ids may also tie it to an earlier one.
struct Intake::Waiter {
    Admission admission;
    CommitPtr earlier;  // The latest other commit that must succeed too; may be none.
    OnAdmitted done;
};

struct Intake::Commit {
    explicit Commit(CommitNumber n, messaging::Partition partitions) : number(n), builders(partitions) {}

    struct Append {
        messaging::Partition partition = 0;
        models::EventBatchPtr batch;  // None for a control record.
        messaging::RecordKind kind = messaging::RecordKind::batch;
        Timestamp time{};  // Of a tick.
        Result<messaging::Offset> offset = 0;
    };
    struct Control {
        messaging::RecordKind kind;
        std::move_only_function<void(Result<std::vector<messaging::Offset>>)> done;
    };
    struct Tick {
        messaging::Partition partition;
        Timestamp reached;
    };

    CommitNumber number;
    std::vector<models::EventBatchBuilder> builders;  // One a partition, the last batch of each.
    std::vector<std::pair<messaging::Partition, models::EventBatchBuilder>> full;
    std::vector<Waiter> waiters;
    std::vector<Tick> ticks;        // After the batches.
    std::vector<Control> controls;  // After the ticks.
    std::size_t bytes = 0;
    bool empty = true;

    std::vector<Append> appends;  // Fixed once handed to the log.
    std::atomic<std::size_t> appends_left = 0;
    std::optional<Error> error;  // The first failure; set before settled.
};

Intake::Intake(IntakeOptions options, messaging::Log& log, DedupeWindow& dedupe, const Clock& clock,
               OnCommitted on_committed)
    : options_(options),
      log_(log),
      dedupe_(dedupe),
      clock_(clock),
      on_committed_(std::move(on_committed)),
      paces_(options.partitions) {}

Intake::~Intake() { stop(); }

void Intake::start() {
    std::lock_guard lock(mutex_);
    SF_ASSERT(stopped_);
    stopped_ = false;
    stopping_ = false;
    open_ = std::make_shared<Commit>(1, options_.partitions);
    unsettled_[1] = open_;
    thread_ = std::thread([this] { run(); });
}

void Intake::stop() {
    {
        std::lock_guard lock(mutex_);
        if (stopped_) return;
        stopping_ = true;
        changed_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
    std::lock_guard lock(mutex_);
    stopped_ = true;
}

void Intake::append_row(Commit& commit, const models::EventRow& row, SteadyTime now) {
    const messaging::Partition partition =
        partition_of(row.has_user_id ? row.user_id : row.source, options_.partitions);
    paces_[partition].event_at = now;
    models::EventBatchBuilder& builder = commit.builders[partition];
    if (!builder.fits(row)) {
        commit.full.emplace_back(partition, std::move(builder));
        if (spare_builders_.empty()) {
            builder = models::EventBatchBuilder();
        } else {
            builder = std::move(spare_builders_.back());
            spare_builders_.pop_back();
        }
    }
    builder.append(row);
}

void Intake::admit(std::span<const models::EventRow> rows, OnAdmitted done) {
    // Ids are looked up all at once, before the lock, so that the table's memory is fetched while the next ids are
    // hashed.
    thread_local std::vector<Uuid> ids;
    thread_local std::vector<DedupeShard::Found> found;
    ids.clear();
    std::size_t bytes = 0;
    for (const models::EventRow& row : rows) {
        if (row.id_from_client) ids.push_back(row.id);
        bytes += row.data.size() + row.user_id.size() + row.correlation_id.size() + row.tags_encoded.size() + 64;
    }
    const messaging::LogState log_state = log_.state();

    std::unique_lock lock(mutex_);
    if (stopped_ || stopping_ || !log_state.accepting) {
        lock.unlock();
        const std::string why = log_state.accepting ? "the service is stopping" : log_state.reason;
        return done(
            fail(ErrorCode::unavailable, "events can't be taken now", why, "repeat the request a little later"));
    }
    if (queue_bytes_ + bytes > options_.queue_bytes_max && queue_bytes_ > 0) {
        lock.unlock();
        return done(fail(ErrorCode::overloaded, "too many events are waiting to be stored", "the queue holds its limit",
                         "repeat the request a little later"));
    }
    Commit& commit = *open_;
    dedupe_.add(ids, commit.number, settled_, clock_.now(), found);

    Waiter waiter;
    const SteadyTime steady = clock_.steady();
    std::int64_t reached = INT64_MIN;
    std::size_t next_id = 0;
    bool has_rows = false;
    CommitNumber waits_for = 0;  // The latest commit that brings an event of this request.
    for (const models::EventRow& row : rows) {
        if (row.id_from_client) {
            const DedupeShard::Found& answer = found[next_id++];
            if (answer.known) {
                ++waiter.admission.duplicates;
                if (answer.commit > settled_) waits_for = std::max(waits_for, answer.commit);
                continue;
            }
        }
        ++waiter.admission.accepted;
        has_rows = true;
        reached = std::max(reached, std::min(row.timestamp, row.received_at));
        append_row(commit, row, steady);
    }
    if (reached > reached_) {
        reached_ = reached;
        reached_at_ = steady;
    }
    statistics_.duplicates += waiter.admission.duplicates;
    if (!has_rows && waits_for == 0) {
        lock.unlock();
        return done(waiter.admission);
    }
    waiter.done = std::move(done);
    if (has_rows || waits_for == commit.number) {
        if (waits_for != 0 && waits_for != commit.number) waiter.earlier = unsettled_.at(waits_for);
        commit.waiters.push_back(std::move(waiter));
    } else {
        unsettled_.at(waits_for)->waiters.push_back(std::move(waiter));
    }
    if (has_rows) {
        commit.bytes += bytes;
        queue_bytes_ += bytes;
        if (commit.empty) {
            commit.empty = false;
            changed_.notify_all();
        }
    }
}

void Intake::control(messaging::RecordKind kind,
                     std::move_only_function<void(Result<std::vector<messaging::Offset>>)> done) {
    std::unique_lock lock(mutex_);
    if (stopped_ || stopping_) {
        lock.unlock();
        return done(fail(ErrorCode::unavailable, "the service is stopping"));
    }
    open_->controls.push_back({kind, std::move(done)});
    open_->empty = false;
    changed_.notify_all();
}

void Intake::tick_idle() {
    constexpr auto kIdle = std::chrono::seconds{1};
    constexpr auto kLongIdle = std::chrono::minutes{2};
    constexpr auto kLongIdlePause = std::chrono::seconds{10};
    std::lock_guard lock(mutex_);
    if (stopped_ || stopping_ || reached_ == INT64_MIN) return;
    const SteadyTime now = clock_.steady();
    // The stream as a whole moves on with the clock: from a recording that is replayed as from a live source.
    const auto passed = std::chrono::duration_cast<Duration>(now - reached_at_);
    for (messaging::Partition p = 0; p < paces_.size(); ++p) {
        Pace& pace = paces_[p];
        const auto idle = now - pace.event_at;
        if (idle < kIdle || now - pace.tick_at < (idle < kLongIdle ? kIdle : kLongIdlePause)) continue;
        pace.tick_at = now;
        open_->ticks.push_back({p, timestamp_from_micros(reached_) + passed});
        open_->empty = false;
    }
    if (!open_->ticks.empty()) changed_.notify_all();
}

// Makes commits one after the other: as long as the log has enough to do, rows gather in the open one.
void Intake::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [&] {
            const bool settle_now = !flying_.empty() && flying_.front()->appends_left == 0;
            const bool commit_now = !open_->empty && flying_.size() < options_.commits_max;
            return settle_now || commit_now || (stopping_ && open_->empty && flying_.empty());
        });
        if (!flying_.empty() && flying_.front()->appends_left == 0) {
            const CommitPtr done = flying_.front();
            flying_.pop_front();
            lock.unlock();
            settle(done);
            lock.lock();
        } else if (!open_->empty && flying_.size() < options_.commits_max) {
            const CommitPtr commit = open_;
            open_ = std::make_shared<Commit>(commit->number + 1, options_.partitions);
            for (auto& builder : open_->builders) {
                if (spare_builders_.empty()) break;
                builder = std::move(spare_builders_.back());
                spare_builders_.pop_back();
            }
            unsettled_[open_->number] = open_;
            flying_.push_back(commit);
            queue_bytes_ -= commit->bytes;
            commit->appends_left = 1;  // Kept above zero until every append has been handed over.
            lock.unlock();
            seal_and_append(commit);
            lock.lock();
        } else {
            return;
        }
    }
}

void Intake::seal_and_append(const CommitPtr& commit) {
    const auto seal = [&](messaging::Partition partition, models::EventBatchBuilder& builder) {
        if (!builder.empty()) commit->appends.push_back({.partition = partition, .batch = builder.seal()});
    };
    for (auto& [partition, builder] : commit->full) seal(partition, builder);
    for (messaging::Partition p = 0; p < options_.partitions; ++p) seal(p, commit->builders[p]);
    for (const Commit::Tick& tick : commit->ticks) {
        commit->appends.push_back(
            {.partition = tick.partition, .kind = messaging::RecordKind::tick, .time = tick.reached});
    }
    for (const Commit::Control& control : commit->controls) {
        for (messaging::Partition p = 0; p < options_.partitions; ++p) {
            commit->appends.push_back({.partition = p, .batch = nullptr, .kind = control.kind});
        }
    }
    {
        std::lock_guard lock(mutex_);
        constexpr std::size_t kSpareMax = 64;
        for (auto& [partition, builder] : commit->full) {
            if (spare_builders_.size() < kSpareMax) spare_builders_.push_back(std::move(builder));
        }
        for (auto& builder : commit->builders) {
            if (spare_builders_.size() < kSpareMax) spare_builders_.push_back(std::move(builder));
        }
    }
    commit->full.clear();
    commit->appends_left += commit->appends.size();
    for (std::size_t i = 0; i < commit->appends.size(); ++i) {
        const Commit::Append& append = commit->appends[i];
        log_.append(kEventsTopic, append.partition, {.kind = append.kind, .batch = append.batch, .time = append.time},
                    [this, commit, i](Result<messaging::Offset> offset) { appended(commit, i, std::move(offset)); });
    }
    commit->appends_left -= 1;  // This thread itself looks next whether that was the last.
}

void Intake::appended(const CommitPtr& commit, std::size_t index, Result<messaging::Offset> offset) {
    commit->appends[index].offset = std::move(offset);
    if (commit->appends_left.fetch_sub(1) == 1) {
        std::lock_guard lock(mutex_);
        changed_.notify_all();
    }
}

// Every append of the commit and of all earlier ones is over. Ids of what was not stored are forgotten, so that a
// repeated request brings it again; what was stored stays known.
void Intake::settle(const CommitPtr& commit) {
    std::uint64_t events = 0;
    for (const Commit::Append& append : commit->appends) {
        if (append.offset) {
            if (append.batch != nullptr) events += append.batch->size();
            if (on_committed_) on_committed_(append.partition, *append.offset, append.batch.get());
            continue;
        }
        if (!commit->error) commit->error = append.offset.error();
        if (append.batch == nullptr) continue;
        std::vector<Uuid> ids;
        for (std::size_t row = 0; row < append.batch->size(); ++row) {
            if (append.batch->id_from_client(row)) ids.push_back(append.batch->id(row));
        }
        dedupe_.remove(ids);
    }
    {
        std::lock_guard lock(mutex_);
        settled_ = commit->number;
        unsettled_.erase(commit->number);
        statistics_.commits += 1;
        statistics_.accepted += events;
    }
    // From here on nobody can add a waiter: the commit is no longer in unsettled_.
    for (Waiter& waiter : commit->waiters) {
        const std::optional<Error>& earlier = waiter.earlier ? waiter.earlier->error : commit->error;
        if (commit->error) waiter.done(fail(*commit->error));
        else if (earlier) waiter.done(fail(*earlier));
        else waiter.done(waiter.admission);
    }
    std::size_t at = commit->appends.size() - commit->controls.size() * options_.partitions;
    for (Commit::Control& control : commit->controls) {
        std::vector<messaging::Offset> offsets;
        std::optional<Error> error;
        for (messaging::Partition p = 0; p < options_.partitions; ++p, ++at) {
            if (commit->appends[at].offset) offsets.push_back(*commit->appends[at].offset);
            else error = commit->appends[at].offset.error();
        }
        if (error) control.done(fail(*error));
        else control.done(std::move(offsets));
    }
    commit->appends.clear();
}

Intake::Statistics Intake::statistics() const {
    std::lock_guard lock(mutex_);
    Statistics statistics = statistics_;
    statistics.queue_bytes = queue_bytes_;
    return statistics;
}

}  // namespace sf::ingestion
