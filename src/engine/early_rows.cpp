#include "engine/early_rows.hpp"

#include <algorithm>
#include <cmath>

namespace sf::engine {
namespace {

constexpr double kMicros = 1e6;
constexpr std::int64_t kBetweenShares = 1'000'000;
constexpr double kWaitMax = 600 * kMicros;

}  // namespace

bool EarlyRows::begin(std::int64_t now) {
    if (rows_max_ <= 0) return false;
    if (at_ != INT64_MIN) room_ += static_cast<double>(now - at_) / kMicros * rows_max_;
    room_ = std::min(room_, rows_max_);
    at_ = now;
    return share_at_ == INT64_MIN || now - share_at_ >= kBetweenShares;
}

// Those who ask for least get all of it, and what they leave is for the others in equal parts.
void EarlyRows::share(std::int64_t now, std::vector<double> wanted) {
    share_at_ = now;
    share_ = std::numeric_limits<double>::infinity();
    std::ranges::sort(wanted);
    double left = rows_max_;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const double equal = left / static_cast<double>(wanted.size() - i);
        if (wanted[i] > equal) {
            share_ = equal;
            return;
        }
        left -= wanted[i];
    }
}

// One view with very many rows keeps the others waiting for a second at most.
std::int64_t EarlyRows::take(std::uint64_t rows) {
    if (rows_max_ <= 0) return 0;
    room_ = std::max(room_ - static_cast<double>(rows), -rows_max_);
    if (std::isinf(share_)) return 0;
    return static_cast<std::int64_t>(std::min(static_cast<double>(rows) / share_ * kMicros, kWaitMax));
}

}  // namespace sf::engine
