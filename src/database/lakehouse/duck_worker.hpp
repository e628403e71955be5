// A DuckDB of its own for one long job in the background: it takes no memory from queries and flushes, sorts on disk
// what does not fit into its own, and gives all of it back at the end. Internal to lakehouse/.
#pragma once

#include "database/lakehouse/duck.hpp"

#include <cstdint>
#include <filesystem>

namespace sf::database::duck {

struct WorkerOptions {
    std::filesystem::path temporary;  // Made where missing.
    std::uint64_t memory_bytes = 192u << 20;
    std::uint64_t spill_bytes = 4ull << 30;
};

class Worker {
public:
    [[nodiscard]] static Result<Worker> open(const WorkerOptions& options);

    [[nodiscard]] const Connection& connection() const { return connection_; }

    /// Ends the running statement with `cancelled`. One that comes between two statements is forgotten. Any thread.
    void interrupt() const { duckdb_interrupt(connection_.get()); }

private:
    Database database_;
    Connection connection_;  // Destroyed before the database.
};

}  // namespace sf::database::duck
