// A running sum and how many values went into it: what sum and avg keep.
#pragma once

#include "engine/flat_states.hpp"

#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

namespace sf::engine {

struct IntegerTotal {
    __int128 sum = 0;  // 2^63 values of 64 bits fit.
    std::int64_t count = 0;

    void add(std::int64_t value) {
        sum += value;
        ++count;
    }
    void merge(const IntegerTotal& other) {
        sum += other.sum;
        count += other.count;
    }
};

/// Neumaier's compensated sum (A. Neumaier 1974): what rounding loses is kept beside the sum, so the order of merges
/// hardly matters.
struct DoubleTotal {
    double sum = 0;
    double lost = 0;
    std::int64_t count = 0;

    void add(double value) {
        const double total = sum + value;
        lost += std::fabs(sum) >= std::fabs(value) ? (sum - total) + value : (value - total) + sum;
        sum = total;
        ++count;
    }
    void merge(const DoubleTotal& other) {
        if (other.count == 0) return;
        add(other.sum);
        lost += other.lost;
        count += other.count - 1;
    }
    /// Infinities and NaN have no use for what was lost.
    [[nodiscard]] double value() const { return std::isfinite(sum) ? sum + lost : sum; }
};

struct DecimalTotal {
    sql::Decimal sum;
    std::int64_t count = 0;
    std::uint64_t overflow = 0;  // 1: more than 38 digits; the result is NULL.

    void add(sql::Decimal value) {
        const auto total = sql::add(sum, value);
        overflow |= total ? 0 : 1;
        if (total) sum = *total;
        ++count;
    }
    void merge(const DecimalTotal& other) {
        if (other.count == 0) return;
        add(other.sum);
        overflow |= other.overflow;
        count += other.count - 1;
    }
    [[nodiscard]] bool plausible() const { return sum.scale >= 0 && sum.scale <= 38; }
};

/// Parts are added by themselves, as PostgreSQL does.
struct IntervalTotal {
    __int128 micros = 0;
    std::int64_t months = 0;
    std::int64_t days = 0;
    std::int64_t count = 0;

    void add(const sql::Interval& value) {
        months += value.months;
        days += value.days;
        micros += value.micros;
        ++count;
    }
    void merge(const IntervalTotal& other) {
        months += other.months;
        days += other.days;
        micros += other.micros;
        count += other.count;
    }
    /// Nothing: a part is beyond its range.
    [[nodiscard]] std::optional<sql::Interval> sum() const {
        if (!std::in_range<std::int32_t>(months) || !std::in_range<std::int32_t>(days) || micros < INT64_MIN ||
            micros > INT64_MAX)
            return std::nullopt;
        return sql::Interval{static_cast<std::int32_t>(months), static_cast<std::int32_t>(days),
                             static_cast<std::int64_t>(micros)};
    }
};

inline void fold_totals(IntegerTotal* states, std::span<const std::uint32_t> rows, std::span<const std::uint32_t> cells,
                        const sql::Column& column) {
    for_each_value(column, rows, cells,
                   [&](std::uint32_t row, std::uint32_t cell) { states[cell].add(column.integers[row]); });
}
inline void fold_totals(DoubleTotal* states, std::span<const std::uint32_t> rows, std::span<const std::uint32_t> cells,
                        const sql::Column& column) {
    for_each_value(column, rows, cells,
                   [&](std::uint32_t row, std::uint32_t cell) { states[cell].add(column.doubles[row]); });
}
inline void fold_totals(DecimalTotal* states, std::span<const std::uint32_t> rows, std::span<const std::uint32_t> cells,
                        const sql::Column& column) {
    for_each_value(column, rows, cells,
                   [&](std::uint32_t row, std::uint32_t cell) { states[cell].add(column.decimals[row]); });
}

inline void fold_totals(IntervalTotal* states, std::span<const std::uint32_t> rows,
                        std::span<const std::uint32_t> cells, const sql::Column& column) {
    for_each_value(column, rows, cells,
                   [&](std::uint32_t row, std::uint32_t cell) { states[cell].add(column.intervals[row]); });
}

}  // namespace sf::engine
