// Partials become windows, and windows rows: the windows of one view in one shard, whatever their kind. Which are open,
// which are due, what of them has been emitted. Those of panes are in pane_windows, sessions in session_windows.
#pragma once

#include "engine/settled.hpp"
#include "engine/shard_keys.hpp"
#include "engine/window_rows.hpp"

#include <algorithm>
#include <memory>

namespace sf::engine {

/// One thread.
class ViewWindows {
public:
    explicit ViewWindows(ViewPtr view) : view_(std::move(view)) {}
    virtual ~ViewWindows() = default;
    ViewWindows(const ViewWindows&) = delete;
    ViewWindows& operator=(const ViewWindows&) = delete;

    /// What the shard knows of time, for this view.
    struct Times {
        std::int64_t watermark = kTimeMin;  // The least of the partitions'.
        std::int64_t reached = kTimeMin;    // The greatest time of any event.
    };

    /// Takes the cells whose keys belong to this shard.
    virtual Merged merge(const Partials& partials) = 0;

    /// The watermark at which emit() may have something to do, whatever the ticks; kTimeMax for never.
    [[nodiscard]] virtual std::int64_t due_at() const = 0;

    /// Emits what is due: windows that close or become final, corrections, and early results where `early`. Forgets
    /// what no window needs.
    virtual void emit(const Times& times, bool early, RowSink& sink) = 0;

    /// Emits every window that has events, as final, whatever the watermark: a flush. They stay, and events that still
    /// come correct them.
    virtual void flush(RowSink& sink) = 0;

    /// Windows before this one are over, and all their rows are given, once everything is emitted that is due at this
    /// watermark. Only where windows end in their order: not of sessions.
    [[nodiscard]] virtual WindowIndex settled_before(std::int64_t watermark) const {
        static_cast<void>(watermark);
        return kNothingSettled;
    }

    /// While the state is larger than state_max: cells of groups that are not known yet are left out.
    virtual void refuse_new_groups(bool refuse) = 0;

    /// It has come from another shard.
    virtual void move_keys_to(KeySpacePtr space) = 0;

    /// Windows that end at `until` or before are closed, though the view that they were filled as does not say so: that
    /// one was of history.
    void close_until(std::int64_t until) { filled_until_ = std::max(filled_until_, until); }

    [[nodiscard]] const View& view() const { return *view_; }
    [[nodiscard]] virtual std::size_t groups() const = 0;
    [[nodiscard]] virtual std::size_t pieces() const = 0;  // Panes, or sessions.
    [[nodiscard]] virtual std::size_t bytes() const = 0;

    /// Whether a snapshot has what changed and was not given yet. Where it has not, emit() is called with `early`
    /// before the snapshot, so that nothing that changed is forgotten.
    [[nodiscard]] virtual bool keeps_changes() const { return false; }

    /// Whether something changed since the last early results; asked after load().
    [[nodiscard]] virtual bool has_changes() const { return false; }

    /// State that shares its tables, for save() on another thread while the windows go on.
    class Frozen {
    public:
        virtual ~Frozen() = default;
        virtual void save(ByteWriter& writer) const = 0;
    };
    [[nodiscard]] virtual std::unique_ptr<const Frozen> freeze() const = 0;
    virtual void load(ByteReader& reader) = 0;

protected:
    const ViewPtr view_;
    std::int64_t filled_until_ = kTimeMin;
};

[[nodiscard]] std::unique_ptr<ViewWindows> make_view_windows(ViewPtr view, std::size_t shard, std::size_t shards,
                                                             KeySpaces& spaces);

}  // namespace sf::engine
