// Ad-hoc SQL: one SELECT, read-only for real, bounded in rows, bytes and time.
#pragma once

#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace sf::database {

struct QueryLimits {
    std::optional<std::uint64_t> rows_max;  // Nothing: no limit.
    std::uint64_t bytes_max = 64u << 20;    // Of `rows_json`.
    std::chrono::milliseconds time_max = std::chrono::seconds{30};
};

struct QueryColumn {
    std::string name;
    std::string type;  // As pg_typeof() has it: bigint, text, timestamp with time zone, numeric, jsonb, text[], ...
};

struct QueryResult {
    std::vector<QueryColumn> columns;
    std::string rows_json;  // The rows as one JSON array of arrays: exact integers and decimals, times as RFC 3339,
                            // JSON as JSON.
    std::uint64_t rows = 0;
    bool truncated = false;  // A limit on rows or bytes cut the result short.
};

class QueryEngine {
public:
    virtual ~QueryEngine() = default;

    /// Runs one SELECT on the tables `events` and, later, every view. Errors: `invalid_input` (detail has the position
    /// and a caret line), `timed_out`, `cancelled` (through `stop`), `overloaded` (too many at once). Blocks; any
    /// thread.
    [[nodiscard]] virtual Result<QueryResult> query(const std::string& sql, const QueryLimits& limits,
                                                    std::stop_token stop) = 0;
};

}  // namespace sf::database
