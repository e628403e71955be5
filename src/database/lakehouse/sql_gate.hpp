// What ad-hoc SQL may say. DuckDB, however locked down, still obeys COPY ... TO, lets a SELECT call functions that
// change its settings or read files, follows symbolic links inside its allowed folders, and builds lists of any length
// outside its memory limit. So a query is looked at before it is bound: its first word, and then every table and
// function in its syntax tree.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sf::database {

inline constexpr std::size_t kSqlBytesMax = 256u << 10;
inline constexpr const char* kTablesHint =
    "the tables are events, metrics, late_events, and each view and reference table by its name";

/// Refuses what does not begin as a SELECT does, with a clear word for what it is. `invalid_input`.
[[nodiscard]] Result<> check_sql_begin(std::string_view sql);

/// Tables that a query names, in its own spelling; some may be made by the query itself (WITH).
struct SqlTables {
    std::vector<std::string> names;
};

/// Refuses tables that are files or DuckDB's own, table functions other than a few harmless ones, and functions that
/// reach outside the query or can use any amount of memory. `tree` is what json_serialize_sql() gives for `sql`.
/// `invalid_input`.
[[nodiscard]] Result<SqlTables> check_sql_tree(std::string_view sql, std::string_view tree);

}  // namespace sf::database
