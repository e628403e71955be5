// PostgreSQL's interval: months, days and microseconds are kept apart, because their lengths differ.
#pragma once

#include <cstdint>

namespace sf::sql {

struct Interval {
    std::int32_t months = 0;
    std::int32_t days = 0;
    std::int64_t micros = 0;

    friend bool operator==(const Interval&, const Interval&) = default;
};

inline constexpr std::int64_t kMicrosPerDay = 86'400'000'000;

/// How long it is where lengths are compared: a month has 30 days, a day 24 hours. In microseconds.
[[nodiscard]] constexpr __int128 length_of(const Interval& interval) {
    return (static_cast<__int128>(interval.months) * 30 + interval.days) * kMicrosPerDay + interval.micros;
}

/// The form that all intervals of a length share: days and microseconds of one sign, with months only where the days
/// are too many for 32 bits. The length is that of an interval.
[[nodiscard]] constexpr Interval interval_of_length(__int128 length) {
    const auto days = static_cast<std::int64_t>(length / kMicrosPerDay);
    const auto micros = static_cast<std::int64_t>(length % kMicrosPerDay);
    if (const auto few = static_cast<std::int32_t>(days); few == days) return {0, few, micros};
    return {static_cast<std::int32_t>(days / 30), static_cast<std::int32_t>(days % 30), micros};
}

[[nodiscard]] constexpr Interval normalized(const Interval& interval) {
    return interval_of_length(length_of(interval));
}

}  // namespace sf::sql
