#include "database/lakehouse/event_merger.hpp"

#include <algorithm>

namespace sf::database {

void EventMerger::start() {
    std::lock_guard lock(mutex_);
    guard_.clear();
}

Result<bool> EventMerger::merge_once() {
    std::lock_guard lock(mutex_);
    const std::vector<DataFilePtr> files = catalog_.files();
    std::vector<MergeCandidate> candidates;
    for (const DataFilePtr& file : files) {
        if (!guard_.leaves_out(file->entry().id))
            candidates.push_back({file->entry().id, file->entry().day, file->entry().bytes});
    }
    const auto chosen = plan_compaction(candidates, format_day(options_.clock->now()), options_.compaction);
    if (!chosen) return false;
    std::vector<DataFilePtr> parts;
    std::uint64_t bytes = 0;
    for (const DataFilePtr& file : files) {
        if (std::ranges::find(*chosen, file->entry().id) == chosen->end()) continue;
        parts.push_back(file);
        bytes += file->entry().bytes;
    }
    if (!guard_.has_room(bytes)) return false;
    SF_TRY(catalog_.settle());
    merging_ = true;
    auto merged = writer_.merge(parts, std::nullopt);
    if (!merged) {
        guard_.learn(
            merged.error(), parts, [this](const DataFile& file) { return writer_.check(file); },
            [this](const DataFile& file) { catalog_.note_unreadable(file); });
    }
    merging_ = false;
    if (!merged) return fail(std::move(merged.error()));
    SF_TRY(catalog_.commit_replacement(parts, std::move(*merged)));
    ++merges_;
    return true;
}

Result<std::uint64_t> EventMerger::drop_whole(std::int64_t limit) {
    std::lock_guard lock(mutex_);
    std::uint64_t dropped = 0;
    std::vector<DataFilePtr> whole;
    for (const DataFilePtr& file : catalog_.files()) {
        if (file->entry().received.greatest >= limit) continue;
        whole.push_back(file);
        dropped += file->entry().events;
    }
    if (!whole.empty()) SF_TRY(catalog_.commit_replacement(whole, std::nullopt));
    return dropped;
}

Result<std::uint64_t> EventMerger::drop_all(std::int64_t limit) {
    SF_ASSIGN(std::uint64_t dropped, drop_whole(limit));
    std::lock_guard lock(mutex_);
    std::optional<Error> first;  // One file that can't be rewritten keeps no other from its turn.
    for (const DataFilePtr& file : catalog_.files()) {
        if (file->entry().received.least >= limit) continue;
        auto gone = rewrite(file, limit);
        if (gone) dropped += *gone;
        else if (!first) first = std::move(gone.error()).during("dropping old events of " + file->entry().path);
    }
    if (first) return fail(std::move(*first));
    return dropped;
}

// Without what was received before.
Result<std::uint64_t> EventMerger::rewrite(const DataFilePtr& file, std::int64_t limit) {
    SF_TRY(guard_.need_room(file->entry().bytes));
    SF_TRY(catalog_.settle());
    SF_ASSIGN(std::optional<FileEntry> rest, writer_.merge({file}, limit));
    const std::uint64_t gone = file->entry().events - (rest ? rest->events : 0);
    SF_TRY(catalog_.commit_replacement({file}, std::move(rest)));
    return gone;
}

}  // namespace sf::database
