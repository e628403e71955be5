// Views over views: what a shard gives of windows that are over, and how it takes what others give.
#include "base/assert.hpp"
#include "engine/shard.hpp"

#include <algorithm>

namespace sf::engine {

std::map<ViewNumber, std::vector<WindowIndex>> ShardSnapshot::settled_places() const {
    std::map<ViewNumber, std::vector<WindowIndex>> places;
    for (const ViewState& view : views_) {
        if (!view.settled.places.empty()) places.emplace(view.number, view.settled.places);
    }
    return places;
}

void Shard::remove(ViewNumber view) {
    views_.erase(view);
    for (auto& [number, running] : views_) {
        if (running->readers.erase(view) == 0 || !running->readers.empty()) continue;
        running->over.clear();
        running->settled.kept.clear();
        running->settled.before = kNothingSettled;
    }
}

Shard::Running* Shard::find_by_name(std::string_view name) {
    for (auto& [number, running] : views_) {
        if (running->view().plan.name == name) return running.get();
    }
    return nullptr;
}

// What is over until now belongs to those that read it before, and is in the places from which the new one goes on.
void Shard::begin_reading(const ViewPtr& view) {
    Running* const source = find_by_name(view->plan.over->view);
    if (source == nullptr) return;  // A shard of a backfill, which gets its rows from elsewhere.
    if (source->readers.empty()) {
        source->over.clear();
        source->settled = {.places = std::move(source->settled.places),
                           .before = source->windows->settled_before(watermark_of(*source))};
    }
    settle(*source);
    source->readers.insert_or_assign(view->number, std::make_unique<ViewRowFold>(view));
}

WindowIndex Shard::settled_before(ViewNumber view) const {
    const auto found = views_.find(view);
    if (found == views_.end()) return kNothingSettled;
    return found->second->windows->settled_before(watermark_of(*found->second));
}

// After everything that is due was emitted. Each window is a piece of its own: which windows end at once depends on how
// far one partition was read ahead of another, and a piece with one that a reader has and one that it has not would be
// of no use.
void Shard::settle(Running& running) {
    if (running.readers.empty()) return;
    const WindowIndex before = running.windows->settled_before(watermark_of(running));
    if (before <= running.settled.before) return;
    running.settled.before = before;
    std::deque<Settled>& kept = running.settled.kept;
    const auto give = [&](WindowIndex number, std::vector<models::MetricPoint> rows) {
        if (rows.empty() && !kept.empty() && kept.back().rows->empty()) kept.pop_back();
        kept.push_back({number, std::make_shared<const std::vector<models::MetricPoint>>(std::move(rows))});
        for (const auto& [reader, fold] : running.readers) hand_over(kept.back(), reader, *fold);
    };
    std::vector<models::MetricPoint> over = std::exchange(running.over, {});
    for (auto begin = over.begin(); begin != over.end();) {
        const Timestamp start = *begin->window_start;
        const auto end = std::find_if(begin, over.end(), [&](const auto& row) { return *row.window_start != start; });
        const WindowIndex window = running.view().grid.first_window_ending_after(to_micros(*begin->window_end) - 1);
        give(window + 1, {std::make_move_iterator(begin), std::make_move_iterator(end)});
        begin = end;
    }
    if (kept.empty() || kept.back().before < before) give(before, {});
}

void Shard::hand_over(const Settled& settled, ViewNumber reader, ViewRowFold& fold) {
    settled_.push_back(std::make_shared<const SettledPiece>(SettledPiece{
        .view = reader, .shard = options_.index, .before = settled.before, .partials = fold.fold(*settled.rows)}));
}

std::vector<SettledPiecePtr> Shard::take_settled() { return std::exchange(settled_, {}); }

void Shard::merge(const SettledPiece& piece) {
    const auto found = views_.find(piece.view);
    if (found == views_.end()) return;  // Dropped since the piece was made.
    Running& running = *found->second;
    SF_ASSERT(piece.shard < running.settled.places.size());
    WindowIndex& place = running.settled.places[piece.shard];
    if (piece.before <= place) return;
    for (const Partials& partials : piece.partials) merge_partials(running, partials);
    place = piece.before;
    if (running.due_at < kTimeMax) emit_if_due(running);
    settle(running);
}

void Shard::forget_settled(const std::function<WindowIndex(ViewNumber reader)>& have) {
    for (auto& [number, running] : views_) {
        WindowIndex all = INT64_MAX;
        for (const auto& [reader, fold] : running->readers) all = std::min(all, have(reader));
        std::deque<Settled>& kept = running->settled.kept;
        while (!kept.empty() && kept.front().before <= all) kept.pop_front();
    }
}

// False where the snapshot does not say from where on a view reads, or what of a view was given.
bool Shard::restore_readers(const std::vector<ViewPtr>& views) {
    for (const ViewPtr& view : views) {
        if (!view->plan.over) continue;
        Running* const source = find_by_name(view->plan.over->view);
        if (source == nullptr || source->settled.before == kNothingSettled) return false;
        if (views_.find(view->number)->second->settled.places.size() != options_.shards) return false;
        source->readers.emplace(view->number, std::make_unique<ViewRowFold>(view));
    }
    for (auto& [number, running] : views_) {
        for (const auto& [reader, fold] : running->readers) {
            for (const Settled& settled : running->settled.kept) hand_over(settled, reader, *fold);
        }
    }
    return true;
}

}  // namespace sf::engine
