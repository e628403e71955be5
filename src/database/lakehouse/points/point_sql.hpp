// The SELECTs over points and late events, in files and in memory, that everything here is made of. Text for DuckDB.
#pragma once

#include "database/lakehouse/points/point_manifest.hpp"
#include "database/lakehouse/points/point_scan.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sf::database {

/// What there is at one moment. Keeps its files and rows in being while it lives.
struct PointSnapshot {
    std::vector<PointFilePtr> files;
    std::shared_ptr<const PointRows> live =
        std::make_shared<PointRows>();  // In no file yet. Shared with DuckDB's plan of a query.
    std::shared_ptr<const LateRows> late = std::make_shared<LateRows>();  // The same.
    DroppedViews dropped;
};

/// "name" in double quotes.
[[nodiscard]] std::string quoted_name(std::string_view name);

/// All rows of these files that still count; of one view alone, where it is given. Nothing for no files.
[[nodiscard]] std::optional<std::string> stored_rows(std::span<const PointFilePtr> files, std::string_view columns,
                                                     const DroppedViews& dropped,
                                                     std::optional<std::string_view> view = {});

/// Of all rows of files that still count, the newest of each identity, tombstones too, with kPointColumns. However many
/// there are. Nothing for no files.
[[nodiscard]] std::optional<std::string> newest_stored_rows(std::span<const PointFilePtr> files,
                                                            const DroppedViews& dropped);

/// The latest point of each identity that is not deleted, with kPointColumns; of one view alone, where it is given.
[[nodiscard]] std::string latest_points_sql(const PointSnapshot& snapshot, std::optional<std::string_view> view = {});

/// Each late event of a view once, with kLateColumns.
[[nodiscard]] std::string late_events_sql(const PointSnapshot& snapshot);

}  // namespace sf::database
