// Live batches as a table of DuckDB. The table function hands out columns straight from the batches' memory: no copy of
// any text longer than 12 bytes. Which batches a connection sees is set beforehand by connection, so no SQL can name
// another query's snapshot.
#pragma once

#include "database/lakehouse/duck.hpp"
#include "database/lakehouse/live_events.hpp"
#include "database/lakehouse/shown.hpp"

#include <memory>

namespace sf::database {

/// The columns of `events`, in order, for SELECT lists.
inline constexpr const char* kEventColumns =
    R"(id, type, source, "timestamp", received_at, severity, user_id, correlation_id, tags, data)";

/// One per DuckDB instance, shared with the function's registration there. Any thread.
class LiveScan : public Shown<LiveSnapshot>, public std::enable_shared_from_this<LiveScan> {
public:
    static constexpr const char* kFunction = "streamflow_live";

    /// Registers the function in the instance of `connection`.
    [[nodiscard]] Result<> install(const duck::Connection& connection);
};

using ShownSnapshot = ShownHere<LiveSnapshot>;

}  // namespace sf::database
