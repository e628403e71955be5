#include "database/lakehouse/points/lake_points.hpp"

#include "base/file.hpp"
#include "base/logging.hpp"

#include <algorithm>
#include <map>

namespace sf::database {

using SteadyTime = std::chrono::steady_clock::time_point;

namespace {

std::uint64_t bytes_of(const std::vector<PointFilePtr>& files) {
    std::uint64_t bytes = 0;
    for (const PointFilePtr& file : files) bytes += file->entry().bytes;
    return bytes;
}

// Without running totals, which retention leaves alone. Only all files of a day together say what the latest of a
// window is.
std::map<std::pair<PointFileEntry::Kind, std::string>, std::vector<PointFilePtr>> by_day(
    const std::vector<PointFilePtr>& files) {
    std::map<std::pair<PointFileEntry::Kind, std::string>, std::vector<PointFilePtr>> days;
    for (const PointFilePtr& file : files) {
        if (file->entry().day != PointFileEntry::kRunning)
            days[{file->entry().kind, file->entry().day}].push_back(file);
    }
    return days;
}

}  // namespace

LakePoints::LakePoints(LakePointsOptions options)
    : options_(std::move(options)),
      catalog_(options_.folder, budget_, options_.at_step),
      writer_({.folder = options_.folder, .worker = {.temporary = options_.temporary}, .at_step = options_.at_step}),
      reader_(options_.at_step),
      tables_(catalog_),
      guard_(options_.folder, options_.disk_free_min) {}

Result<> LakePoints::start(const std::filesystem::path& manifest, ParquetWriter& writer) {
    SF_TRY(make_folders(options_.folder));
    SF_TRY(catalog_.open(manifest));
    {
        std::lock_guard replacement_lock(replacement_mutex_);
        guard_.clear();
    }
    SF_TRY(writer_.start(writer));
    SF_TRY(reader_.start(writer));
    budget_->open();
    running_ = true;
    return {};
}

void LakePoints::begin_stop() {
    running_ = false;
    budget_->close();
    writer_.interrupt();
}

void LakePoints::stop() {
    begin_stop();
    reader_.stop();
    std::lock_guard replacement_lock(replacement_mutex_);
    std::lock_guard flush_lock(flush_mutex_);
    catalog_.close();
}

Result<> LakePoints::add_points(messaging::Partition partition, std::span<const messaging::StoredRecord> records,
                                Deadline deadline) {
    // A feeder that starts again may repeat what is here already.
    const messaging::Offset expected = catalog_.expected(partition).value_or(0);
    while (!records.empty() && records.front().offset < expected) records = records.subspan(1);
    if (records.empty()) return {};
    std::uint64_t cost = 0;
    for (const messaging::StoredRecord& record : records) {
        if (!record.record.points) continue;
        for (const models::MetricPoint& point : record.record.points->points) cost += LivePoint::cost(point);
        cost += LiveLateEvents::cost(record.record.points->late_events);
    }
    if (!budget_->wait_for_room(cost, options_.live_bytes_max, SteadyTime::min())) {
        // An eighth at a time, since finding what to let go of means to look at all.
        catalog_.evict(cost + options_.live_bytes_max / 8);
        if (!budget_->wait_for_room(cost, options_.live_bytes_max, SteadyTime::min())) {
            options_.request_flush();
            if (merging_) writer_.interrupt();  // It can wait.
            const std::uint64_t held = catalog_.live_bytes();
            if (budget_->bytes() > held && held + cost <= options_.live_bytes_max) options_.end_queries();
            if (!budget_->wait_for_room(cost, options_.live_bytes_max, deadline)) {
                if (!running_) return fail(ErrorCode::unavailable, "the point store is not running");
                return fail(ErrorCode::overloaded, "live points are at their limit", "",
                            "storage is behind: see its flushes and the disk");
            }
        }
    }
    catalog_.add(partition, records);
    if (catalog_.unflushed_bytes() >= options_.live_bytes_max / 2) options_.request_flush();
    return {};
}

Result<std::vector<models::MetricPoint>> LakePoints::latest_points(std::string_view view, const PointFilter& filter) {
    if (!running_) return fail(ErrorCode::unavailable, "the point store is not running");
    return reader_.read(view, filter, catalog_.latest(view, filter));
}

Result<> LakePoints::drop_points(std::string_view view,
                                 const std::map<messaging::Partition, messaging::Offset>& before) {
    // A flush or merge that is under way would bring back what it has read already.
    writer_.interrupt();
    std::lock_guard replacement_lock(replacement_mutex_);
    std::lock_guard flush_lock(flush_mutex_);
    return catalog_.drop_view(view, before);
}

PointStoreStatistics LakePoints::point_statistics() {
    PointStoreStatistics statistics = catalog_.statistics();
    statistics.flush_failures = flush_failures_;
    statistics.flush_failures_in_row = flush_failures_in_row_;
    return statistics;
}

Result<> LakePoints::flush() {
    std::lock_guard flush_lock(flush_mutex_);
    const PointCatalog::Flushable flushable = catalog_.flushable();
    if (!flushable.anything) return {};
    std::vector<PointFileEntry> files;
    auto flushed = catalog_.settle();
    if (flushed) flushed = write(flushable, files);
    if (!flushed) {
        std::error_code ignored;  // What is left is an orphan to the next start.
        for (const PointFileEntry& file : files) std::filesystem::remove(options_.folder / file.path, ignored);
    } else {
        flushed = catalog_.commit_flush(flushable, std::move(files));
    }
    if (!flushed) {
        ++flush_failures_;
        ++flush_failures_in_row_;
        return fail(std::move(flushed.error()).during("writing live points to files"));
    }
    flush_failures_in_row_ = 0;
    const std::uint64_t enough = options_.live_bytes_max / 4 * 3;
    if (budget_->bytes() > enough) catalog_.evict(budget_->bytes() - enough);
    return {};
}

// A file a day and kind, added to `files` as they are done.
Result<> LakePoints::write(const PointCatalog::Flushable& flushable, std::vector<PointFileEntry>& files) {
    std::map<std::string, PointRows> days;
    for (const LivePointPtr& point : flushable.points) days[day_of(**point)].push_back(point);
    std::map<std::string, LateRows> late_days;
    for (const LiveLateEventsPtr& owner : flushable.late) {
        for (const models::LateEvent& event : owner->events())
            late_days[format_day(event.closed_until)].events.push_back(&event);
    }
    for (auto& [day, rows] : days) {
        SF_ASSIGN(PointFileEntry file, writer_.write(std::move(rows)));
        files.push_back(std::move(file));
    }
    for (auto& [day, rows] : late_days) {
        rows.owners = flushable.late;
        SF_ASSIGN(PointFileEntry file, writer_.write_late(rows));
        files.push_back(std::move(file));
    }
    return {};
}

std::optional<LakePoints::Files> LakePoints::files_to_merge(const Files& files, PointFileEntry::Kind kind) {
    std::vector<MergeCandidate> candidates;
    for (const PointFilePtr& file : files) {
        if (file->entry().kind == kind && !guard_.leaves_out(file->entry().id))
            candidates.push_back({file->entry().id, file->entry().day, file->entry().bytes});
    }
    const auto chosen = plan_compaction(candidates, format_day(options_.clock->now()), options_.compaction);
    if (!chosen) return std::nullopt;
    Files parts;
    for (const PointFilePtr& file : files) {
        if (std::ranges::find(*chosen, file->entry().id) != chosen->end()) parts.push_back(file);
    }
    return parts;
}

// A file with rows of a view that was dropped.
std::optional<LakePoints::Files> LakePoints::file_to_purge(const Files& files) {
    const DroppedViews dropped = catalog_.dropped_views();
    for (const PointFilePtr& file : files) {
        if (guard_.leaves_out(file->entry().id)) continue;
        for (const auto& [view, drop] : dropped) {
            if (file->entry().id <= drop.file_id && file->entry().views.contains(view)) return Files{file};
        }
    }
    return std::nullopt;
}

Result<> LakePoints::replace(const Files& parts, const PointWriter::MergeOptions& options) {
    SF_TRY(catalog_.settle());
    merging_ = true;
    auto merged = writer_.merge(parts, options);
    if (!merged) {
        guard_.learn(
            merged.error(), parts, [this](const PointFile& file) { return writer_.check(file); },
            [this](const PointFile& file) { catalog_.note_unreadable(file); });
    }
    merging_ = false;
    if (!merged) return fail(std::move(merged.error()));
    return catalog_.commit_replacement(parts, std::move(*merged));
}

Result<bool> LakePoints::compact_once() {
    std::lock_guard replacement_lock(replacement_mutex_);
    const Files files = catalog_.files();
    auto parts = file_to_purge(files);
    if (!parts) parts = files_to_merge(files, PointFileEntry::Kind::points);
    if (!parts) parts = files_to_merge(files, PointFileEntry::Kind::late);
    if (!parts || !running_ || !guard_.has_room(bytes_of(*parts))) return false;
    const PointFileEntry& first = parts->front()->entry();
    const auto of_day = std::ranges::count_if(files, [&](const PointFilePtr& file) {
        return file->entry().kind == first.kind && file->entry().day == first.day;
    });
    const bool whole_day =
        static_cast<std::size_t>(of_day) == parts->size() && catalog_.has_all(first.kind, first.day);
    SF_TRY(
        replace(*parts, {.dropped = catalog_.dropped_views(), .whole_day = whole_day, .ends_from = std::nullopt}));
    return true;
}

// Under replacement_mutex_.
Result<> LakePoints::drop_days(std::int64_t limit) {
    Files over;
    for (const auto& [day, files] : by_day(catalog_.files())) {
        const bool whole = std::ranges::all_of(
            files, [&](const PointFilePtr& file) { return file->entry().ends.greatest < limit; });
        if (whole) over.insert(over.end(), files.begin(), files.end());
    }
    if (over.empty()) return {};
    return catalog_.commit_replacement(over, std::nullopt);
}

Result<> LakePoints::drop_whole(Timestamp before) {
    std::lock_guard replacement_lock(replacement_mutex_);
    SF_TRY(drop_days(to_micros(before)));
    catalog_.drop_live_before(before);
    return {};
}

Result<> LakePoints::drop_all(Timestamp before) {
    std::lock_guard replacement_lock(replacement_mutex_);
    const std::int64_t limit = to_micros(before);
    SF_TRY(drop_days(limit));
    std::optional<Error> first;  // A day that can't be rewritten keeps no other from its turn.
    for (const auto& [day, files] : by_day(catalog_.files())) {
        const bool some = std::ranges::any_of(
            files, [&](const PointFilePtr& file) { return file->entry().ends.least < limit; });
        // Where a file was set aside, it can't be told what the latest of a window is: that day waits until it is over.
        if (!some || !catalog_.has_all(day.first, day.second)) continue;
        auto done = guard_.need_room(bytes_of(files));
        if (done)
            done = replace(files, {.dropped = catalog_.dropped_views(), .whole_day = true, .ends_from = before});
        if (!done && !first) first = std::move(done.error()).during("dropping old rows of views of " + day.second);
    }
    catalog_.drop_live_before(before);
    if (first) return fail(std::move(*first));
    return {};
}

}  // namespace sf::database
