// Live points and late events as tables of DuckDB: functions that hand out rows straight from memory. In the order in
// which they are shown, by one thread: what is written to a file keeps that order.
#pragma once

#include "database/lakehouse/duck.hpp"
#include "database/lakehouse/points/live_late_events.hpp"
#include "database/lakehouse/points/live_points.hpp"
#include "database/lakehouse/shown.hpp"

#include <memory>
#include <vector>

namespace sf::database {

/// The columns of points and of late events in memory and in files, in order, for SELECT lists.
inline constexpr const char* kPointColumns =
    R"(view, keys, window_start, window_end, "values", final, deleted, epoch, version)";
inline constexpr const char* kLateColumns = R"(view, event_id, "timestamp", closed_until)";

using PointRows = std::vector<LivePointPtr>;

struct LateRows {
    std::vector<LiveLateEventsPtr> owners;
    std::vector<const models::LateEvent*> events;  // Of the owners.
};

/// One per DuckDB instance, shared with the functions' registrations there. Any thread.
class PointScan : public std::enable_shared_from_this<PointScan> {
public:
    static constexpr const char* kPointFunction = "streamflow_points";
    static constexpr const char* kLateFunction = "streamflow_late_events";

    /// Registers the functions in the instance of `connection`.
    [[nodiscard]] Result<> install(const duck::Connection& connection);

    Shown<PointRows> points;
    Shown<LateRows> late_events;
};

}  // namespace sf::database
