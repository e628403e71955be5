// The latest points of a view, newest windows first: those in memory, and from files as many more as are asked for.
#pragma once

#include "database/lakehouse/duck.hpp"
#include "database/lakehouse/parquet_writer.hpp"
#include "database/lakehouse/points/point_catalog.hpp"

#include <condition_variable>
#include <mutex>
#include <string_view>
#include <vector>

namespace sf::database {

/// Any thread; files are read by two at a time, the others wait.
class PointReader {
public:
    /// `at_step` is told "points.read" before each page of rows from files; may be empty.
    explicit PointReader(AtStep at_step) : at_step_(std::move(at_step)) {}

    /// Files are read on the DuckDB of `writer`, which has been started.
    [[nodiscard]] Result<> start(ParquetWriter& writer);

    /// Waits for those who read, which end with the page they are at; later ones are refused, and all that have not
    /// ended get `unavailable`.
    void stop();

    /// As PointStore::latest_points(), of what the catalog found.
    [[nodiscard]] Result<std::vector<models::MetricPoint>> read(std::string_view view, const PointFilter& filter,
                                                                const PointCatalog::Latest& latest);

private:
    [[nodiscard]] Result<> begin_page();

    const AtStep at_step_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopped_ = true;                        // Under mutex_.
    unsigned reading_ = 0;                       // Under mutex_: connections in use.
    std::vector<duck::Connection> connections_;  // Under mutex_: those that are free.
};

}  // namespace sf::database
