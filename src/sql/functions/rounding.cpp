#include "sql/functions/rounding.hpp"

#include <algorithm>
#include <array>

namespace sf::sql {
namespace {

using Wide = unsigned __int128;

constexpr int kDigitsMax = 38;

// 10^power; power is 0 to 38.
__int128 ten_to(int power) {
    __int128 result = 1;
    for (int i = 0; i < power; ++i) result *= 10;
    return result;
}

enum class Direction { nearest, zero };

// The whole number nearest to value / 10^power, or the next one towards zero.
__int128 shift_right(__int128 value, int power, Direction direction) {
    if (power > kDigitsMax) return 0;
    const __int128 divisor = ten_to(power);
    const __int128 quotient = value / divisor;
    const __int128 rest = value % divisor;
    if (direction == Direction::zero) return quotient;
    const __int128 distance = rest < 0 ? -rest : rest;
    if (distance < divisor - distance) return quotient;
    return value < 0 ? quotient - 1 : quotient + 1;
}

std::optional<Decimal> scaled(Decimal value, int by, int scale) {
    for (int i = 0; i < by; ++i) {
        if (__builtin_mul_overflow(value.digits, __int128{10}, &value.digits)) return std::nullopt;
    }
    const __int128 limit = ten_to(kDigitsMax);
    if (value.digits >= limit || value.digits <= -limit || scale > kDigitsMax) return std::nullopt;
    return Decimal{value.digits, scale};
}

std::optional<Decimal> to_places(Decimal value, int places, Direction direction) {
    places = std::clamp(places, -2000, 2000);
    if (places >= value.scale)
        return scaled(value, places > kDigitsMax ? kDigitsMax + 1 : places - value.scale, places);
    const __int128 digits = shift_right(value.digits, value.scale - places, direction);
    return scaled({digits, 0}, digits == 0 ? 0 : std::max(-places, 0), std::max(places, 0));
}

// 256 bits, enough for a number of 76 digits.
struct Big {
    std::array<std::uint64_t, 4> words{};

    void multiply(std::uint64_t by) {
        Wide carry = 0;
        for (std::uint64_t& word : words) {
            carry += static_cast<Wide>(word) * by;
            word = static_cast<std::uint64_t>(carry);
            carry >>= 64;
        }
    }
    static Big from(Wide value) {
        return {{static_cast<std::uint64_t>(value), static_cast<std::uint64_t>(value >> 64), 0, 0}};
    }
    static Big product(Wide a, Wide b) {
        Big low = from(a);
        low.multiply(static_cast<std::uint64_t>(b));
        Big high = from(a);
        high.multiply(static_cast<std::uint64_t>(b >> 64));
        Wide carry = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            carry += static_cast<Wide>(low.words[i]) + (i > 0 ? high.words[i - 1] : 0);
            low.words[i] = static_cast<std::uint64_t>(carry);
            carry >>= 64;
        }
        return low;
    }
    friend bool operator<=(const Big& a, const Big& b) {
        for (std::size_t i = 4; i-- > 0;) {
            if (a.words[i] != b.words[i]) return a.words[i] < b.words[i];
        }
        return true;
    }
};

}  // namespace

std::optional<Decimal> round_decimal(Decimal value, int places) { return to_places(value, places, Direction::nearest); }
std::optional<Decimal> truncate_decimal(Decimal value, int places) { return to_places(value, places, Direction::zero); }

std::optional<Decimal> floor_decimal(Decimal value) {
    const auto whole = truncate_decimal(value, 0);
    return whole && value.digits < 0 && compare(*whole, value) != 0 ? subtract(*whole, {1, 0}) : whole;
}

std::optional<Decimal> ceiling_decimal(Decimal value) {
    const auto whole = truncate_decimal(value, 0);
    return whole && value.digits > 0 && compare(*whole, value) != 0 ? add(*whole, {1, 0}) : whole;
}

std::optional<Decimal> square_root(Decimal value) {
    if (value.digits < 0) return std::nullopt;
    // numeric_sqrt() of numeric.c: the weight is that of the first group of four digits, 0 for a zero.
    int digits = 0;
    while (digits < kDigitsMax && value.digits >= ten_to(digits)) ++digits;
    const int exponent = value.digits == 0 ? 0 : digits - value.scale - 1;
    const int weight = exponent >= 0 ? exponent / 4 : -((3 - exponent) / 4);
    const int scale = std::max({16 - (weight * 2 + 1), value.scale, 0});
    if (scale > kDigitsMax) return std::nullopt;
    // The root of value * 10^(2 * scale) as a whole number, one bit after the other.
    Big square = Big::from(static_cast<Wide>(value.digits));
    const int power = 2 * scale - value.scale;
    if (digits + power > 76) return std::nullopt;
    for (int i = 0; i < power; ++i) square.multiply(10);
    Wide root = 0;
    for (int bit = 126; bit >= 0; --bit) {
        const Wide candidate = root | (Wide{1} << bit);
        if (Big::product(candidate, candidate) <= square) root = candidate;
    }
    // root + 1/2 squared is root * (root + 1) + 1/4.
    if (!(square <= Big::product(root, root + 1))) ++root;
    if (root >= static_cast<Wide>(ten_to(kDigitsMax))) return std::nullopt;
    return Decimal{static_cast<__int128>(root), scale};
}

}  // namespace sf::sql
