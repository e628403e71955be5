// The rows of views that are in memory: for each identity the latest point that came. Those that are in no file yet
// stay until they are; those that are in one stay as long as there is room, so that what is recent is answered without
// reading a file.
#pragma once

#include "database/lakehouse/live_events.hpp"
#include "database/point_store.hpp"
#include "models/metric_point.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sf::database {

/// Counted in the budget while it lives. Immutable.
class LivePoint {
public:
    LivePoint(std::shared_ptr<LiveBudget> budget, const models::MetricPoint& point)
        : budget_(std::move(budget)), point_(point), cost_(cost(point)) {
        budget_->take(cost_);
    }
    ~LivePoint() { budget_->give_back(cost_, false); }
    LivePoint(const LivePoint&) = delete;
    LivePoint& operator=(const LivePoint&) = delete;

    /// What a point counts for: itself, its texts, and its place in the index.
    [[nodiscard]] static std::uint64_t cost(const models::MetricPoint& point);

    [[nodiscard]] const models::MetricPoint& operator*() const { return point_; }
    [[nodiscard]] const models::MetricPoint* operator->() const { return &point_; }
    [[nodiscard]] std::uint64_t cost() const { return cost_; }

private:
    std::shared_ptr<LiveBudget> budget_;  // Shared with the store; a pinned point may outlive it.
    models::MetricPoint point_;
    std::uint64_t cost_;
};

using LivePointPtr = std::shared_ptr<const LivePoint>;  // Shared by the index and pinned snapshots.

/// window_start as a number to sort by; a running total's is before all others.
[[nodiscard]] inline std::int64_t start_key(const models::MetricPoint& point) {
    return point.window_start ? to_micros(*point.window_start) : INT64_MIN;
}

/// How long the window is; 0 for a running total. Saturated.
[[nodiscard]] std::int64_t window_length(const models::MetricPoint& point);

/// Whether a point of the view is one that the filter asks for, but for its limit.
[[nodiscard]] bool matches(const models::MetricPoint& point, const PointFilter& filter);
[[nodiscard]] bool has_keys(const models::MetricPoint& point, const PointFilter& filter);

/// One thread at a time.
class LivePoints {
public:
    explicit LivePoints(std::shared_ptr<LiveBudget> budget) : budget_(std::move(budget)) {}

    /// Files hold points of the view with such starts: from what is above them on, memory will have all.
    void assume_stored(const std::string& view, std::int64_t start_greatest);

    /// Ignores a point that is no newer than the one that is here.
    void add(const models::MetricPoint& point);

    /// Points that are in no file, of these views or of all, by view, newest windows first.
    [[nodiscard]] std::vector<LivePointPtr> unflushed(const std::set<std::string, std::less<>>* views) const;

    /// They are in files now.
    void mark_flushed(std::span<const LivePointPtr> points);

    /// Lets go of points that are in files, those that have been there longest first, until about so many bytes are
    /// gone.
    void evict(std::uint64_t bytes);

    /// Lets go of points that are in files and whose windows ended before.
    void drop_before(Timestamp end);

    /// Lets go of all points of a view. No file has any that count, either.
    void forget(std::string_view view);

    /// What is here of a view, newest windows first, then by keys.
    struct Latest {
        std::vector<LivePointPtr> whole;  // As many as the filter wants, from where memory has all: no tombstones.
        std::vector<LivePointPtr> rest;   // All from below there that may match, tombstones included.
        std::int64_t whole_from =
            INT64_MIN;  // Of windows that begin here or later, no file has anything newer or else.
    };
    [[nodiscard]] Latest latest(std::string_view view, const PointFilter& filter) const;

    void clear();

    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    [[nodiscard]] std::uint64_t unflushed_bytes() const { return unflushed_bytes_; }

private:
    static constexpr std::uint64_t kUnflushed = UINT64_MAX;

    struct Entry {
        mutable LivePointPtr point;                  // Replaced by others of the same identity alone.
        mutable std::uint64_t flushed = kUnflushed;  // By which mark_flushed(), counted from 0.
    };
    struct Identity {
        std::optional<Timestamp> window_start;
        std::string_view keys;
    };
    struct NewestFirst {
        using is_transparent = void;
        static Identity of(const Entry& entry) { return {(*entry.point)->window_start, (*entry.point)->keys}; }
        static Identity of(const Identity& identity) { return identity; }
        template <class A, class B>
        bool operator()(const A& a, const B& b) const {
            const Identity x = of(a), y = of(b);
            if (x.window_start != y.window_start) return x.window_start > y.window_start;  // None is the least.
            return x.keys < y.keys;
        }
    };
    using Entries = std::set<Entry, NewestFirst>;
    struct View {
        Entries entries;
        std::int64_t whole_from = INT64_MIN;
        std::int64_t longest = 0;  // Window that ever came, in microseconds.
    };

    Entries::iterator erase(View& view, Entries::iterator entry);
    void erase_flushed(const std::function<bool(const Entry&)>& wanted, bool leaves_gap);

    std::shared_ptr<LiveBudget> budget_;
    std::map<std::string, View, std::less<>> views_;
    std::uint64_t size_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t unflushed_bytes_ = 0;
    std::uint64_t flushes_ = 0;
};

}  // namespace sf::database
