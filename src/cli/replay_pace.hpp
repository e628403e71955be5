// When each event of a recording is due: at the recorded pace, or a multiple of it.
#pragma once

#include "base/time.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace sf::cli {

/// "max", "recorded", "60x", "0.5x". Nothing for anything else. A speed of 0 stands for max.
[[nodiscard]] std::optional<double> parse_speed(std::string_view text);

/// One thread.
class ReplayPace {
public:
    explicit ReplayPace(double speed) : speed_(speed) {}

    [[nodiscard]] bool paced() const { return speed_ > 0; }

    /// How long after the start of the replay an event of this time is sent. Never less than that of the event before
    /// it: recordings are not always in order. Events without a time go with the one before.
    [[nodiscard]] Duration due(std::optional<Timestamp> time) {
        if (!paced() || !time) return last_;
        if (!first_) first_ = *time;
        const auto recorded = static_cast<double>((*time - *first_).count());
        last_ = std::max(last_, Duration{static_cast<std::int64_t>(recorded / speed_)});
        return last_;
    }

private:
    double speed_;
    std::optional<Timestamp> first_;
    Duration last_{};
};

}  // namespace sf::cli
