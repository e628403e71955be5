#include "database/lakehouse/points/point_catalog.hpp"

#include <algorithm>

namespace sf::database {
namespace {

constexpr std::int64_t kNever = INT64_MAX;

std::int64_t minus(std::int64_t a, std::int64_t b) {
    std::int64_t difference = 0;
    return __builtin_sub_overflow(a, b, &difference) ? INT64_MIN : difference;
}

}  // namespace

Result<> PointCatalog::open(const std::filesystem::path& manifest_path) {
    std::lock_guard manifest_lock(manifest_mutex_);
    auto manifest = PointManifest::open(manifest_path);
    if (!manifest) return fail(std::move(manifest.error()).during("the manifest of stored points"));
    SF_ASSIGN(std::vector<PointFileEntry> entries, manifest->files());
    SF_ASSIGN(NextOffsets offsets, manifest->next_offsets());
    SF_ASSIGN(DroppedViews dropped, manifest->dropped_views());
    std::set<std::string> paths;
    for (const PointFileEntry& entry : entries) paths.insert(entry.path);
    SF_TRY(clear_orphans(folder_, paths));
    std::lock_guard lock(mutex_);
    files_.clear();
    live_.clear();
    late_.clear();
    late_bytes_ = damaged_files_ = 0;
    damaged_days_.clear();
    unreadable_.clear();
    dropped_ = std::move(dropped);
    take_over(std::move(entries));
    committed_ = offsets;
    reached_ = std::move(offsets);
    manifest_.emplace(std::move(*manifest));
    return {};
}

// Under mutex_.
void PointCatalog::take_over(std::vector<PointFileEntry> entries) {
    for (PointFileEntry& entry : entries) {
        auto file = std::make_shared<PointFile>(folder_, std::move(entry));
        const PointFileEntry& known = file->entry();
        if (!check_file(*file, known.bytes, known.kind == PointFileEntry::Kind::late ? "late_events" : "points",
                        known.rows)) {
            ++damaged_files_;
            damaged_days_.emplace(known.kind, known.day);
            continue;
        }
        files_.push_back(file);
        if (known.kind == PointFileEntry::Kind::late) continue;
        for (const auto& [view, longest] : known.views) {
            const auto drop = dropped_.find(view);
            if (drop != dropped_.end() && known.id <= drop->second.file_id) continue;
            live_.assume_stored(view, known.day == PointFileEntry::kRunning ? INT64_MIN : known.starts.greatest);
        }
    }
}

void PointCatalog::close() {
    std::vector<LiveLateEventsPtr> late;
    std::lock_guard manifest_lock(manifest_mutex_);
    std::lock_guard lock(mutex_);
    live_.clear();
    late.swap(late_);
    late_bytes_ = 0;
    doubtful_.forget();
    manifest_.reset();
}

std::optional<messaging::Offset> PointCatalog::expected(messaging::Partition partition) {
    std::lock_guard lock(mutex_);
    const auto found = reached_.find(partition);
    if (found == reached_.end()) return std::nullopt;
    return found->second;
}

void PointCatalog::add(messaging::Partition partition, std::span<const messaging::StoredRecord> records) {
    if (records.empty()) return;
    std::lock_guard lock(mutex_);
    // Until something of a partition is in a file, all of it is still needed from the log.
    if (!committed_.contains(partition)) committed_[partition] = records.front().offset;
    reached_[partition] = records.back().offset + 1;
    for (const messaging::StoredRecord& record : records) {
        if (!record.record.points) continue;
        std::set<std::string_view> dropped;
        for (const auto& [view, drop] : dropped_) {
            const auto before = drop.before.find(partition);
            if (before != drop.before.end() && record.offset < before->second) dropped.insert(view);
        }
        for (const models::MetricPoint& point : record.record.points->points) {
            if (dropped.empty() || !dropped.contains(point.view)) live_.add(point);
        }
        add_late(*record.record.points, dropped);
    }
}

// Under mutex_.
void PointCatalog::add_late(const models::MetricBatch& batch, const std::set<std::string_view>& dropped) {
    std::vector<models::LateEvent> events;
    for (const models::LateEvent& event : batch.late_events) {
        if (!dropped.contains(event.view)) events.push_back(event);
    }
    if (events.empty()) return;
    late_.push_back(std::make_shared<const LiveLateEvents>(budget_, std::move(events)));
    late_bytes_ += late_.back()->cost();
}

PointSnapshot PointCatalog::snapshot(const std::set<std::string, std::less<>>* views) {
    PointSnapshot snapshot;
    auto late = std::make_shared<LateRows>();
    {
        std::lock_guard lock(mutex_);
        snapshot.files = files_;
        snapshot.dropped = dropped_;
        snapshot.live = std::make_shared<const PointRows>(live_.unflushed(views));
        late->owners = late_;
    }
    for (const LiveLateEventsPtr& owner : late->owners) {
        for (const models::LateEvent& event : owner->events()) late->events.push_back(&event);
    }
    snapshot.late = std::move(late);
    return snapshot;
}

PointCatalog::Latest PointCatalog::latest(std::string_view view, const PointFilter& filter) {
    std::lock_guard lock(mutex_);
    Latest latest{live_.latest(view, filter), {}, 0, {}};
    if (latest.live.whole.size() >= filter.limit || latest.live.whole_from == INT64_MIN) return latest;
    const auto drop = dropped_.find(view);
    std::vector<PointFilePtr> files;
    for (const PointFilePtr& file : files_) {
        const PointFileEntry& entry = file->entry();
        const auto found = entry.views.find(view);
        if (entry.kind != PointFileEntry::Kind::points || found == entry.views.end()) continue;
        if (drop != dropped_.end() && entry.id <= drop->second.file_id) continue;
        latest.longest = std::max(latest.longest, found->second);
        files.push_back(file);
    }
    const std::int64_t to = std::min(filter.to ? to_micros(*filter.to) : kNever, latest.live.whole_from);
    for (const PointFilePtr& file : files) {
        const PointFileEntry& entry = file->entry();
        const bool ended = filter.from && entry.starts.greatest <= minus(to_micros(*filter.from), latest.longest);
        if (entry.day == PointFileEntry::kRunning || (entry.starts.least < to && !ended)) latest.files.push_back(file);
    }
    if (drop != dropped_.end()) latest.dropped.insert(*drop);
    return latest;
}

PointCatalog::Flushable PointCatalog::flushable() {
    std::lock_guard lock(mutex_);
    return {live_.unflushed(nullptr), late_, reached_, reached_ != committed_};
}

// Under manifest_mutex_.
Result<> PointCatalog::commit(PointManifest::Change& change) {
    auto committed = manifest_->commit(change);
    if (committed) {
        doubtful_.remove();
    } else {
        for (const PointFileEntry& file : change.added) doubtful_.add(folder_ / file.path);
    }
    return committed;
}

Result<> PointCatalog::settle() {
    std::lock_guard manifest_lock(manifest_mutex_);
    if (doubtful_.empty() || !manifest_) return {};
    SF_TRY(manifest_->overwrite());
    doubtful_.remove();
    return {};
}

Result<> PointCatalog::commit_flush(const Flushable& flushed, std::vector<PointFileEntry> files) {
    std::lock_guard manifest_lock(manifest_mutex_);
    if (!manifest_) return fail(ErrorCode::unavailable, "the point store is closed");
    PointManifest::Change change;
    change.added = std::move(files);
    change.next_offsets = flushed.next_offsets;
    step("points.flush.before_commit");
    SF_TRY(commit(change));
    step("points.flush.committed");
    {
        std::lock_guard lock(mutex_);
        for (PointFileEntry& entry : change.added)
            files_.push_back(std::make_shared<PointFile>(folder_, std::move(entry)));
        live_.mark_flushed(flushed.points);
        late_.erase(late_.begin(), late_.begin() + static_cast<std::ptrdiff_t>(flushed.late.size()));
        for (const LiveLateEventsPtr& late : flushed.late) late_bytes_ -= late->cost();
        for (const auto& [partition, offset] : flushed.next_offsets) committed_[partition] = offset;
    }
    purge();
    return {};
}

Result<> PointCatalog::commit_replacement(const std::vector<PointFilePtr>& removed,
                                          std::optional<PointFileEntry> added) {
    std::lock_guard manifest_lock(manifest_mutex_);
    if (!manifest_) return fail(ErrorCode::unavailable, "the point store is closed");
    PointManifest::Change change;
    std::set<std::int64_t> ids;
    for (const PointFilePtr& file : removed) ids.insert(file->entry().id);
    change.removed.assign(ids.begin(), ids.end());
    if (added) change.added.push_back(std::move(*added));
    step("points.merge.before_commit");
    SF_TRY(commit(change));
    step("points.merge.committed");
    {
        std::lock_guard lock(mutex_);
        // The caller's `removed` keeps them past the lock; the last snapshot to go unlinks them.
        std::erase_if(files_, [&](const PointFilePtr& file) { return ids.contains(file->entry().id); });
        for (PointFileEntry& entry : change.added)
            files_.push_back(std::make_shared<PointFile>(folder_, std::move(entry)));
        for (const std::int64_t id : ids) unreadable_.erase(id);
        for (const PointFilePtr& file : removed) file->replace();
    }
    purge();
    return {};
}

Result<> PointCatalog::drop_view(std::string_view view, const NextOffsets& before) {
    std::lock_guard manifest_lock(manifest_mutex_);
    if (!manifest_) return fail(ErrorCode::unavailable, "the point store is closed");
    PointManifest::Change change;
    change.dropped[std::string(view)].before = before;
    SF_TRY(commit(change));
    step("points.dropped");
    {
        std::lock_guard lock(mutex_);
        dropped_.insert_or_assign(std::string(view), change.dropped.begin()->second);
        live_.forget(view);
        std::vector<LiveLateEventsPtr> kept;
        late_bytes_ = 0;
        for (const LiveLateEventsPtr& late : late_) {
            std::vector<models::LateEvent> events;
            std::ranges::copy_if(late->events(), std::back_inserter(events),
                                 [&](const auto& event) { return event.view != view; });
            if (events.empty()) continue;
            const bool whole = events.size() == late->events().size();
            kept.push_back(whole ? late : std::make_shared<const LiveLateEvents>(budget_, std::move(events)));
            late_bytes_ += kept.back()->cost();
        }
        late_.swap(kept);
    }
    purge();
    return {};
}

// Under manifest_mutex_. A drop need not be remembered any longer when nothing can bring its rows back. A failure is no
// harm: it is tried again with the next change.
void PointCatalog::purge() {
    PointManifest::Change change;
    {
        std::lock_guard lock(mutex_);
        for (const auto& [view, drop] : dropped_) {
            // A file that was set aside may be back at the next start.
            const bool in_files = damaged_files_ > 0 || std::ranges::any_of(files_, [&](const PointFilePtr& file) {
                                      return file->entry().id <= drop.file_id && file->entry().views.contains(view);
                                  });
            const bool in_log = std::ranges::any_of(drop.before, [&](const auto& before) {
                const auto committed = committed_.find(before.first);
                return before.second > 0 && (committed == committed_.end() || committed->second < before.second);
            });
            if (!in_files && !in_log) change.purged.push_back(view);
        }
    }
    if (change.purged.empty() || !commit(change)) return;
    std::lock_guard lock(mutex_);
    for (const std::string& view : change.purged) dropped_.erase(view);
}

void PointCatalog::note_unreadable(const PointFile& file) {
    std::lock_guard lock(mutex_);
    unreadable_.insert(file.entry().id);
}

bool PointCatalog::has_all(PointFileEntry::Kind kind, const std::string& day) {
    std::lock_guard lock(mutex_);
    return !damaged_days_.contains({kind, day});
}

void PointCatalog::evict(std::uint64_t bytes) {
    std::lock_guard lock(mutex_);
    live_.evict(bytes);
}

void PointCatalog::drop_live_before(Timestamp end) {
    std::lock_guard lock(mutex_);
    live_.drop_before(end);
}

NextOffsets PointCatalog::next_offsets() {
    std::lock_guard lock(mutex_);
    return committed_;
}

std::vector<PointFilePtr> PointCatalog::files() {
    std::lock_guard lock(mutex_);
    return files_;
}

DroppedViews PointCatalog::dropped_views() {
    std::lock_guard lock(mutex_);
    return dropped_;
}

std::uint64_t PointCatalog::unflushed_bytes() {
    std::lock_guard lock(mutex_);
    return live_.unflushed_bytes() + late_bytes_;
}

std::uint64_t PointCatalog::live_bytes() {
    std::lock_guard lock(mutex_);
    return live_.bytes() + late_bytes_;
}

PointStoreStatistics PointCatalog::statistics() {
    std::lock_guard lock(mutex_);
    PointStoreStatistics statistics;
    statistics.live_points = live_.size();
    statistics.live_bytes = budget_->bytes();
    statistics.files = files_.size();
    statistics.damaged_files = damaged_files_ + unreadable_.size();
    for (const LiveLateEventsPtr& late : late_) statistics.late_events += late->events().size();
    for (const PointFilePtr& file : files_) {
        const bool late = file->entry().kind == PointFileEntry::Kind::late;
        (late ? statistics.late_events : statistics.stored_points) += file->entry().rows;
        statistics.stored_bytes += file->entry().bytes;
    }
    return statistics;
}

}  // namespace sf::database
