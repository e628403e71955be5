// Chance that can be repeated on any machine: a stream of numbers that a seed alone decides. SplitMix64 (G. Steele, D.
// Lea, C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
#pragma once

#include <cstdint>

namespace sf::nexmark {

class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    [[nodiscard]] std::uint64_t next() { return mix(state_ += 0x9E3779B97F4A7C15ULL); }

    /// From 0 to limit - 1. The bias is below 2^-32, since limits are small.
    [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return next() % limit; }

    /// From 0 to less than 1.
    [[nodiscard]] double fraction() { return static_cast<double>(next() >> 11) * 0x1p-53; }

    /// Spreads the bits of a number over all of another.
    [[nodiscard]] static std::uint64_t mix(std::uint64_t x) {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
        return x ^ (x >> 31);
    }

private:
    std::uint64_t state_;
};

}  // namespace sf::nexmark
