#include "services/analytics/unconfirmed_rows.hpp"

#include "services/analytics/point_publisher.hpp"

#include <algorithm>

namespace sf::analytics {

Result<> UnconfirmedRows::collect(messaging::Log& log, const std::map<std::uint32_t, RowMark>& marks,
                                  const std::function<bool(std::string_view view)>& concerns) {
    if (marks.empty()) return {};
    SF_ASSIGN(const messaging::OffsetRange range, log.range(kMetricsTopic, 0));
    messaging::Offset next = range.end;
    for (const auto& [shard, mark] : marks) next = std::min(next, std::max(mark.from, range.begin));
    std::lock_guard lock(mutex_);
    while (next < range.end) {
        SF_ASSIGN(const std::vector<messaging::StoredRecord> records, log.read(kMetricsTopic, 0, next, {}));
        if (records.empty()) break;
        next = records.back().offset + 1;
        for (const messaging::StoredRecord& record : records) {
            if (record.record.points == nullptr) continue;
            const auto mark = marks.find(record.record.points->shard);
            if (mark == marks.end()) continue;
            for (const models::MetricPoint& point : record.record.points->points) {
                if (std::tie(point.epoch, point.version) <= std::tie(mark->second.epoch, mark->second.version))
                    continue;
                if (!concerns(point.view)) continue;
                const auto [known, made] = rows_.try_emplace({point.view, point.keys, point.window_start}, point);
                if (!made && point.replaces(known->second)) known->second = point;
            }
        }
    }
    std::erase_if(rows_, [](const auto& row) { return row.second.final || row.second.deleted; });
    empty_.store(rows_.empty(), std::memory_order_release);
    return {};
}

void UnconfirmedRows::confirm(std::span<const models::MetricPoint> points) {
    if (empty()) return;
    std::lock_guard lock(mutex_);
    for (const models::MetricPoint& point : points) rows_.erase({point.view, point.keys, point.window_start});
    empty_.store(rows_.empty(), std::memory_order_release);
}

std::vector<models::MetricPoint> UnconfirmedRows::take_back(std::uint32_t epoch) {
    std::vector<models::MetricPoint> tombstones;
    std::lock_guard lock(mutex_);
    for (auto& [identity, row] : rows_) {
        row.deleted = true;
        row.values = "{}";
        row.epoch = epoch;
        row.version = 0;
        tombstones.push_back(std::move(row));
    }
    rows_.clear();
    empty_.store(true, std::memory_order_release);
    return tombstones;
}

}  // namespace sf::analytics
