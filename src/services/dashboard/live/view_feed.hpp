// One client's subscription to a view: first the rows that are there, then each change, of several to one row the
// newest. What it owes the client is bounded however slowly that reads. Pure: the hub's thread calls it and says what
// time it is.
#pragma once

#include "services/dashboard/live/live_message.hpp"
#include "services/dashboard/live/live_row.hpp"
#include "services/dashboard/view_catalog.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sf::dashboard {

class ViewFeed {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::milliseconds kFrameInterval{100};
    static constexpr std::size_t kFrameBytes = 512u << 10;    // A frame ends with the row that reaches it.
    static constexpr std::size_t kChangesHeldMax = 1000;      // For a client that takes no frames,
    static constexpr std::size_t kChangesMax = kViewRowsMax;  // and for any: above, it gets the whole view again.

    ViewFeed(std::string id, WatchView watch, CatalogView view);

    [[nodiscard]] const std::string& id() const { return id_; }
    [[nodiscard]] const WatchView& watch() const { return watch_; }
    [[nodiscard]] const CatalogView& view() const { return view_; }

    /// Whether the rows that are there have to be read. Then asked() is called first, so that no change between the
    /// reading and snapshot() is missed.
    [[nodiscard]] bool wants_snapshot() const { return state_ == State::wanting; }
    void asked() { state_ = State::asked; }
    void snapshot(std::vector<LiveRowPtr> rows);

    /// A change of the view, in the order of the log.
    void offer(const LiveRowPtr& row);

    /// The next frame, if there is something to say and it is time; else an empty text.
    [[nodiscard]] std::string take_frame(TimePoint now);

    /// The client takes no frame now. Too many changes are not kept for it: it gets the view anew.
    void hold_back();

    /// Forgets what it has: the client gets the view anew.
    void start_over();

    /// Memory of rows that belong to this feed alone.
    [[nodiscard]] std::size_t backlog_bytes() const { return backlog_bytes_; }

private:
    enum class State { wanting, asked, live };

    void forget();
    void take_backlog(std::string& frame);
    void take_changes(std::string& frame);

    const std::string id_;
    const WatchView watch_;
    const CatalogView view_;
    State state_ = State::wanting;
    bool snapshot_due_ = false;  // The next frame is the first one of a snapshot.
    bool missed_ = false;        // Changes were dropped while the snapshot was read.
    TimePoint last_frame_{};

    // Rows of the snapshot that are not sent yet, from backlog_next_ on. They go before all changes.
    std::vector<LiveRowPtr> backlog_;
    std::size_t backlog_next_ = 0;
    std::size_t backlog_bytes_ = 0;

    // Changes that are not sent yet: the newest of each identity, in the order in which the identities came.
    std::map<std::uint64_t, LiveRowPtr> changes_;
    std::unordered_map<std::string_view, std::uint64_t> change_of_;  // By identity; points into the rows of changes_.
    std::uint64_t next_change_ = 0;
};

}  // namespace sf::dashboard
