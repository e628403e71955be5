#include "sql/decimal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace sf::sql {
namespace {

using Wide = unsigned __int128;

constexpr int kDigitsMax = 38;
constexpr int kPowers = 39;
constexpr int kDigitsOfWord = 19;  // So many fit into 64 bits, whatever they are.

constexpr std::array<Wide, kPowers> make_powers() {
    std::array<Wide, kPowers> powers{};
    powers[0] = 1;
    for (int i = 1; i < kPowers; ++i) powers[i] = powers[i - 1] * 10;
    return powers;
}
constexpr std::array<Wide, kPowers> kPower = make_powers();  // 10^0 to 10^38.

Wide magnitude(__int128 value) { return value < 0 ? Wide{0} - static_cast<Wide>(value) : static_cast<Wide>(value); }

std::optional<Decimal> signed_decimal(bool negative, Wide digits, int scale) {
    if (digits >= kPower[kDigitsMax] || scale < 0 || scale > kDigitsMax) return std::nullopt;
    const auto value = static_cast<__int128>(digits);
    return Decimal{negative ? -value : value, scale};
}

// value * 10^by, if it stays below 10^38.
bool scaled_up(Wide value, int by, Wide& result) {
    if (value == 0) {
        result = 0;
        return true;
    }
    if (by > kDigitsMax || value > (kPower[kDigitsMax] - 1) / kPower[by]) return false;
    result = value * kPower[by];
    return true;
}

int digits_of(Wide value) {
    int digits = 0;
    while (digits < kDigitsMax && value >= kPower[digits]) ++digits;
    return digits;
}

// The product of two values below 10^38, as high and low half of 256 bits.
struct Product {
    Wide high;
    Wide low;
};
Product multiply_wide(Wide a, Wide b) {
    constexpr Wide kLow = ~std::uint64_t{0};
    const Wide low = (a & kLow) * (b & kLow);
    const Wide cross1 = (a >> 64) * (b & kLow);
    const Wide cross2 = (a & kLow) * (b >> 64);
    const Wide middle = (low >> 64) + (cross1 & kLow) + (cross2 & kLow);
    return {(a >> 64) * (b >> 64) + (cross1 >> 64) + (cross2 >> 64) + (middle >> 64), (middle << 64) | (low & kLow)};
}

LeadingGroup leading_group(Wide value, int scale) {
    if (value == 0) return {};
    const int exponent = digits_of(value) - scale - 1;  // Of the first decimal digit.
    const int weight = exponent >= 0 ? exponent / 4 : -((3 - exponent) / 4);
    const int drop = weight * 4 + scale;  // Decimal digits behind the group.
    if (drop >= 0) return {weight, drop > kDigitsMax ? 0 : static_cast<int>(value / kPower[drop])};
    return {weight, static_cast<int>(value * kPower[-drop])};
}

// Long division, a decimal digit at a time: floor(value * 10^shift / divisor) and whether the next digit rounds up.
bool divide_shifted(Wide value, int shift, Wide divisor, Wide& quotient, bool& round_up) {
    quotient = value / divisor;
    Wide rest = value % divisor;
    // Many digits in one step, where both stay within bounds.
    while (shift > 1 && divisor <= ~std::uint64_t{0}) {
        const int digits = std::min(shift, kDigitsOfWord);
        if (quotient >= kPower[kDigitsMax - digits]) break;
        const Wide more = rest * kPower[digits];
        quotient = quotient * kPower[digits] + more / divisor;
        rest = more % divisor;
        shift -= digits;
    }
    for (int i = 0; i < shift; ++i) {
        if (quotient >= kPower[kDigitsMax - 1]) return false;
        // rest * 10 may need 129 bits; divide by taking the divisor off.
        Wide digit = 0;
        if (divisor < kPower[kDigitsMax - 1]) {
            digit = rest * 10 / divisor;
            rest = rest * 10 % divisor;
        } else {
            Wide sum = 0;  // rest * 10 % divisor, added up; all terms are below the divisor, so sums fit.
            for (int k = 0; k < 10; ++k) {
                sum += rest;
                if (sum >= divisor) {
                    sum -= divisor;
                    ++digit;
                }
            }
            rest = sum;
        }
        quotient = quotient * 10 + digit;
    }
    round_up = rest >= divisor - rest;
    return true;
}

bool align(Decimal a, Decimal b, Wide& left, Wide& right, int& scale) {
    scale = std::max(a.scale, b.scale);
    return scaled_up(magnitude(a.digits), scale - a.scale, left) &&
           scaled_up(magnitude(b.digits), scale - b.scale, right);
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
    const char* c = text.data();
    const char* const end = c + text.size();
    const bool negative = c != end && *c == '-';
    if (c != end && (*c == '-' || *c == '+')) ++c;
    Wide value = 0;
    int scale = 0;
    bool any = false;
    bool point = false;
    bool too_long = false;
    for (; c != end; ++c) {
        if (*c == '.' && !point) {
            point = true;
            continue;
        }
        if (*c < '0' || *c > '9') break;
        any = true;
        if (value >= kPower[kDigitsMax - 1]) too_long = true;
        else value = value * 10 + static_cast<unsigned>(*c - '0');
        if (point && scale <= 10'000) ++scale;
    }
    if (!any) return std::nullopt;
    int exponent = 0;
    if (c != end && (*c == 'e' || *c == 'E')) {
        ++c;
        if (c != end && *c == '+') {
            ++c;
            if (c == end || *c == '-') return std::nullopt;
        }
        const auto [stop, error] = std::from_chars(c, end, exponent);
        if (error != std::errc{} || exponent > 10'000 || exponent < -10'000) return std::nullopt;
        c = stop;
    }
    if (c != end || too_long) return std::nullopt;
    scale -= exponent;
    if (scale < 0) {
        if (!scaled_up(value, -scale, value)) return std::nullopt;
        scale = 0;
    }
    return signed_decimal(negative, value, scale);
}

std::optional<Decimal> Decimal::from_double(double value) {
    if (!std::isfinite(value)) return std::nullopt;
    char buffer[40];
    const auto written = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general, 15);
    return parse({buffer, static_cast<std::size_t>(written.ptr - buffer)});
}

double Decimal::to_double() const {
    constexpr Wide kExact = Wide{1} << 53;
    constexpr int kExactPower = 22;
    const Wide value = magnitude(digits);
    if (value <= kExact && scale <= kExactPower) {
        const double result = static_cast<double>(static_cast<std::uint64_t>(value)) /
                              static_cast<double>(kPower[static_cast<std::size_t>(scale)]);
        return digits < 0 ? -result : result;
    }
    const std::string text = to_text();
    double result = 0;
    std::from_chars(text.data(), text.data() + text.size(), result);
    return result;
}

void Decimal::append_to(std::string& out) const {
    // The digits, word by word from the end; at least one before the point.
    char buffer[2 * kDigitsOfWord + 2];
    char* const end = buffer + sizeof buffer;
    char* at = end;
    Wide value = magnitude(digits);
    while (value != 0) {
        auto word = static_cast<std::uint64_t>(value);
        char* const stop = at - kDigitsOfWord;
        const bool is_last = value < kPower[kDigitsOfWord];
        if (!is_last) {
            word = static_cast<std::uint64_t>(value % kPower[kDigitsOfWord]);
            value /= kPower[kDigitsOfWord];
        } else {
            value = 0;
        }
        for (; word != 0; word /= 10) *--at = static_cast<char>('0' + word % 10);
        while (!is_last && at > stop) *--at = '0';
    }
    while (end - at <= scale) *--at = '0';
    if (digits < 0) out += '-';
    out.append(at, end - scale);
    if (scale == 0) return;
    out += '.';
    out.append(end - scale, end);
}

std::string Decimal::to_text() const {
    std::string text;
    append_to(text);
    return text;
}

std::optional<Decimal> add(Decimal a, Decimal b) {
    Wide left = 0, right = 0;
    int scale = 0;
    if (!align(a, b, left, right, scale)) return std::nullopt;
    const bool negative_a = a.digits < 0;
    const bool negative_b = b.digits < 0;
    if (negative_a == negative_b) return signed_decimal(negative_a, left + right, scale);
    if (left >= right) return signed_decimal(negative_a, left - right, scale);
    return signed_decimal(negative_b, right - left, scale);
}

std::optional<Decimal> subtract(Decimal a, Decimal b) { return add(a, {-b.digits, b.scale}); }

std::optional<Decimal> multiply(Decimal a, Decimal b) {
    const Product product = multiply_wide(magnitude(a.digits), magnitude(b.digits));
    if (product.high != 0) return std::nullopt;
    return signed_decimal((a.digits < 0) != (b.digits < 0), product.low, a.scale + b.scale);
}

int quotient_scale(LeadingGroup a, int scale_a, LeadingGroup b, int scale_b) {
    const int weight = a.weight - b.weight - (a.group <= b.group ? 1 : 0);
    return std::max({16 - weight * 4, scale_a, scale_b, 0});
}

std::optional<Decimal> divide(Decimal a, Decimal b) {
    if (b.digits == 0) return std::nullopt;
    const Wide left = magnitude(a.digits);
    const Wide right = magnitude(b.digits);
    const int scale = quotient_scale(leading_group(left, a.scale), a.scale, leading_group(right, b.scale), b.scale);
    if (scale > kDigitsMax) return std::nullopt;
    // a / b = (left / right) * 10^(b.scale - a.scale)
    const int shift = scale + b.scale - a.scale;
    Wide quotient = 0;
    bool round_up = false;
    if (!divide_shifted(left, shift, right, quotient, round_up)) return std::nullopt;
    return signed_decimal((a.digits < 0) != (b.digits < 0), quotient + (round_up ? 1 : 0), scale);
}

std::optional<Decimal> modulo(Decimal a, Decimal b) {
    if (b.digits == 0) return std::nullopt;
    Wide left = 0, right = 0;
    int scale = 0;
    if (align(a, b, left, right, scale)) return signed_decimal(a.digits < 0, left % right, scale);
    // One of the two does not fit the other's scale. If it is the divisor, it is greater than the dividend.
    left = magnitude(a.digits);
    right = magnitude(b.digits);
    if (scale == a.scale) return a;
    for (int i = a.scale; i < scale; ++i) {
        left %= right;
        Wide sum = 0;
        for (int k = 0; k < 10; ++k) {
            sum += left;
            if (sum >= right) sum -= right;
        }
        left = sum;
    }
    return signed_decimal(a.digits < 0, left, scale);
}

int compare(Decimal a, Decimal b) {
    const int sign_a = (a.digits > 0) - (a.digits < 0);
    const int sign_b = (b.digits > 0) - (b.digits < 0);
    if (sign_a != sign_b) return sign_a < sign_b ? -1 : 1;
    Wide left = 0, right = 0;
    int scale = 0;
    if (!align(a, b, left, right, scale)) {
        // Only one of them was scaled up, and it does not fit in 38 digits: it is the greater.
        return (scale == a.scale) == (sign_a > 0) ? -1 : 1;
    }
    if (left == right) return 0;
    return (left < right) == (sign_a > 0) ? -1 : 1;
}

Decimal normalized(Decimal value) {
    while (value.scale > 0 && value.digits % 10 == 0) {
        value.digits /= 10;
        --value.scale;
    }
    return value;
}

}  // namespace sf::sql
