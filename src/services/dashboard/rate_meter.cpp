#include "services/dashboard/rate_meter.hpp"

namespace sf::dashboard {

void RateMeter::sample(TimePoint at, std::uint64_t total) {
    if (!samples_.empty() && total < samples_.back().total) samples_.clear();
    samples_.push_back({at, total});
    while (samples_.front().at < at - kSpan) samples_.pop_front();
}

double RateMeter::per_second() const {
    if (samples_.size() < 2) return 0;
    const double seconds = std::chrono::duration<double>(samples_.back().at - samples_.front().at).count();
    return seconds > 0 ? static_cast<double>(samples_.back().total - samples_.front().total) / seconds : 0;
}

}  // namespace sf::dashboard
