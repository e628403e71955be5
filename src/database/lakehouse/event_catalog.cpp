#include "database/lakehouse/event_catalog.hpp"

#include "base/logging.hpp"

#include <algorithm>
#include <set>
#include <system_error>

namespace sf::database {

Result<> EventCatalog::open(const std::filesystem::path& manifest_path) {
    std::lock_guard manifest_lock(manifest_mutex_);
    auto manifest = Manifest::open(manifest_path);
    if (!manifest) return fail(std::move(manifest.error()).during("the manifest of stored events"));
    SF_ASSIGN(std::vector<FileEntry> entries, manifest->files());
    SF_ASSIGN(NextOffsets offsets, manifest->next_offsets());
    std::set<std::string> paths;
    for (const FileEntry& entry : entries) paths.insert(entry.path);
    SF_TRY(clear_orphans(folder_, paths));
    std::lock_guard lock(mutex_);
    files_.clear();
    live_.clear();
    live_events_ = unflushed_bytes_ = damaged_files_ = 0;
    unreadable_.clear();
    for (FileEntry& entry : entries) {
        auto file = std::make_shared<DataFile>(folder_, std::move(entry));
        if (check_file(*file, file->entry().bytes, "events", file->entry().events)) files_.push_back(std::move(file));
        else ++damaged_files_;
    }
    committed_ = offsets;
    reached_ = std::move(offsets);
    manifest_.emplace(std::move(*manifest));
    return {};
}

void EventCatalog::close() {
    LiveSnapshot live;
    std::lock_guard manifest_lock(manifest_mutex_);
    std::lock_guard lock(mutex_);
    live.swap(live_);
    live_events_ = unflushed_bytes_ = 0;
    doubtful_.forget();
    manifest_.reset();
}

std::optional<messaging::Offset> EventCatalog::expected(messaging::Partition partition) {
    std::lock_guard lock(mutex_);
    const auto found = reached_.find(partition);
    if (found == reached_.end()) return std::nullopt;
    return found->second;
}

void EventCatalog::add(messaging::Partition partition, std::vector<LiveBatchPtr> batches, messaging::Offset next) {
    std::lock_guard lock(mutex_);
    // Until something of a partition is in a file, all of it is still needed from the log.
    if (!committed_.contains(partition)) committed_[partition] = batches.empty() ? next : batches.front()->offset();
    reached_[partition] = next;
    for (LiveBatchPtr& batch : batches) {
        live_events_ += batch->batch().size();
        unflushed_bytes_ += batch->cost();
        live_.push_back(std::move(batch));
    }
}

EventSnapshot EventCatalog::snapshot() {
    std::lock_guard lock(mutex_);
    return {files_, std::make_shared<LiveSnapshot>(live_)};
}

EventCatalog::Stored EventCatalog::stored() {
    std::lock_guard lock(mutex_);
    return {files_, committed_};
}

EventCatalog::Flushable EventCatalog::flushable() {
    std::lock_guard lock(mutex_);
    return {live_, reached_, reached_ != committed_};
}

// Under manifest_mutex_.
Result<> EventCatalog::commit(Manifest::Change& change) {
    auto committed = manifest_->commit(change);
    if (committed) {
        doubtful_.remove();
    } else {
        for (const FileEntry& file : change.added) doubtful_.add(folder_ / file.path);
    }
    return committed;
}

Result<> EventCatalog::settle() {
    std::lock_guard manifest_lock(manifest_mutex_);
    if (doubtful_.empty() || !manifest_) return {};
    SF_TRY(manifest_->overwrite());
    doubtful_.remove();
    return {};
}

Result<> EventCatalog::commit_flush(Flushable& flushed, std::vector<FileEntry> files) {
    std::lock_guard manifest_lock(manifest_mutex_);
    if (!manifest_) return fail(ErrorCode::unavailable, "the event store is closed");
    Manifest::Change change{std::move(files), {}, flushed.next_offsets};
    step("flush.before_commit");
    SF_TRY(commit(change));
    step("flush.committed");
    std::vector<DataFilePtr> added;
    for (FileEntry& entry : change.added) added.push_back(std::make_shared<DataFile>(folder_, std::move(entry)));
    std::unique_lock lock(mutex_);
    files_.insert(files_.end(), added.begin(), added.end());
    // The copy in `flushed` keeps the batches, so nothing is freed under the lock.
    live_.erase(live_.begin(), live_.begin() + static_cast<std::ptrdiff_t>(flushed.live.size()));
    for (const LiveBatchPtr& batch : flushed.live) {
        live_events_ -= batch->batch().size();
        unflushed_bytes_ -= batch->cost();
    }
    for (const auto& [partition, offset] : flushed.next_offsets) committed_[partition] = offset;
    lock.unlock();
    release_flushed(std::move(flushed.live));
    return {};
}

Result<> EventCatalog::commit_replacement(const std::vector<DataFilePtr>& removed, std::optional<FileEntry> added) {
    std::lock_guard manifest_lock(manifest_mutex_);
    if (!manifest_) return fail(ErrorCode::unavailable, "the event store is closed");
    Manifest::Change change;
    std::set<std::int64_t> ids;
    for (const DataFilePtr& file : removed) {
        change.removed.push_back(file->entry().id);
        ids.insert(file->entry().id);
    }
    if (added) change.added.push_back(std::move(*added));
    step("merge.before_commit");
    SF_TRY(commit(change));
    step("merge.committed");
    std::vector<DataFilePtr> kept;
    std::lock_guard lock(mutex_);
    for (const DataFilePtr& file : files_) {
        if (!ids.contains(file->entry().id)) kept.push_back(file);
    }
    for (const std::int64_t id : ids) unreadable_.erase(id);
    for (FileEntry& entry : change.added) kept.push_back(std::make_shared<DataFile>(folder_, std::move(entry)));
    files_.swap(kept);
    // The caller's `removed` keeps them past the lock; the last snapshot to go unlinks them.
    for (const DataFilePtr& file : removed) file->replace();
    return {};
}

void EventCatalog::note_unreadable(const DataFile& file) {
    std::lock_guard lock(mutex_);
    unreadable_.insert(file.entry().id);
}

NextOffsets EventCatalog::next_offsets() {
    std::lock_guard lock(mutex_);
    return committed_;
}

std::vector<DataFilePtr> EventCatalog::files() {
    std::lock_guard lock(mutex_);
    return files_;
}

std::uint64_t EventCatalog::live_events() {
    std::lock_guard lock(mutex_);
    return live_events_;
}

std::uint64_t EventCatalog::unflushed_bytes() {
    std::lock_guard lock(mutex_);
    return unflushed_bytes_;
}

EventStoreStatistics EventCatalog::file_statistics() {
    std::lock_guard lock(mutex_);
    EventStoreStatistics statistics;
    statistics.files = files_.size();
    statistics.damaged_files = damaged_files_ + unreadable_.size();
    for (const DataFilePtr& file : files_) {
        statistics.stored_events += file->entry().events;
        statistics.stored_bytes += file->entry().bytes;
    }
    return statistics;
}

}  // namespace sf::database
