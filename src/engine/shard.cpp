#include "engine/shard.hpp"

#include "base/assert.hpp"

#include <algorithm>

namespace sf::engine {
namespace {

constexpr std::uint32_t kMagic = 0x53465348;  // "SFSH"
constexpr std::uint32_t kVersion = 7;
constexpr std::uint64_t kCellsBetweenLooks = 256;

}  // namespace

ViewCounters& ViewCounters::operator+=(const ViewCounters& other) {
    events += other.events;
    events_late += other.events_late;
    late_listed += other.late_listed;
    events_failed += other.events_failed;
    groups_refused += other.groups_refused;
    rows_failed += other.rows_failed;
    return *this;
}

Shard::Shard(ShardOptions options)
    : options_(options), partitions_(options.partitions), early_(static_cast<double>(options.early_rows_max)) {}

void Shard::add(ViewPtr view, std::vector<WindowIndex> places) {
    auto running = std::make_unique<Running>(view, options_, spaces_);
    running->settled.places = std::move(places);
    views_.emplace(view->number, std::move(running));
    if (view->plan.over) begin_reading(view);
}

void Shard::adopt(ViewPtr view, Shard& from, Emitted given) {
    const auto found = from.views_.find(view->number);
    SF_ASSERT(found != from.views_.end());
    for (models::MetricPoint& point : given.points) {
        point.epoch = options_.epoch;
        point.version = ++version_;
        emitted_.points.push_back(std::move(point));
    }
    std::ranges::move(given.late_events, std::back_inserter(emitted_.late_events));
    found->second->windows->move_keys_to(spaces_.of(view->plan));
    found->second->windows->close_until(view->closed_until);
    views_.insert_or_assign(view->number, std::move(found->second));
    from.views_.erase(found);
    if (view->plan.over) begin_reading(view);
}

void Shard::rename(ViewNumber view, ViewPtr as) {
    const auto found = views_.find(view);
    SF_ASSERT(found != views_.end() && !found->second->changed);
    std::vector<std::byte> state;
    ByteWriter writer([&](std::span<const std::byte> bytes) { state.insert(state.end(), bytes.begin(), bytes.end()); });
    found->second->windows->freeze()->save(writer);
    writer.flush();
    auto renamed = std::make_unique<Running>(as, options_, spaces_);
    ByteReader reader{std::span<const std::byte>(state)};
    renamed->windows->load(reader);
    SF_ASSERT(reader.ok() && reader.at_end());
    renamed->counters = found->second->counters;
    renamed->due_at = renamed->windows->due_at();
    views_.erase(found);
    views_.insert_or_assign(as->number, std::move(renamed));
}

void Shard::give(std::vector<models::MetricPoint> points, std::uint64_t version) {
    for (models::MetricPoint& point : points) {
        point.epoch = options_.epoch;
        point.version = ++version;
        emitted_.points.push_back(std::move(point));
    }
    skip_versions(version);
}

void Shard::merge(const Frame& frame) {
    ShardSnapshot::PartitionState& partition = partitions_[frame.partition];
    if (frame.offset < partition.next) return;
    SF_ASSERT(frame.first >= partition.next);  // Records are folded together only behind all that was merged before.
    partition.next = frame.offset + 1;
    auto next = views_.begin();  // Mostly the frame has the views in this order.
    for (const Partials& partials : frame.partials) {
        if (next == views_.end() || next->first != partials.view) next = views_.find(partials.view);
        if (next == views_.end()) continue;  // Dropped since the frame was made.
        merge_partials(*next->second, partials);
        ++next;
    }
    partition.time.event = std::max(partition.time.event, frame.time.event);
    partition.time.received = std::max(partition.time.received, frame.time.received);
    if (frame.kind == FrameKind::flush) ++partition.flushes;
    emit_due();
    const std::uint64_t flushes = std::ranges::min(partitions_, {}, &ShardSnapshot::PartitionState::flushes).flushes;
    if (flushes > flushes_done_) {
        flushes_done_ = flushes;
        flush();
    }
}

void Shard::merge_partials(Running& running, const Partials& partials) {
    const Merged merged = running.windows->merge(partials);
    running.counters.groups_refused += merged.groups_refused;
    look_at_size(running, merged.cells + merged.groups_refused);
    if (options_.index == 0) note_late(running, partials);
    if (partials.rows && options_.index == 0) {
        ++version_;
        for (const models::MetricPoint& row : *partials.rows) {
            emitted_.points.push_back(row);
            emitted_.points.back().epoch = options_.epoch;
            emitted_.points.back().version = version_;
        }
    }
    if (merged.cells > 0) {
        running.changed = true;
        running.due_at = running.windows->due_at();
    }
}

// To measure the state takes a look at all of it, so that is done only when it may have grown by an eighth.
void Shard::look_at_size(Running& running, std::uint64_t cells) {
    const std::uint64_t state_max = running.windows->view().plan.options.state_max;
    if (state_max == 0) return;
    if (running.cells_until_look > cells) {
        running.cells_until_look -= cells;
        return;
    }
    running.cells_until_look = std::max<std::uint64_t>(kCellsBetweenLooks, running.windows->groups() / 8);
    running.windows->refuse_new_groups(running.windows->bytes() >= state_max / options_.shards);
}

void Shard::note_late(Running& running, const Partials& partials) {
    ViewCounters& counters = running.counters;
    counters.events_failed += partials.events_failed;
    if (partials.rows) counters.events += partials.rows->size();
    if (!partials.cells) return;
    counters.events += partials.cells->events;
    counters.events_late += partials.cells->events_late;
    for (const TooLate& late : partials.cells->late) {
        if (counters.late_listed >= options_.late_listed_max) break;
        ++counters.late_listed;
        emitted_.late_events.push_back({running.windows->view().plan.name, late.event_id,
                                        timestamp_from_micros(late.time), timestamp_from_micros(late.closed_until)});
    }
}

std::int64_t Shard::watermark_of(const Running& running) const {
    const View& view = running.view();
    if (view.plan.over) return watermark_of_places(*view.plan.over, running.settled.places);
    std::int64_t least = kTimeMax;
    for (const auto& partition : partitions_) {
        least = std::min(least, partition.time.watermark(view.plan.window.time, view.out_of_orderness));
    }
    return least;
}

ViewWindows::Times Shard::times_of(const Running& running) const {
    const View& view = running.view();
    ViewWindows::Times times{.watermark = watermark_of(running)};
    if (view.plan.over) {
        times.reached = times.watermark;
        return times;
    }
    for (const auto& partition : partitions_) {
        const bool by_event = view.plan.window.time == sql::TimeColumn::timestamp;
        times.reached = std::max(times.reached, by_event ? partition.time.event : partition.time.received);
    }
    return times;
}

void Shard::emit(Running& running, bool early) {
    RowSink to = sink(running);
    const std::size_t before = emitted_.points.size();
    running.windows->emit(times_of(running), early, to);
    running.rows += emitted_.points.size() - before;
    if (early) running.changed = false;
    running.due_at = running.windows->due_at();
}

void Shard::emit_due() {
    std::int64_t reached = kTimeMax;  // No view's watermark is beyond.
    for (const auto& partition : partitions_)
        reached = std::min(reached, std::max(partition.time.event, partition.time.received));
    for (auto& [number, running] : views_) {
        if (running->view().plan.over) continue;  // Its time does not move with events.
        if (running->due_at < kTimeMax && running->due_at <= reached) emit_if_due(*running);
        settle(*running);
    }
}

void Shard::emit_if_due(Running& running) {
    if (running.due_at <= kTimeMin || running.due_at <= watermark_of(running))
        emit(running, running.view().plan.options.emit.kind == sql::Emission::Kind::on_change);
}

void Shard::flush() {
    for (auto& [number, running] : views_) {
        RowSink to = sink(*running);
        const std::size_t before = emitted_.points.size();
        running->windows->flush(to);
        running->rows += emitted_.points.size() - before;
        running->changed = false;
        running->due_at = running->windows->due_at();
    }
}

// Views that have waited longest come first.
void Shard::tick(std::int64_t now) {
    due_.clear();
    for (auto& [number, running] : views_) {
        running->event_rate.sample(now, running->counters.events);
        running->row_rate.sample(now, running->rows);
        const sql::Emission& emission = running->windows->view().plan.options.emit;
        if (emission.kind == sql::Emission::Kind::every && now >= running->tick_at) due_.push_back(running.get());
    }
    if (early_.begin(now)) share_early_rows(now);
    std::ranges::stable_sort(due_, {}, &Running::tick_at);
    for (Running* const running : due_) {
        const std::int64_t interval = running->windows->view().plan.options.emit.interval.count();
        std::uint64_t given = 0;
        if (running->changed) {
            if (!early_.has_room()) continue;
            given = running->rows;
            emit(*running, true);
            given = running->rows - given;
            // Ranks are looked for among all groups, however few of them change places.
            if (!running->view().plan.rankings.empty())
                given = std::max<std::uint64_t>(given, running->windows->groups());
        }
        running->early_rows = static_cast<double>(given) / std::chrono::duration<double>(Duration(interval)).count();
        // Ticks lie on multiples of the interval, so that views with one interval emit together.
        const std::int64_t later = std::max<std::int64_t>(0, early_.take(given) - interval);
        running->tick_at = (floor_div(now + later, interval) + 1) * interval;
    }
}

// A view that has not given any yet may give as many as it has groups.
void Shard::share_early_rows(std::int64_t now) {
    std::vector<double> wanted;
    for (const auto& [number, running] : views_) {
        const sql::Emission& emission = running->windows->view().plan.options.emit;
        if (emission.kind != sql::Emission::Kind::every) continue;
        const bool unknown = running->changed && running->early_rows == 0;
        wanted.push_back(unknown ? static_cast<double>(running->windows->groups()) : running->early_rows);
    }
    early_.share(now, std::move(wanted));
}

void Shard::emit_now(ViewNumber view) {
    const auto found = views_.find(view);
    if (found == views_.end() || !found->second->changed) return;
    if (found->second->windows->view().plan.options.emit.kind != sql::Emission::Kind::on_close)
        emit(*found->second, true);
}

void Shard::emit_changed(ViewNumber view) {
    const auto found = views_.find(view);
    if (found != views_.end() && found->second->changed) emit(*found->second, true);
}

void Shard::emit_all_changed() {
    for (auto& [number, running] : views_) {
        if (running->changed) emit(*running, true);
    }
}

Emitted Shard::take() { return std::exchange(emitted_, {}); }

ShardSnapshot Shard::snapshot() {
    ShardSnapshot snapshot;
    for (auto& [number, running] : views_) {
        if (running->changed && !running->windows->keeps_changes()) emit(*running, true);
    }
    for (auto& [number, running] : views_) settle(*running);
    for (Partition p = 0; p < partitions_.size(); ++p) snapshot.partitions_[p] = partitions_[p];
    snapshot.flushes_done_ = flushes_done_;
    for (auto& [number, running] : views_) {
        snapshot.views_.push_back({.identity = running->view().identity,
                                   .counters = running->counters,
                                   .windows = running->windows->freeze(),
                                   .number = number,
                                   .settled = {.places = running->settled.places}});
        if (running->readers.empty()) continue;
        snapshot.views_.back().settled.before = running->settled.before;
        snapshot.views_.back().settled.kept = running->settled.kept;
    }
    return snapshot;
}

void ShardSnapshot::save(ByteWriter& writer) const {
    writer.put(kMagic);
    writer.put(kVersion);
    writer.put<std::uint64_t>(partitions_.size());
    for (const auto& [number, partition] : partitions_) {
        writer.put(number);
        writer.put(partition.next);
        writer.put(partition.time.event);
        writer.put(partition.time.received);
        writer.put(partition.flushes);
    }
    writer.put(flushes_done_);
    writer.put<std::uint64_t>(views_.size());
    for (const ViewState& view : views_) {
        writer.put_text(view.identity);
        // Length first, so that a reader that no longer has the view can pass over it.
        std::vector<std::byte> body;
        ByteWriter inner(
            [&](std::span<const std::byte> bytes) { body.insert(body.end(), bytes.begin(), bytes.end()); });
        inner.put(view.counters);
        view.windows->save(inner);
        save_settled(inner, view.settled);
        inner.flush();
        writer.put_array(std::span<const std::byte>(body));
    }
    writer.flush();
}

Result<> Shard::restore(std::span<const std::byte> saved, const std::vector<ViewPtr>& views) {
    const auto damaged = [](const char* what) {
        return fail(ErrorCode::corrupt, "a checkpoint of the engine can't be read", what,
                    "the views are computed again");
    };
    ByteReader reader(saved);
    if (reader.get<std::uint32_t>() != kMagic) return damaged("it does not begin as one");
    if (reader.get<std::uint32_t>() != kVersion) return damaged("it was written by another version of StreamFlow");
    const std::size_t partitions = reader.get_count(sizeof(Partition));
    if (partitions != partitions_.size()) return damaged("it has another number of partitions");
    for (std::size_t i = 0; i < partitions; ++i) {
        const auto number = reader.get<Partition>();
        if (number >= partitions_.size()) return damaged("it names a partition that does not exist");
        ShardSnapshot::PartitionState& partition = partitions_[number];
        partition.next = reader.get<Offset>();
        partition.time.event = reader.get<std::int64_t>();
        partition.time.received = reader.get<std::int64_t>();
        for (const std::int64_t time : {partition.time.event, partition.time.received}) {
            if (time < kTimeMin || time > kTimeMax) return damaged("it names a time that can't be");
        }
        partition.flushes = reader.get<std::uint64_t>();
    }
    flushes_done_ = reader.get<std::uint64_t>();
    for (const ViewPtr& view : views) views_.emplace(view->number, std::make_unique<Running>(view, options_, spaces_));
    for (std::size_t left = reader.get_count(sizeof(std::uint64_t)); left > 0; --left) {
        const std::string_view identity = reader.get_text();
        const std::string_view body = reader.get_text();
        for (auto& [number, running] : views_) {
            if (running->windows->view().identity != identity) continue;
            ByteReader inner(std::as_bytes(std::span(body)));
            running->counters = inner.get<ViewCounters>();
            running->windows->load(inner);
            running->settled = load_settled(inner, running->view().plan.name);
            if (!inner.ok() || !inner.at_end()) return damaged("the state of a view is incomplete");
            running->changed = running->windows->has_changes();
            running->due_at = running->windows->due_at();
        }
    }
    if (!reader.ok() || !reader.at_end()) return damaged("it is incomplete");
    if (!restore_readers(views)) return damaged("it is from before a view began to read another one");
    return {};
}

std::optional<ViewCounters> Shard::counters(ViewNumber view) const {
    const auto found = views_.find(view);
    if (found == views_.end()) return std::nullopt;
    return found->second->counters;
}

std::int64_t Shard::watermark(ViewNumber view) const {
    const auto found = views_.find(view);
    return found == views_.end() ? kTimeMin : watermark_of(*found->second);
}

std::size_t Shard::bytes(ViewNumber view) const {
    const auto found = views_.find(view);
    return found == views_.end() ? 0 : found->second->windows->bytes();
}

std::size_t Shard::groups(ViewNumber view) const {
    const auto found = views_.find(view);
    return found == views_.end() ? 0 : found->second->windows->groups();
}

std::size_t Shard::pieces(ViewNumber view) const {
    const auto found = views_.find(view);
    return found == views_.end() ? 0 : found->second->windows->pieces();
}

Shard::Rates Shard::rates(ViewNumber view) const {
    const auto found = views_.find(view);
    if (found == views_.end()) return {};
    return {found->second->event_rate.per_second(), found->second->row_rate.per_second()};
}

}  // namespace sf::engine
