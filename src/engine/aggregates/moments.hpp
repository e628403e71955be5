// What variances are made of: the number of values, their sum and their squares.
#pragma once

#include "engine/aggregates/wide_integer.hpp"
#include "sql/decimal.hpp"

#include <cmath>
#include <cstdint>
#include <optional>

namespace sf::engine {

/// Of exact numbers: nothing is rounded before the end, so the order of values and merges does not matter.
struct ExactMoments {
    __int128 sum = 0;        // In units of 10^-scale, as all below.
    WideInteger<4> squares;  // The sum of the values' squares, in units of 10^-2scale.
    std::int64_t count = 0;
    std::int32_t scale = 0;      // The greatest of any value.
    std::uint32_t overflow = 0;  // 1: a sum has more digits than fit; the result is NULL.

    void add(sql::Decimal value);
    void merge(const ExactMoments& other);
    [[nodiscard]] bool plausible() const { return scale >= 0 && scale <= 38 && count >= 0; }

private:
    bool raise_scale(std::int32_t to);
};

/// Whether a variance is of a sample (divided by n - 1) or of the whole population (by n).
enum class Spread : std::uint8_t { sample, population };

/// With the digits that numeric.c (numeric_stddev_internal) gives. Nothing: more than 38 of them. There are at least
/// one value, or two of a sample.
[[nodiscard]] std::optional<sql::Decimal> variance(const ExactMoments& moments, Spread spread);
[[nodiscard]] std::optional<sql::Decimal> standard_deviation(const ExactMoments& moments, Spread spread);

/// Of doubles: the sum, and the sum of squared distances from the mean, which does not cancel out (E. Youngs, E. Cramer
/// 1971; PostgreSQL's float.c).
struct DoubleMoments {
    std::int64_t count = 0;
    double sum = 0;
    double squares = 0;
    std::uint64_t infinite = 0;  // 1: NaN or an infinity is among the values.

    void add(double value) {
        infinite |= std::isfinite(value) ? 0 : 1;
        sum += value;
        if (++count == 1) return;
        const auto n = static_cast<double>(count);
        const double distance = value * n - sum;
        squares += distance * distance / (n * (n - 1));
    }
    void merge(const DoubleMoments& other) {
        if (other.count == 0) return;
        if (count > 0) {
            const auto ours = static_cast<double>(count);
            const auto theirs = static_cast<double>(other.count);
            const double distance = sum / ours - other.sum / theirs;
            squares += other.squares + ours * theirs * distance * distance / (ours + theirs);
        } else {
            squares = other.squares;
        }
        sum += other.sum;
        count += other.count;
        infinite |= other.infinite;
    }
};

}  // namespace sf::engine
