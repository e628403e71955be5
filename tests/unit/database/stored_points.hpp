// Metric points for the tests of stores, and records of topic `metrics` as the log would give them.
#pragma once

#include "database/point_store.hpp"
#include "unit/database/stored_events.hpp"

#include <string>
#include <vector>

namespace sf::database::testing {

/// Minutes after 2015-05-17T10:00:00Z.
inline Timestamp minute(int n) { return at("2015-05-17T10:00:00Z") + std::chrono::minutes{n}; }

struct TestPoint {
    std::string view = "clicks";
    std::string key = "a";          // Of the one key column, "k".
    std::optional<int> window = 0;  // The minute in which it begins; it lasts one. None: a running total.
    int n = 0;                      // Of the one value column, "n".
    std::uint64_t version = 1;
    std::uint32_t epoch = 1;
    bool deleted = false;
    bool final = false;
};

inline models::MetricPoint point_of(const TestPoint& test) {
    models::MetricPoint point;
    point.view = test.view;
    point.keys = R"({"k":")" + test.key + "\"}";
    if (test.window) {
        point.window_start = minute(*test.window);
        point.window_end = minute(*test.window + 1);
    }
    point.values = R"({"n":)" + std::to_string(test.n) + "}";
    point.final = test.final;
    point.deleted = test.deleted;
    point.epoch = test.epoch;
    point.version = test.version;
    return point;
}

inline messaging::StoredRecord record_of(messaging::Offset offset, std::vector<models::MetricPoint> points,
                                         std::vector<models::LateEvent> late_events = {}) {
    auto batch = std::make_shared<models::MetricBatch>();
    batch->points = std::move(points);
    batch->late_events = std::move(late_events);
    messaging::StoredRecord record;
    record.offset = offset;
    record.record.kind = messaging::RecordKind::points;
    record.record.points = std::move(batch);
    return record;
}

inline Result<> add(PointStore& store, messaging::Offset offset, const std::vector<TestPoint>& points) {
    std::vector<models::MetricPoint> made;
    for (const TestPoint& point : points) made.push_back(point_of(point));
    const std::vector<messaging::StoredRecord> records = {record_of(offset, std::move(made))};
    return store.add_points(0, records, soon());
}

/// "a@3=7 b@3=1 c=9": key, minute and n of each, in the order given.
inline std::string text_of(const std::vector<models::MetricPoint>& points) {
    std::string text;
    for (const models::MetricPoint& point : points) {
        if (!text.empty()) text += ' ';
        text += point.keys.substr(6, point.keys.size() - 8);
        if (point.window_start)
            text += '@' + std::to_string((*point.window_start - minute(0)) / std::chrono::minutes{1});
        text += '=' + point.values.substr(5, point.values.size() - 6);
    }
    return text;
}

inline std::string latest(PointStore& store, std::string_view view = "clicks", const PointFilter& filter = {}) {
    const auto points = store.latest_points(view, filter);
    return points ? text_of(*points) : "error: " + points.error().text();
}

inline ViewTable clicks_table() {
    return {"clicks",
            {{"k", "text", ViewTable::Source::key},
             {"window_start", "timestamptz", ViewTable::Source::window_start},
             {"window_end", "timestamptz", ViewTable::Source::window_end},
             {"n", "bigint", ViewTable::Source::value}}};
}

}  // namespace sf::database::testing
