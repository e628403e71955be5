// Local times of a time zone as UTC: fixed offsets, and the zones of the system's database (TZif files, RFC 8536).
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace sf::recording {

/// Immutable; any thread.
class TimeZone {
public:
    TimeZone() = default;  // UTC

    /// "UTC", "Z", "+01:00", "-0530", or a name such as "Europe/London". `invalid_input` for anything else.
    [[nodiscard]] static Result<TimeZone> find(std::string_view name,
                                               const std::filesystem::path& database = "/usr/share/zoneinfo");

    /// Seconds since 1970 in UTC of a local time given as if it were UTC. A time that occurs twice (clocks go back) is
    /// the first of the two; one that does not occur (clocks go forward) is read with the offset before the change.
    [[nodiscard]] std::int64_t to_utc(std::int64_t local_seconds) const;

private:
    struct Change {
        std::int64_t at;      // UTC seconds from which on
        std::int64_t offset;  // this many seconds are added to UTC.
    };
    [[nodiscard]] static Result<TimeZone> read_tzif(std::string_view name, std::string_view file);

    std::int64_t offset_first_ = 0;  // Before the first change.
    std::vector<Change> changes_;    // Ascending.
};

}  // namespace sf::recording
