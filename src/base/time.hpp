// Points in time as StreamFlow keeps them: microseconds since 1970 in UTC, without leap seconds. Text is RFC 3339.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sf {

using Duration = std::chrono::microseconds;
using Timestamp = std::chrono::sys_time<Duration>;

[[nodiscard]] constexpr Timestamp timestamp_from_micros(std::int64_t micros) { return Timestamp{Duration{micros}}; }
[[nodiscard]] constexpr std::int64_t to_micros(Timestamp time) { return time.time_since_epoch().count(); }

/// "2015-05-17T10:05:03.123456Z": RFC 3339 section 5.6, years 0000 to 9999, any offset, `T` or a space between date and
/// time. Digits past the microsecond are cut off. A leap second (":60") is read as the second after it. Nothing for
/// anything else.
[[nodiscard]] std::optional<Timestamp> parse_rfc3339(std::string_view text);

/// "2015-05-17T10:05:03Z", with as many of six fraction digits as are needed.
[[nodiscard]] std::string format_rfc3339(Timestamp time);

/// "2015-05-17": the day of `time` in UTC.
[[nodiscard]] std::string format_day(Timestamp time);

/// "250ms", "30s", "5m", "1h", "7d"; whole numbers only. Nothing for anything else.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);

/// "1.5 s", "12 ms": for people.
[[nodiscard]] std::string format_duration(Duration duration);

}  // namespace sf
