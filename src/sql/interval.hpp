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

}  // namespace sf::sql
