// Stage 1 of a view over a view: rows of the view that it reads become partials, as events do in partial_fold. Keeps
// nothing between calls, and no row is late (docs/decisions/0015-a-view-over-a-view-reads-windows-that-are-over.md).
#pragma once

#include "engine/aggregate_fold.hpp"
#include "sql/stored_rows.hpp"

#include <memory>
#include <span>
#include <vector>

namespace sf::engine {

/// One thread.
class ViewRowFold {
public:
    explicit ViewRowFold(ViewPtr view);

    /// Of rows that have windows, as they are stored.
    [[nodiscard]] std::vector<Partials> fold(std::span<const models::MetricPoint> rows);

private:
    [[nodiscard]] Partials fold_some(std::span<const models::MetricPoint> rows);

    const ViewPtr view_;
    sql::StoredRows stored_;
    sql::EventEvaluator evaluator_{sql::EventEvaluator::Over::view_rows};
    BatchKeys keys_;
    EventGroups groups_;
    std::unique_ptr<EventCells> cells_;
    std::vector<AggregateFold> aggregates_;
    AggregateFold::Scratch scratch_;
    std::vector<sql::StoredRows::Row> rows_;
    std::vector<std::int64_t> times_;
};

}  // namespace sf::engine
