#include "engine/pane_windows.hpp"

#include <algorithm>
#include <numeric>
#include <ranges>

namespace sf::engine {
namespace {

constexpr std::uint32_t kNoPlace = UINT32_MAX;
constexpr WindowIndex kNoWindowYet = INT64_MIN / 8;
constexpr std::uint8_t kFlagEmitted = 1;
constexpr std::uint8_t kFlagClosed = 2;

}  // namespace

PaneWindows::PaneWindows(ViewPtr view, std::size_t shard, std::size_t shards, KeySpacePtr space)
    : ViewWindows(view), panes_(view, shard, shards, std::move(space)), rows_(view) {}

Merged PaneWindows::merge(const Partials& partials) {
    if (partials.cells) {
        const auto moved =
            panes_.forget_beaten(partials.cells->keys->ends.size(), [&](std::vector<bool>& used) { mark_given(used); });
        if (moved) renumber(*moved);
    }
    return panes_.merge(partials);
}

// The first window at or after `from` that has a pane with events.
std::optional<WindowIndex> PaneWindows::next_window(WindowIndex from) const {
    const PaneGrid& grid = view_->grid;
    const Pane begin = from <= kNoWindowYet ? INT64_MIN : grid.panes_of(from).begin;
    const auto pane = panes_.next_pane(begin);
    if (!pane) return std::nullopt;
    return std::max(from, grid.first_window_of(*pane));
}

std::int64_t PaneWindows::due_at() const {
    const sql::Emission& emission = view_->plan.options.emit;
    if (emission.kind == sql::Emission::Kind::on_change && !panes_.touched().empty()) return kTimeMin;
    if (view_->grid.is_total()) return kTimeMax;
    if (emission.kind == sql::Emission::Kind::on_close) {
        for (const auto& [pane, touched] : panes_.touched()) {
            if (view_->grid.first_window_of(pane) < next_to_close_) return kTimeMin;  // A correction.
        }
    }
    std::int64_t due = kTimeMax;
    if (const auto window = next_window(next_to_close_)) due = view_->grid.window_end(*window);
    if (const auto window = next_window(next_to_end_))
        due = std::min(due, view_->closes_at(view_->grid.window_end(*window)));
    return due;
}

void PaneWindows::emit(const Times& times, bool early, RowSink& sink) {
    const bool on_close = view_->plan.options.emit.kind == sql::Emission::Kind::on_close;
    const WindowIndex closed_before = next_to_close_;
    close_windows(times.watermark, sink);
    emit_corrections(closed_before, sink);
    if (early && !on_close) emit_early(times, sink);
    end_windows(times.watermark, sink);
    // Windows that nothing was emitted of yet are looked at whole when their time comes; only the others need to know
    // what changed.
    if (early || on_close) panes_.ticked();
    else panes_.looked();
    evict(times.watermark);
}

void PaneWindows::close_windows(std::int64_t watermark, RowSink& sink) {
    if (watermark <= kTimeMin || view_->grid.is_total()) return;
    while (const auto index = next_window(next_to_close_)) {
        const std::int64_t end = view_->grid.window_end(*index);
        if (end > watermark) break;
        next_to_close_ = *index + 1;
        Window& window = windows_[*index];
        // Only now and then one of many overlapping windows was shown early: what readers have of it may lack changes.
        if (!shows_all_early()) window.emitted = false;
        // Where it is at its end too, it is emitted once, as final.
        if (view_->closes_at(end) > watermark) emit_window(*index, window, false, sink);
        window.closed = true;
    }
}

void PaneWindows::emit_corrections(WindowIndex closed_before, RowSink& sink) {
    const PaneGrid& grid = view_->grid;
    if (grid.is_total() || panes_.touched().empty()) return;
    std::vector<WindowIndex> indexes;
    for (const auto& [pane, touched] : panes_.touched()) {
        const WindowIndex last = std::min(grid.last_window_of(pane), closed_before - 1);
        for (WindowIndex index = std::max(grid.first_window_of(pane), next_to_end_); index <= last; ++index)
            indexes.push_back(index);
    }
    std::ranges::sort(indexes);
    const auto repeated = std::ranges::unique(indexes);
    indexes.erase(repeated.begin(), repeated.end());
    for (const WindowIndex index : indexes) {
        Window& window = windows_[index];  // New where the window had no event when the watermark passed its end.
        window.closed = true;
        emit_window(index, window, false, sink);
    }
}

bool PaneWindows::shows_all_early() const {
    return view_->grid.is_total() || view_->grid.size() / view_->grid.slide() <= kEarlyWindowsMax;
}

void PaneWindows::emit_early(const Times& times, RowSink& sink) {
    const PaneGrid& grid = view_->grid;
    if (panes_.touched().empty()) return;
    std::vector<WindowIndex> indexes;
    const bool all = shows_all_early();
    const WindowIndex trailing = all ? 0 : grid.first_window_ending_after(times.reached);
    for (const auto& [pane, touched] : panes_.touched()) {
        const WindowIndex first = std::max(grid.first_window_of(pane), next_to_close_);
        const WindowIndex last = all ? grid.last_window_of(pane) : std::min(grid.last_window_of(pane), trailing);
        for (WindowIndex index = all ? first : std::max(first, last); index <= last; ++index) indexes.push_back(index);
    }
    std::ranges::sort(indexes);
    const auto repeated = std::ranges::unique(indexes);
    indexes.erase(repeated.begin(), repeated.end());
    for (const WindowIndex index : indexes) emit_window(index, windows_[index], false, sink);
}

void PaneWindows::end_windows(std::int64_t watermark, RowSink& sink) {
    if (watermark <= kTimeMin || view_->grid.is_total() || view_->lateness >= kTimeMax) return;
    while (const auto index = next_window(next_to_end_)) {
        if (view_->closes_at(view_->grid.window_end(*index)) > watermark) break;
        next_to_end_ = *index + 1;
        Window& window = windows_[*index];
        window.emitted = false;  // Every row is emitted once more, as final.
        const std::size_t given = sink.points.size();
        emit_window(*index, window, true, sink);
        if (sink.settled != nullptr) {
            std::copy_if(sink.points.begin() + static_cast<std::ptrdiff_t>(given), sink.points.end(),
                         std::back_inserter(*sink.settled), [](const auto& point) { return !point.deleted; });
        }
        windows_.erase(*index);
    }
    windows_.erase(windows_.begin(), windows_.lower_bound(next_to_end_));
}

// A view that was filled from history has ended windows that its watermark has not reached yet.
WindowIndex PaneWindows::settled_before(std::int64_t watermark) const {
    WindowIndex before = next_to_end_;
    // The same in all shards, unlike what each of them has ended.
    const std::int64_t closed_until = std::max(view_->closed_until, filled_until_);
    if (closed_until > kTimeMin) before = std::max(before, view_->grid.first_window_ending_after(closed_until));
    if (watermark > kTimeMin && watermark < kTimeMax)
        before = std::max(before, view_->grid.first_window_ending_after(watermark - view_->lateness));
    return before;
}

void PaneWindows::flush(RowSink& sink) {
    WindowIndex from = next_to_end_;
    while (const auto index = next_window(from)) {
        from = *index + 1;
        Window& window = windows_[*index];
        window.emitted = false;
        emit_window(*index, window, true, sink);
        window.emitted = false;  // Events may still come: the window is looked at whole once more when it closes.
        if (view_->grid.is_total()) break;
    }
    panes_.ticked();
}

// Which groups: all of them the first time, afterwards those that changed.
void PaneWindows::emit_window(WindowIndex index, Window& window, bool final, RowSink& sink) {
    const PaneGrid& grid = view_->grid;
    const PaneRange panes = grid.panes_of(index);
    const WindowRows::Frame frame{grid.window_begin(index), grid.window_end(index), final};
    const std::vector<const PaneTable*> tables = panes_.tables(panes, frame.end);
    ++sink.version;
    chosen_.clear();
    if (place_.size() < panes_.keys().size()) place_.resize(panes_.keys().size(), kNoPlace);
    const bool all = !std::exchange(window.emitted, true);
    if (all && tables.size() == 1) {
        chosen_ = tables[0]->keys();
        cells_.resize(chosen_.size());
        std::iota(cells_.begin(), cells_.end(), 0u);
    } else if (all) {
        collect_all(tables);
    } else {
        collect_touched(panes, window.closed && !final);
    }
    if (chosen_.empty()) return;
    if (rows_.ranks()) return emit_ranked(frame, tables, window.given, sink);
    if (all && tables.size() == 1) {
        rows_.emit({chosen_, cells_, tables[0]->all_states()}, panes_.keys(), frame, sink, shown_);
    } else if (tables.size() == 1) {
        cells_.clear();
        std::size_t kept = 0;
        for (const KeyId key : chosen_) {
            const std::uint32_t cell = tables[0]->find(key);
            place_[key] = kNoPlace;
            if (cell == kNoCell) continue;  // Touched in a cell that does not count for this window.
            chosen_[kept++] = key;
            cells_.push_back(cell);
        }
        chosen_.resize(kept);
        rows_.emit({chosen_, cells_, tables[0]->all_states()}, panes_.keys(), frame, sink, shown_);
    } else {
        assemble(tables);
        rows_.emit({chosen_, cells_, sum_->all_states()}, panes_.keys(), frame, sink, shown_);
    }
    if (!view_->plan.having) return;
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
        if (shown_[i]) window.given.emplace(chosen_[i], 0);
        else if (window.given.erase(chosen_[i]) > 0) rows_.retract(chosen_[i], panes_.keys(), frame, sink);
    }
}

// What changed in one group may move all others, so every group is looked at. chosen_ only says that there is
// something.
void PaneWindows::emit_ranked(const WindowRows::Frame& frame, std::span<const PaneTable* const> tables,
                              GivenRows& given, RowSink& sink) {
    for (const KeyId key : chosen_) place_[key] = kNoPlace;
    chosen_.clear();
    if (tables.size() == 1) {
        cells_.resize(tables[0]->size());
        std::iota(cells_.begin(), cells_.end(), 0u);
        return rows_.emit_ranked({tables[0]->keys(), cells_, tables[0]->all_states()}, panes_.keys(), frame, sink,
                                 given);
    }
    collect_all(tables);
    assemble(tables);
    rows_.emit_ranked({chosen_, cells_, sum_->all_states()}, panes_.keys(), frame, sink, given);
}

// A window that has just closed was served at ticks until now; from then on it is looked at whenever something is
// emitted.
void PaneWindows::collect_touched(PaneRange panes, bool closed) {
    const auto& touched = panes_.touched();
    for (auto at = touched.lower_bound(panes.begin); at != touched.end() && at->first < panes.end; ++at) {
        for (const KeyId key : closed ? at->second.since_look() : at->second.since_tick()) {
            if (place_[key] != kNoPlace) continue;
            place_[key] = static_cast<std::uint32_t>(chosen_.size());
            chosen_.push_back(key);
        }
    }
}

void PaneWindows::collect_all(std::span<const PaneTable* const> tables) {
    for (const PaneTable* table : tables) {
        for (const KeyId key : table->keys()) {
            if (place_[key] != kNoPlace) continue;
            place_[key] = static_cast<std::uint32_t>(chosen_.size());
            chosen_.push_back(key);
        }
    }
}

// Sums the chosen groups over the tables. Leaves place_ clean.
void PaneWindows::assemble(std::span<const PaneTable* const> tables) {
    if (!sum_) sum_ = std::make_unique<PaneTable>(view_->fresh_states());
    for (std::size_t a = 0; a < sum_->aggregates(); ++a) {
        sum_->states(a).resize(0);
        sum_->states(a).resize(chosen_.size());
    }
    std::vector<std::uint8_t> found(chosen_.size(), 0);
    for (const PaneTable* table : tables) {
        from_.clear();
        to_.clear();
        if (chosen_.size() * 4 < table->size()) {
            for (std::uint32_t i = 0; i < chosen_.size(); ++i) {
                const std::uint32_t cell = table->find(chosen_[i]);
                if (cell == kNoCell) continue;
                from_.push_back(cell);
                to_.push_back(i);
            }
        } else {
            const std::span<const KeyId> keys = table->keys();
            from_.resize(keys.size());
            to_.resize(keys.size());
            std::size_t count = 0;
            for (std::uint32_t cell = 0; cell < keys.size(); ++cell) {
                from_[count] = cell;
                to_[count] = place_[keys[cell]];
                count += to_[count] != kNoPlace ? 1 : 0;
            }
            from_.resize(count);
            to_.resize(count);
        }
        for (const std::uint32_t place : to_) found[place] = 1;
        for (std::size_t a = 0; a < sum_->aggregates(); ++a) sum_->states(a).merge(table->states(a), from_, to_);
    }
    cells_.clear();
    std::size_t kept = 0;
    for (std::uint32_t i = 0; i < chosen_.size(); ++i) {
        place_[chosen_[i]] = kNoPlace;
        if (!found[i]) continue;  // Touched in a cell that does not count for this window.
        chosen_[kept++] = chosen_[i];
        cells_.push_back(i);
    }
    chosen_.resize(kept);
}

// A pane goes when its last window has come to its end.
void PaneWindows::evict(std::int64_t watermark) {
    if (watermark <= kTimeMin || view_->grid.is_total() || view_->lateness >= kTimeMax || next_to_end_ <= kNoWindowYet)
        return;
    const WindowIndex first_alive = view_->grid.first_window_ending_after(watermark - view_->lateness);
    const auto moved = panes_.evict_before(view_->grid.panes_of(first_alive).begin,
                                           [&](std::vector<bool>& used) { mark_given(used); });
    if (moved) renumber(*moved);
}

// Rows that are to be taken back may be of events that are no longer in their pane.
void PaneWindows::mark_given(std::vector<bool>& used) const {
    for (const auto& [index, window] : windows_) {
        for (const auto& [key, hash] : window.given) used[key] = true;
    }
}

void PaneWindows::renumber(const std::vector<KeyId>& moved) {
    place_.assign(panes_.keys().size(), kNoPlace);
    for (auto& [index, window] : windows_) {
        GivenRows given;
        for (const auto& [key, hash] : window.given) given.emplace(moved[key], hash);
        window.given = std::move(given);
    }
}

struct PaneWindows::FrozenPanes final : Frozen {
    PaneStore::Frozen panes;
    struct OneWindow {
        WindowIndex index;
        std::uint8_t flags;
        std::vector<KeyId> given;
    };
    std::vector<OneWindow> windows;
    WindowIndex next_to_close = 0;
    WindowIndex next_to_end = 0;

    void save(ByteWriter& writer) const override {
        PaneStore::save(panes, writer);
        writer.put(next_to_close);
        writer.put(next_to_end);
        writer.put<std::uint64_t>(windows.size());
        for (const OneWindow& window : windows) {
            writer.put(window.index);
            writer.put(window.flags);
            writer.put_array(std::span<const KeyId>(window.given));
        }
    }
};

std::unique_ptr<const ViewWindows::Frozen> PaneWindows::freeze() const {
    auto frozen = std::make_unique<FrozenPanes>();
    frozen->panes = panes_.freeze();
    frozen->next_to_close = next_to_close_;
    frozen->next_to_end = next_to_end_;
    frozen->windows.reserve(windows_.size());
    for (const auto& [index, window] : windows_) {
        const auto flags =
            static_cast<std::uint8_t>((window.emitted ? kFlagEmitted : 0) | (window.closed ? kFlagClosed : 0));
        const auto given = std::views::keys(window.given);
        frozen->windows.push_back({index, flags, {given.begin(), given.end()}});
    }
    return frozen;
}

void PaneWindows::load(ByteReader& reader) {
    panes_.load(reader);
    for (WindowIndex* next : {&next_to_close_, &next_to_end_}) {
        *next = reader.get<WindowIndex>();
        if (*next == kNoWindowYet || view_->grid.is_possible_window(*next)) continue;
        *next = kNoWindowYet;
        reader.fail();
    }
    for (std::size_t left = reader.get_count(sizeof(WindowIndex)); left > 0; --left) {
        Window& window = windows_[reader.get<WindowIndex>()];
        const auto flags = reader.get<std::uint8_t>();
        window.emitted = (flags & kFlagEmitted) != 0;
        window.closed = (flags & kFlagClosed) != 0;
        for (const KeyId key : reader.get_array<KeyId>()) {
            if (key < panes_.keys().size()) window.given.emplace(key, 0);
            else reader.fail();
        }
    }
}

}  // namespace sf::engine
