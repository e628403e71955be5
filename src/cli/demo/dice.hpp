// Random numbers that are the same on every machine for the same seed (the standard library's distributions are not).
#pragma once

#include <cmath>
#include <cstdint>
#include <span>

namespace sf::demo {

/// SplitMix64 (Steele, Lea, Flood 2014).
class Dice {
public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}

    [[nodiscard]] std::uint64_t bits() {
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ull);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
        return z ^ (z >> 31);
    }

    [[nodiscard]] double uniform() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }  // [0, 1)
    [[nodiscard]] bool chance(double probability) { return uniform() < probability; }
    [[nodiscard]] std::size_t below(std::size_t count) {
        return static_cast<std::size_t>(uniform() * static_cast<double>(count));
    }
    [[nodiscard]] double exponential(double mean) { return -mean * std::log1p(-uniform()); }

    /// Log-normal with this median; `spread` is the standard deviation of the logarithm.
    [[nodiscard]] double lognormal(double median, double spread) {
        const double radius = std::sqrt(-2 * std::log1p(-uniform()));
        return median * std::exp(spread * radius * std::cos(6.283185307179586 * uniform()));
    }

    /// Few are chosen often: the popularity of item k falls as 1/(k+1).
    [[nodiscard]] std::size_t popular(std::size_t count) {
        const double rank = std::exp(uniform() * std::log(static_cast<double>(count) + 1)) - 1;
        return rank >= static_cast<double>(count) ? count - 1 : static_cast<std::size_t>(rank);
    }

    template <class T, std::size_t size>
    [[nodiscard]] const T& one_of(const T (&items)[size]) {
        return items[below(size)];
    }

private:
    std::uint64_t state_;
};

}  // namespace sf::demo
