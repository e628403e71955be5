// Whole numbers of more than 128 bits, none negative: sums of squares are exact and so is what cancels out in them.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>

namespace sf::engine {

template <std::size_t kLimbs>
struct WideInteger {
    std::array<std::uint64_t, kLimbs> limbs{};  // The least significant first.

    constexpr WideInteger() = default;
    constexpr explicit WideInteger(unsigned __int128 value) {
        limbs[0] = static_cast<std::uint64_t>(value);
        limbs[1] = static_cast<std::uint64_t>(value >> 64);
    }
    template <std::size_t kOther>
        requires(kOther < kLimbs)
    constexpr explicit WideInteger(const WideInteger<kOther>& narrower) {
        for (std::size_t i = 0; i < kOther; ++i) limbs[i] = narrower.limbs[i];
    }

    /// False: the sum does not fit, and the value is of no use any more. So of multiply().
    [[nodiscard]] constexpr bool add(const WideInteger& other) {
        unsigned __int128 carry = 0;
        for (std::size_t i = 0; i < kLimbs; ++i) {
            carry += static_cast<unsigned __int128>(limbs[i]) + other.limbs[i];
            limbs[i] = static_cast<std::uint64_t>(carry);
            carry >>= 64;
        }
        return carry == 0;
    }
    [[nodiscard]] constexpr bool multiply(std::uint64_t factor) {
        unsigned __int128 carry = 0;
        for (std::uint64_t& limb : limbs) {
            carry += static_cast<unsigned __int128>(limb) * factor;
            limb = static_cast<std::uint64_t>(carry);
            carry >>= 64;
        }
        return carry == 0;
    }
    [[nodiscard]] constexpr bool multiply_by_power_of_ten(int power) {
        bool fits = true;
        for (; power > 0 && fits; --power) fits = multiply(10);
        return fits;
    }

    /// `other` is at most this.
    constexpr void subtract(const WideInteger& other) {
        std::uint64_t borrow = 0;
        for (std::size_t i = 0; i < kLimbs; ++i) {
            const unsigned __int128 taken = static_cast<unsigned __int128>(other.limbs[i]) + borrow;
            borrow = limbs[i] < taken ? 1 : 0;
            limbs[i] -= static_cast<std::uint64_t>(taken);
        }
    }

    /// Divides in place; gives the rest.
    constexpr std::uint64_t divide(std::uint64_t divisor) {
        unsigned __int128 rest = 0;
        for (std::size_t i = kLimbs; i-- > 0;) {
            rest = (rest << 64) | limbs[i];
            limbs[i] = static_cast<std::uint64_t>(rest / divisor);
            rest %= divisor;
        }
        return static_cast<std::uint64_t>(rest);
    }

    [[nodiscard]] constexpr bool bit(std::size_t index) const { return ((limbs[index / 64] >> (index % 64)) & 1) != 0; }
    constexpr void shift_left_in(bool bit) {
        std::uint64_t carry = bit ? 1 : 0;
        for (std::uint64_t& limb : limbs) {
            const std::uint64_t out = limb >> 63;
            limb = (limb << 1) | carry;
            carry = out;
        }
    }

    /// Whether it is below 2^127, and then its value.
    [[nodiscard]] constexpr bool fits_int128() const {
        for (std::size_t i = 2; i < kLimbs; ++i) {
            if (limbs[i] != 0) return false;
        }
        return (limbs[1] >> 63) == 0;
    }
    [[nodiscard]] constexpr __int128 to_int128() const {
        return static_cast<__int128>((static_cast<unsigned __int128>(limbs[1]) << 64) | limbs[0]);
    }

    friend constexpr bool operator==(const WideInteger&, const WideInteger&) = default;
    friend constexpr std::strong_ordering operator<=>(const WideInteger& a, const WideInteger& b) {
        for (std::size_t i = kLimbs; i-- > 0;) {
            if (a.limbs[i] != b.limbs[i]) return a.limbs[i] <=> b.limbs[i];
        }
        return std::strong_ordering::equal;
    }
};

/// value * value.
[[nodiscard]] constexpr WideInteger<4> square_of(unsigned __int128 value) {
    const auto low = static_cast<std::uint64_t>(value);
    const auto high = static_cast<std::uint64_t>(value >> 64);
    WideInteger<4> result(static_cast<unsigned __int128>(low) * low);
    const auto add_at = [&](std::size_t limb, unsigned __int128 part) {
        for (; limb < 4 && part != 0; ++limb) {
            const unsigned __int128 sum =
                static_cast<unsigned __int128>(result.limbs[limb]) + static_cast<std::uint64_t>(part);
            result.limbs[limb] = static_cast<std::uint64_t>(sum);
            part = (part >> 64) + (sum >> 64);
        }
    };
    const unsigned __int128 cross = static_cast<unsigned __int128>(low) * high;
    add_at(1, cross);
    add_at(1, cross);
    add_at(2, static_cast<unsigned __int128>(high) * high);
    return result;
}

/// Bit by bit; the divisor is not zero.
template <std::size_t kLimbs>
struct Quotient {
    WideInteger<kLimbs> value;
    WideInteger<kLimbs> rest;
};
template <std::size_t kLimbs>
[[nodiscard]] constexpr Quotient<kLimbs> divide(const WideInteger<kLimbs>& dividend,
                                                const WideInteger<kLimbs>& divisor) {
    Quotient<kLimbs> result;
    for (std::size_t bit = kLimbs * 64; bit-- > 0;) {
        result.rest.shift_left_in(dividend.bit(bit));
        const bool goes = result.rest >= divisor;
        if (goes) result.rest.subtract(divisor);
        result.value.shift_left_in(goes);
    }
    return result;
}

/// Rounded down. Digit by digit in base four: `value` has room for two more bits.
template <std::size_t kLimbs>
[[nodiscard]] constexpr WideInteger<kLimbs> square_root(const WideInteger<kLimbs>& value) {
    WideInteger<kLimbs> root, rest;
    for (std::size_t pair = kLimbs * 32; pair-- > 0;) {
        rest.shift_left_in(value.bit(2 * pair + 1));
        rest.shift_left_in(value.bit(2 * pair));
        WideInteger<kLimbs> trial = root;  // 4 * root + 1
        trial.shift_left_in(false);
        trial.shift_left_in(true);
        const bool goes = rest >= trial;
        if (goes) rest.subtract(trial);
        root.shift_left_in(goes);
    }
    return root;
}

}  // namespace sf::engine
