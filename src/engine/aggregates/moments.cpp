#include "engine/aggregates/moments.hpp"

namespace sf::engine {
namespace {

using Wide = WideInteger<8>;

constexpr int kDigitsMax = 38;
constexpr int kGroupDigits = 4;  // Of numeric's groups.

unsigned __int128 magnitude_of(__int128 value) {
    return value < 0 ? static_cast<unsigned __int128>(0) - static_cast<unsigned __int128>(value)
                     : static_cast<unsigned __int128>(value);
}

bool multiply_by_power_of_ten(__int128& value, int power) {
    bool fits = true;
    for (; power > 0 && fits; --power) fits = !__builtin_mul_overflow(value, 10, &value);
    return fits;
}

int digits_of(Wide value) {
    int digits = 0;
    for (; value != Wide(); ++digits) value.divide(10);
    return digits;
}

sql::LeadingGroup group_of(const Wide& value, int scale) {
    if (value == Wide()) return {};
    const int exponent = digits_of(value) - scale - 1;  // Of the first decimal digit.
    const int weight = exponent >= 0 ? exponent / kGroupDigits : -((kGroupDigits - 1 - exponent) / kGroupDigits);
    Wide group = value;
    int drop = weight * kGroupDigits + scale;  // Decimal digits behind the group; below zero: zeros that it lacks.
    for (; drop > 0; --drop) group.divide(10);
    auto digits = static_cast<int>(group.limbs[0]);
    for (; drop < 0; ++drop) digits *= 10;
    return {weight, digits};
}

std::optional<sql::Decimal> decimal_of(const Wide& digits, int scale) {
    if (!digits.fits_int128() || digits_of(digits) > kDigitsMax) return std::nullopt;
    return sql::Decimal{digits.to_int128(), scale};
}

}  // namespace

bool ExactMoments::raise_scale(std::int32_t to) {
    const int by = to - scale;
    scale = to;
    return multiply_by_power_of_ten(sum, by) && squares.multiply_by_power_of_ten(2 * by);
}

void ExactMoments::add(sql::Decimal value) {
    ++count;
    if (value.scale > scale && !raise_scale(value.scale)) overflow = 1;
    if (value.scale < scale && !multiply_by_power_of_ten(value.digits, scale - value.scale)) overflow = 1;
    if (overflow != 0) return;
    const bool fits =
        !__builtin_add_overflow(sum, value.digits, &sum) && squares.add(square_of(magnitude_of(value.digits)));
    if (!fits) overflow = 1;
}

void ExactMoments::merge(const ExactMoments& other) {
    if (other.count == 0) return;
    ExactMoments theirs = other;
    count += theirs.count;
    overflow |= theirs.overflow;
    if (overflow != 0) return;
    if (theirs.scale > scale && !raise_scale(theirs.scale)) overflow = 1;
    if (theirs.scale < scale && !theirs.raise_scale(scale)) overflow = 1;
    if (overflow == 0 && (__builtin_add_overflow(sum, theirs.sum, &sum) || !squares.add(theirs.squares))) overflow = 1;
}

// (n * sum of squares - square of the sum) / (n * n), or / (n * (n - 1)).
std::optional<sql::Decimal> variance(const ExactMoments& moments, Spread spread) {
    if (moments.overflow != 0) return std::nullopt;
    const auto count = static_cast<std::uint64_t>(moments.count);
    Wide distance(moments.squares);
    bool fits = distance.multiply(count);
    const Wide square(square_of(magnitude_of(moments.sum)));
    if (!fits || distance <= square) return fits ? std::optional(sql::Decimal{}) : std::nullopt;
    distance.subtract(square);
    const Wide divisor(static_cast<unsigned __int128>(count) * (spread == Spread::sample ? count - 1 : count));
    const int scale = 2 * moments.scale;
    const int result_scale = sql::quotient_scale(group_of(distance, scale), scale, group_of(divisor, 0), 0);
    fits = result_scale <= kDigitsMax && distance.multiply_by_power_of_ten(result_scale - scale);
    if (!fits) return std::nullopt;
    auto [quotient, rest] = divide(distance, divisor);
    Wide rest_to_go = divisor;
    rest_to_go.subtract(rest);
    if (rest >= rest_to_go && !quotient.add(Wide(1))) return std::nullopt;
    return decimal_of(quotient, result_scale);
}

// To as many places as the variance has, rounded half up: half of (1 + root of four times the value).
std::optional<sql::Decimal> standard_deviation(const ExactMoments& moments, Spread spread) {
    const auto squared = variance(moments, spread);
    if (!squared || squared->digits == 0) return squared;
    Wide value(static_cast<unsigned __int128>(squared->digits));
    if (!value.multiply_by_power_of_ten(squared->scale) || !value.multiply(4)) return std::nullopt;
    Wide root = square_root(value);
    if (!root.add(Wide(1))) return std::nullopt;
    root.divide(2);
    return decimal_of(root, squared->scale);
}

}  // namespace sf::engine
