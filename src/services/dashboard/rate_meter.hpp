// How fast a counter rises: over the last few seconds, from samples of its total. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>

namespace sf::dashboard {

class RateMeter {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::seconds kSpan{5};

    /// In the order of time. A total that falls (another source took its place) starts anew.
    void sample(TimePoint at, std::uint64_t total);

    /// Between the newest sample and the oldest of the last kSpan before it; 0 until there are two.
    [[nodiscard]] double per_second() const;

private:
    struct Sample {
        TimePoint at;
        std::uint64_t total;
    };
    std::deque<Sample> samples_;
};

}  // namespace sf::dashboard
