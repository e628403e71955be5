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

/// How long it is where lengths are compared: a month has 30 days, a day 24 hours.
[[nodiscard]] constexpr __int128 length_of(const Interval& interval) {
    constexpr std::int64_t kMicrosDay = 86'400'000'000;
    return (static_cast<__int128>(interval.months) * 30 + interval.days) * kMicrosDay + interval.micros;
}

/// One of the same length in the form that all of that length share.
[[nodiscard]] constexpr Interval normalized(const Interval& interval) {
    constexpr std::int64_t kMicrosDay = 86'400'000'000;
    const __int128 length = length_of(interval);
    const auto days = static_cast<std::int64_t>(length / kMicrosDay);
    return {static_cast<std::int32_t>(days / 30), static_cast<std::int32_t>(days % 30),
            static_cast<std::int64_t>(length % kMicrosDay)};
}

}  // namespace sf::sql
