// Times as JSON strings, for all that DuckDB can hold: years far beyond 9999, infinities, intervals.
#pragma once

#include <cstdint>
#include <string>

namespace sf::database {

enum class TimeUnit { seconds, milliseconds, microseconds, nanoseconds };

/// "2015-05-17T10:05:03.123456Z" with as many fraction digits as are needed; "infinity", "-infinity". Years outside
/// 0000 to 9999 have a sign and as many digits as they need (ISO 8601's expanded form).
void append_timestamp(std::string& out, std::int64_t value, TimeUnit unit);

/// "2015-05-17".
void append_date(std::string& out, std::int32_t days);

/// "10:05:03.5".
void append_time(std::string& out, std::int64_t micros);

/// "10:05:03+02:00"; `offset` in seconds.
void append_time_tz(std::string& out, std::int64_t micros, std::int32_t offset);

/// As PostgreSQL shows it: "1 year 2 mons 3 days 04:05:06".
void append_interval(std::string& out, std::int32_t months, std::int32_t days, std::int64_t micros);

}  // namespace sf::database
