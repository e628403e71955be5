// DuckDB beside the engine: a database in memory with one thread, which answers the same questions over the same events
// at rest. Ends the program where DuckDB refuses something: a benchmark has nothing to compare with then.
#pragma once

#include "models/event_batch.hpp"

#include <duckdb.h>

#include <span>
#include <string>

namespace sf::bench {

class DuckSide {
public:
    DuckSide();
    ~DuckSide();
    DuckSide(const DuckSide&) = delete;
    DuckSide& operator=(const DuckSide&) = delete;

    /// Makes the table `events` ("timestamp" in UTC without a zone, type, source, user_id, data as JSON text), as the
    /// events are stored.
    void load(std::span<const models::EventBatchPtr> batches);

    void run(const std::string& sql);

    struct Answer {
        std::size_t rows = 0;
        double seconds = 0;  // Of the processor.
    };
    /// The median of some runs.
    [[nodiscard]] Answer time(const std::string& sql, std::size_t repeats);

private:
    duckdb_database database_ = nullptr;
    duckdb_connection connection_ = nullptr;
};

}  // namespace sf::bench
