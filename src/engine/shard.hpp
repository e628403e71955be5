// Stage 2: the groups whose keys hash to this shard, of all views. Merges the frames of all partitions, closes windows
// as the watermark passes them, and gives rows. Pure: time comes in with frames and ticks, rows go out; its snapshot
// and the log give the same final rows again.
#pragma once

#include "engine/early_rows.hpp"
#include "engine/frame.hpp"
#include "engine/rate_meter.hpp"
#include "engine/settled.hpp"
#include "engine/view_row_fold.hpp"
#include "engine/view_windows.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace sf::engine {

struct ShardOptions {
    std::size_t index = 0;
    std::size_t shards = 1;
    Partition partitions = 1;
    std::uint32_t epoch = 0;                  // Of every row; has risen since the last start.
    std::uint64_t late_listed_max = 100'000;  // Late events listed a view; all are counted.
    std::uint64_t early_rows_max = 0;         // Early rows a second, of all views together (EarlyRows); 0: no limit.
};

/// What became of a view's events. Late and failed ones are counted by shard 0 for all shards.
struct ViewCounters {
    std::uint64_t events = 0;          // Folded into some window.
    std::uint64_t events_late = 0;     // Too late for every window of theirs.
    std::uint64_t late_listed = 0;     // Entries in late_events, of events too late for some or all.
    std::uint64_t events_failed = 0;   // An expression could not be computed: NULL was taken for it.
    std::uint64_t groups_refused = 0;  // Times that a record of the log had a group beyond keys_max.
    std::uint64_t rows_failed = 0;     // Rows for which an expression over the group could not be computed.

    ViewCounters& operator+=(const ViewCounters& other);
};

/// Rows and late events since the last take().
struct Emitted {
    std::vector<models::MetricPoint> points;
    std::vector<models::LateEvent> late_events;
    [[nodiscard]] bool empty() const { return points.empty() && late_events.empty(); }
};

/// State of a shard that shares its tables: save() may run on another thread while the shard goes on.
class ShardSnapshot {
public:
    void save(ByteWriter& writer) const;

    /// Everything below this in a partition is in the snapshot.
    [[nodiscard]] Offset next_offset(Partition partition) const {
        const auto found = partitions_.find(partition);
        return found == partitions_.end() ? 0 : found->second.next;
    }

    /// For each view over a view, how far it has merged what each shard gave.
    [[nodiscard]] std::map<ViewNumber, std::vector<WindowIndex>> settled_places() const;

private:
    friend class Shard;
    struct PartitionState {
        Offset next = 0;  // The first offset that is not merged yet.
        PartitionTime time;
        std::uint64_t flushes = 0;
    };
    struct ViewState {
        std::string identity;
        ViewCounters counters;
        std::unique_ptr<const ViewWindows::Frozen> windows;
        ViewNumber number = 0;
        SettledState settled;
    };
    std::map<Partition, PartitionState> partitions_;
    std::uint64_t flushes_done_ = 0;
    std::vector<ViewState> views_;
};

/// One thread.
class Shard {
public:
    explicit Shard(ShardOptions options);

    /// Before the first frame: takes the state of the snapshot that `saved` is. Views that are in it and not in `views`
    /// are left out, views that are not in it begin empty. `corrupt` if it is no snapshot of such a shard.
    [[nodiscard]] Result<> restore(std::span<const std::byte> saved, const std::vector<ViewPtr>& views);

    /// Of a view over a view `places` says, by the shard that gives, from where on it reads; the view that it reads is
    /// there already. In a shard that begins from a snapshot that is in the snapshot.
    void add(ViewPtr view, std::vector<WindowIndex> places = {});
    void remove(ViewNumber view);

    /// Takes the state of `view` over from a shard of the same index that computed it from stored events, and gives the
    /// rows and late events that that one gave.
    void adopt(ViewPtr view, Shard& from, Emitted given);

    /// The view goes on as `as`, which has the same definition and another name. Nothing of it may have changed since
    /// emit_changed().
    void rename(ViewNumber view, ViewPtr as);

    /// Gives rows that are made elsewhere, in the order of their versions, which begin behind `version`; all others
    /// that this shard gives come behind those, too.
    void give(std::vector<models::MetricPoint> points, std::uint64_t version);
    void skip_versions(std::uint64_t version) { version_ = std::max(version_, version); }
    [[nodiscard]] std::uint64_t version() const { return version_; }
    [[nodiscard]] std::uint32_t epoch() const { return options_.epoch; }

    /// Frames of a partition come in order; one that was merged already is dropped.
    void merge(const Frame& frame);

    // Views over views: shard_settled.cpp.
    /// What this shard has for views that read its views, to be given to all shards, this one too.
    [[nodiscard]] std::vector<SettledPiecePtr> take_settled();

    /// Pieces of a shard come in order; one that was merged already is dropped.
    void merge(const SettledPiece& piece);

    /// How far windows of a view are over and their rows given.
    [[nodiscard]] WindowIndex settled_before(ViewNumber view) const;

    /// What views that read it have for good need not be kept. `have` says how far each has what this shard gives.
    void forget_settled(const std::function<WindowIndex(ViewNumber reader)>& have);

    /// At `now` (microseconds of a clock that never goes back): early results of the views whose interval is over, and
    /// for which there is room.
    void tick(std::int64_t now);

    /// The same for one view, now.
    void emit_now(ViewNumber view);

    /// All that changed since the last early results of the view, so that nothing is left to be given.
    void emit_changed(ViewNumber view);

    /// The same for all views.
    void emit_all_changed();

    [[nodiscard]] Emitted take();
    [[nodiscard]] std::size_t emitted_points() const { return emitted_.points.size(); }

    /// After what it emits has been taken and made durable, the snapshot may be saved.
    [[nodiscard]] ShardSnapshot snapshot();

    [[nodiscard]] Offset next_offset(Partition partition) const { return partitions_[partition].next; }
    [[nodiscard]] PartitionTime partition_time(Partition partition) const { return partitions_[partition].time; }
    [[nodiscard]] std::optional<ViewCounters> counters(ViewNumber view) const;
    [[nodiscard]] std::int64_t watermark(ViewNumber view) const;  // Microseconds; kTimeMin: none yet.
    [[nodiscard]] std::size_t bytes(ViewNumber view) const;
    [[nodiscard]] std::size_t groups(ViewNumber view) const;
    [[nodiscard]] std::size_t pieces(ViewNumber view) const;  // Panes, or sessions.

    /// Of late; of shard 0 the events of all shards.
    struct Rates {
        double events = 0;
        double rows = 0;
    };
    [[nodiscard]] Rates rates(ViewNumber view) const;

private:
    struct Running {
        Running(ViewPtr view, const ShardOptions& options, KeySpaces& spaces)
            : windows(make_view_windows(std::move(view), options.index, options.shards, spaces)) {}
        std::unique_ptr<ViewWindows> windows;
        ViewCounters counters;
        std::int64_t due_at = kTimeMax;      // The watermark at which something is due.
        std::int64_t tick_at = INT64_MIN;    // Of the ticking clock.
        double early_rows = 0;               // Of the last tick, a second of the interval.
        bool changed = false;                // Since the last tick.
        std::uint64_t cells_until_look = 0;  // To be merged before the size of the state is looked at again.
        std::uint64_t rows = 0;              // Given since the start.
        RateMeter event_rate, row_rate;

        SettledState settled;
        std::map<ViewNumber, std::unique_ptr<ViewRowFold>> readers;  // The views that read it.
        std::vector<models::MetricPoint> over;  // Rows of windows that are over, which readers have not been given yet.

        [[nodiscard]] const View& view() const { return windows->view(); }
    };

    [[nodiscard]] std::int64_t watermark_of(const Running& running) const;
    [[nodiscard]] ViewWindows::Times times_of(const Running& running) const;
    [[nodiscard]] Running* find_by_name(std::string_view name);
    void begin_reading(const ViewPtr& view);
    void settle(Running& running);
    void hand_over(const Settled& settled, ViewNumber reader, ViewRowFold& fold);
    void emit_if_due(Running& running);
    [[nodiscard]] bool restore_readers(const std::vector<ViewPtr>& views);
    void merge_partials(Running& running, const Partials& partials);
    void look_at_size(Running& running, std::uint64_t cells);
    void note_late(Running& running, const Partials& partials);
    void emit(Running& running, bool early);
    void emit_due();
    void share_early_rows(std::int64_t now);
    void flush();
    [[nodiscard]] RowSink sink(Running& running) {
        return {emitted_.points, options_.epoch, version_, running.counters.rows_failed,
                running.readers.empty() ? nullptr : &running.over};
    }

    const ShardOptions options_;
    std::vector<ShardSnapshot::PartitionState> partitions_;
    KeySpaces spaces_;
    std::map<ViewNumber, std::unique_ptr<Running>> views_;
    std::uint64_t flushes_done_ = 0;
    std::uint64_t version_ = 0;
    EarlyRows early_;
    std::vector<Running*> due_;  // Scratch.
    Emitted emitted_;
    std::vector<SettledPiecePtr> settled_;
};

}  // namespace sf::engine
