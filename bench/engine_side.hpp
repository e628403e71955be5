// The engine from batches in memory, stage 1 and stage 2 on one core, without threads or a log.
#pragma once

#include "engine/view.hpp"
#include "models/event_batch.hpp"
#include "sql/tables/reference_table.hpp"

#include <span>
#include <string>
#include <vector>

namespace sf::bench {

/// The view of a statement; ends the program where it is refused.
[[nodiscard]] engine::ViewPtr view_of(const std::string& sql, engine::ViewNumber number = 1,
                                      const sql::TableCatalog& tables = sql::no_tables());

struct EngineAnswer {
    std::size_t rows = 0;  // Final ones.
    double seconds = 0;    // Of the processor: other programs on the machine hardly matter.
};

/// All batches, then a flush. The median of some runs.
[[nodiscard]] EngineAnswer run_views(std::span<const models::EventBatchPtr> batches,
                                     std::span<const std::string> statements, std::size_t repeats,
                                     const sql::TableCatalog& tables = sql::no_tables());

}  // namespace sf::bench
