// Panes become windows: those of TUMBLE and HOP, and the one window of a running total. One view in one shard.
#pragma once

#include "engine/pane_store.hpp"
#include "engine/view_windows.hpp"

#include <map>
#include <vector>

namespace sf::engine {

/// Windows of a view with more open at once than this show early results only in the one that ends next
/// (docs/views.md).
inline constexpr std::int64_t kEarlyWindowsMax = 32;

/// One thread.
class PaneWindows final : public ViewWindows {
public:
    PaneWindows(ViewPtr view, std::size_t shard, std::size_t shards, KeySpacePtr space);

    Merged merge(const Partials& partials) override;
    [[nodiscard]] std::int64_t due_at() const override;
    void emit(const Times& times, bool early, RowSink& sink) override;
    void flush(RowSink& sink) override;
    [[nodiscard]] WindowIndex settled_before(std::int64_t watermark) const override;

    void refuse_new_groups(bool refuse) override { panes_.refuse_new_groups(refuse); }
    void move_keys_to(KeySpacePtr space) override { panes_.move_keys_to(std::move(space)); }
    [[nodiscard]] std::size_t groups() const override { return panes_.keys().size(); }
    [[nodiscard]] std::size_t pieces() const override { return panes_.panes(); }
    [[nodiscard]] std::size_t bytes() const override { return panes_.bytes(); }
    [[nodiscard]] bool keeps_changes() const override { return true; }
    [[nodiscard]] bool has_changes() const override { return !panes_.touched().empty(); }
    [[nodiscard]] std::unique_ptr<const Frozen> freeze() const override;
    void load(ByteReader& reader) override;

private:
    struct Window {
        bool emitted = false;  // All its groups have been looked at once: from then on those that are touched suffice.
        bool closed = false;   // The watermark has passed its end.
        GivenRows given;       // Kept for views with HAVING or ranks alone.
    };

    struct FrozenPanes;

    [[nodiscard]] std::optional<WindowIndex> next_window(WindowIndex from) const;
    [[nodiscard]] bool shows_all_early() const;
    void emit_early(const Times& times, RowSink& sink);
    void emit_corrections(WindowIndex closed_before, RowSink& sink);
    void close_windows(std::int64_t watermark, RowSink& sink);
    void end_windows(std::int64_t watermark, RowSink& sink);
    void emit_window(WindowIndex index, Window& window, bool final, RowSink& sink);
    void collect_touched(PaneRange panes, bool closed);
    void collect_all(std::span<const PaneTable* const> tables);
    void emit_ranked(const WindowRows::Frame& frame, std::span<const PaneTable* const> tables, GivenRows& given,
                     RowSink& sink);
    void assemble(std::span<const PaneTable* const> tables);
    void evict(std::int64_t watermark);
    void mark_given(std::vector<bool>& used) const;
    void renumber(const std::vector<KeyId>& moved);

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
