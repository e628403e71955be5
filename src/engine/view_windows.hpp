// A pane becomes part of windows: which windows are open, which are due, what of them has been emitted. One view in one
// shard.
#pragma once

#include "engine/pane_store.hpp"
#include "engine/window_rows.hpp"

#include <map>
#include <unordered_set>
#include <vector>

namespace sf::engine {

/// Windows of a view with more open at once than this show early results only in the one that ends next
/// (docs/views.md).
inline constexpr std::int64_t kEarlyWindowsMax = 32;

/// One thread.
class ViewWindows {
public:
    ViewWindows(ViewPtr view, std::size_t shard, std::size_t shards);

    /// What the shard knows of time, for this view.
    struct Times {
        std::int64_t watermark = kTimeMin;  // The least of the partitions'.
        std::int64_t reached = kTimeMin;    // The greatest time of any event.
    };

    PaneStore::Merged merge(const Partials& partials) { return panes_.merge(partials); }

    /// The watermark at which emit() has something to do, whatever the ticks; kTimeMax for never.
    [[nodiscard]] std::int64_t due_at() const;

    /// Emits what is due: windows that close or become final, corrections, and early results where `early`. Evicts
    /// panes that no window needs. Before a snapshot it is called with `early`, so that nothing that changed is
    /// forgotten.
    void emit(const Times& times, bool early, RowSink& sink);

    /// Emits every window that has events, as final, whatever the watermark: a flush. They stay, and events that still
    /// come correct them.
    void flush(RowSink& sink);

    [[nodiscard]] const View& view() const { return *view_; }
    [[nodiscard]] const PaneStore& panes() const { return panes_; }
    [[nodiscard]] std::size_t windows() const { return windows_.size(); }

    struct Frozen {
        PaneStore::Frozen panes;
        struct Window {
            WindowIndex index;
            std::uint8_t flags;
            std::vector<KeyId> present;
        };
        std::vector<Window> windows;
        WindowIndex next_to_close;
        WindowIndex next_to_end;
    };
    [[nodiscard]] Frozen freeze() const;
    static void save(const Frozen& frozen, ByteWriter& writer);
    void load(ByteReader& reader);

private:
    struct Window {
        bool emitted = false;  // All its groups have been looked at once: from then on those that are touched suffice.
        bool closed = false;   // The watermark has passed its end.
        std::unordered_set<KeyId> present;  // Rows that readers have; kept for views with HAVING alone.
    };

    [[nodiscard]] std::optional<WindowIndex> next_window(WindowIndex from) const;
    [[nodiscard]] bool shows_all_early() const;
    void emit_early(const Times& times, RowSink& sink);
    void emit_corrections(WindowIndex closed_before, RowSink& sink);
    void close_windows(std::int64_t watermark, RowSink& sink);
    void end_windows(std::int64_t watermark, RowSink& sink);
    void emit_window(WindowIndex index, Window& window, bool final, RowSink& sink);
    void collect_touched(PaneRange panes, bool closed);
    void collect_all(std::span<const PaneTable* const> tables);
    void assemble(std::span<const PaneTable* const> tables);
    void evict(std::int64_t watermark);

    const ViewPtr view_;
    PaneStore panes_;
    WindowRows rows_;
    std::map<WindowIndex, Window> windows_;      // Those that something was emitted of and that are not at their end.
    WindowIndex next_to_close_ = INT64_MIN / 8;  // Windows before it are closed,
    WindowIndex next_to_end_ = INT64_MIN / 8;    // and those before this one are final and gone.

    // Scratch.
    std::vector<KeyId> chosen_;         // The groups that are emitted.
    std::vector<std::uint32_t> place_;  // Of a key in chosen_; by key.
    std::vector<std::uint32_t> cells_, from_, to_;
    std::vector<std::uint8_t> shown_;
    std::unique_ptr<PaneTable> sum_;
};

}  // namespace sf::engine
