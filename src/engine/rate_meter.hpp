// How fast a counter rises: a mean in which what is ten seconds old weighs a third of what is new.
#pragma once

#include <cmath>
#include <cstdint>

namespace sf::engine {

class RateMeter {
public:
    /// At `now`, microseconds of a clock that never goes back, the counter stands at `count`.
    void sample(std::int64_t now, std::uint64_t count) {
        if (seen_ && now - at_ < kMicrosBetween) return;
        if (seen_) {
            const double seconds = static_cast<double>(now - at_) / 1e6;
            const double kept = std::exp(-seconds / kSeconds);
            mean_ = mean_ * kept + static_cast<double>(count - count_) / seconds * (1 - kept);
            weight_ = weight_ * kept + (1 - kept);
        }
        seen_ = true;
        at_ = now;
        count_ = count;
    }

    /// 0 before the second sample.
    [[nodiscard]] double per_second() const { return weight_ > 0 ? mean_ / weight_ : 0; }

private:
    static constexpr double kSeconds = 10;
    static constexpr std::int64_t kMicrosBetween = 1'000'000;  // Samples that come sooner are passed over.

    bool seen_ = false;
    std::int64_t at_ = 0;
    std::uint64_t count_ = 0;
    double mean_ = 0;
    double weight_ = 0;  // Of the samples so far; 1 in the long run.
};

}  // namespace sf::engine
