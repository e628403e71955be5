#include "database/lakehouse/points/live_points.hpp"

#include "models/json_member.hpp"

#include <algorithm>

namespace sf::database {
namespace {

// Of a node of the index, an allocation, and a shared pointer's counts.
constexpr std::uint64_t kIndexCost = 112;

std::uint64_t text_cost(const std::string& text) { return text.size() > 15 ? text.size() + 17 : 0; }

}  // namespace

std::uint64_t LivePoint::cost(const models::MetricPoint& point) {
    return sizeof(LivePoint) + kIndexCost + text_cost(point.view) + text_cost(point.keys) + text_cost(point.values);
}

std::int64_t window_length(const models::MetricPoint& point) {
    if (!point.window_start || !point.window_end) return 0;
    std::int64_t length = 0;
    if (__builtin_sub_overflow(to_micros(*point.window_end), to_micros(*point.window_start), &length)) return INT64_MAX;
    return std::max<std::int64_t>(length, 0);
}

bool has_keys(const models::MetricPoint& point, const PointFilter& filter) {
    return std::ranges::all_of(filter.keys, [&](const auto& wanted) {
        const auto value = models::json_member(point.keys, wanted.first);
        return value && models::json_value_text(*value) == wanted.second;
    });
}

bool matches(const models::MetricPoint& point, const PointFilter& filter) {
    if (point.window_start) {
        if (filter.to && *point.window_start >= *filter.to) return false;
        if (filter.from && point.window_end.value_or(*point.window_start) <= *filter.from) return false;
    }
    return has_keys(point, filter);
}

void LivePoints::assume_stored(const std::string& view, std::int64_t start_greatest) {
    std::int64_t& whole_from = views_[view].whole_from;
    whole_from = std::max(whole_from, start_greatest == INT64_MAX ? INT64_MAX : start_greatest + 1);
}

void LivePoints::add(const models::MetricPoint& point) {
    auto found = views_.find(point.view);
    if (found == views_.end()) found = views_.try_emplace(point.view).first;
    View& view = found->second;
    view.longest = std::max(view.longest, window_length(point));
    const auto at = view.entries.lower_bound(Identity{point.window_start, point.keys});
    const bool known = at != view.entries.end() && (*at->point)->window_start == point.window_start &&
                       (*at->point)->keys == point.keys;
    if (known && !point.replaces(**at->point)) return;
    auto made = std::make_shared<const LivePoint>(budget_, point);
    bytes_ += made->cost();
    unflushed_bytes_ += made->cost();
    if (!known) {
        view.entries.emplace_hint(at, Entry{std::move(made), kUnflushed});
        ++size_;
        return;
    }
    bytes_ -= at->point->cost();
    if (at->flushed == kUnflushed) unflushed_bytes_ -= at->point->cost();
    at->point = std::move(made);
    at->flushed = kUnflushed;
}

std::vector<LivePointPtr> LivePoints::unflushed(const std::set<std::string, std::less<>>* views) const {
    std::vector<LivePointPtr> points;
    for (const auto& [name, view] : views_) {
        if (views != nullptr && !views->contains(name)) continue;
        for (const Entry& entry : view.entries) {
            if (entry.flushed == kUnflushed) points.push_back(entry.point);
        }
    }
    return points;
}

void LivePoints::mark_flushed(std::span<const LivePointPtr> points) {
    for (const LivePointPtr& point : points) {
        const auto view = views_.find((*point)->view);
        if (view == views_.end()) continue;
        const auto entry = view->second.entries.find(Identity{(*point)->window_start, (*point)->keys});
        if (entry == view->second.entries.end() || entry->point != point) continue;
        entry->flushed = flushes_;
        unflushed_bytes_ -= point->cost();
    }
    ++flushes_;
}

LivePoints::Entries::iterator LivePoints::erase(View& view, Entries::iterator entry) {
    --size_;
    bytes_ -= entry->point->cost();
    if (entry->flushed == kUnflushed) unflushed_bytes_ -= entry->point->cost();
    return view.entries.erase(entry);
}

void LivePoints::erase_flushed(const std::function<bool(const Entry&)>& wanted, bool leaves_gap) {
    for (auto& [name, view] : views_) {
        for (auto at = view.entries.begin(); at != view.entries.end();) {
            if (at->flushed == kUnflushed || !wanted(*at)) {
                ++at;
                continue;
            }
            const std::int64_t start = start_key(**at->point);
            if (leaves_gap) view.whole_from = std::max(view.whole_from, start == INT64_MAX ? start : start + 1);
            at = erase(view, at);
        }
    }
}

void LivePoints::evict(std::uint64_t bytes) {
    std::map<std::uint64_t, std::uint64_t> sizes;  // By flush.
    for (const auto& [name, view] : views_) {
        for (const Entry& entry : view.entries) {
            if (entry.flushed != kUnflushed) sizes[entry.flushed] += entry.point->cost();
        }
    }
    if (sizes.empty()) return;
    std::uint64_t last = 0;
    std::uint64_t gone = 0;
    for (const auto& [flush, size] : sizes) {
        last = flush;
        gone += size;
        if (gone >= bytes) break;
    }
    erase_flushed([&](const Entry& entry) { return entry.flushed <= last; }, true);
}

void LivePoints::drop_before(Timestamp end) {
    erase_flushed([&](const Entry& entry) { return (*entry.point)->window_end && *(*entry.point)->window_end < end; },
                  false);
}

void LivePoints::forget(std::string_view name) {
    const auto found = views_.find(name);
    if (found == views_.end()) return;
    for (auto at = found->second.entries.begin(); at != found->second.entries.end();) at = erase(found->second, at);
    views_.erase(found);
}

LivePoints::Latest LivePoints::latest(std::string_view name, const PointFilter& filter) const {
    Latest latest;
    const auto found = views_.find(name);
    if (found == views_.end()) return latest;
    const View& view = found->second;
    latest.whole_from = view.whole_from;
    // The first entry whose window begins before `to`.
    const auto before = [&](std::int64_t to) {
        const auto start = to == INT64_MIN ? std::nullopt : std::optional(timestamp_from_micros(to - 1));
        return view.entries.lower_bound(Identity{start, {}});
    };
    const std::int64_t to = filter.to ? to_micros(*filter.to) : INT64_MAX;
    // Windows that begin at `ended` or before are over when the filter's range begins.
    std::int64_t ended = 0;
    const bool some_ended = filter.from && !__builtin_sub_overflow(to_micros(*filter.from), view.longest, &ended);
    auto at = filter.to ? before(to) : view.entries.begin();
    for (; at != view.entries.end() && (*at->point)->window_start; ++at) {
        const models::MetricPoint& point = **at->point;
        if (latest.whole.size() == filter.limit) return latest;
        if (start_key(point) < view.whole_from || (some_ended && start_key(point) <= ended)) break;
        if (!point.deleted && matches(point, filter)) latest.whole.push_back(at->point);
    }
    if (view.whole_from == INT64_MIN) {
        for (at = before(INT64_MIN); at != view.entries.end() && latest.whole.size() < filter.limit; ++at) {
            if (!(*at->point)->deleted && has_keys(**at->point, filter)) latest.whole.push_back(at->point);
        }
        return latest;
    }
    // A newer point in memory may hide one in a file that would match, so their ends are not looked at yet.
    for (at = before(std::min(to, view.whole_from)); at != view.entries.end(); ++at) {
        if (has_keys(**at->point, filter)) latest.rest.push_back(at->point);
    }
    return latest;
}

void LivePoints::clear() {
    views_.clear();
    size_ = bytes_ = unflushed_bytes_ = 0;
}

}  // namespace sf::database
