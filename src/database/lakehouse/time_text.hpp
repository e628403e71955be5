// Times as JSON strings, for all that DuckDB can hold: years far beyond 9999, infinities.
#pragma once

#include <cstdint>
#include <string>

namespace sf::database {

/// "2015-05-17T10:05:03.123456Z" with as many fraction digits as are needed; "infinity", "-infinity". Years outside
/// 0000 to 9999 have a sign and as many digits as they need (ISO 8601's expanded form).
void append_timestamp(std::string& out, std::int64_t micros);

/// "2015-05-17".
void append_date(std::string& out, std::int32_t days);

}  // namespace sf::database
