// Functions of whole and exact numbers: bits, divisors, factorials, the scale of numeric.
#include "sql/functions/catalog.hpp"
#include "sql/functions/rounding.hpp"
#include "sql/functions/rowwise.hpp"

#include <limits>
#include <numeric>

namespace sf::sql {
namespace {

using Whole = std::optional<std::int64_t>;

std::int64_t bits_and(std::int64_t a, std::int64_t b) { return a & b; }
std::int64_t bits_or(std::int64_t a, std::int64_t b) { return a | b; }
std::int64_t bits_xor(std::int64_t a, std::int64_t b) { return a ^ b; }
std::int64_t bits_not(std::int64_t value) { return ~value; }

// Only the lowest bits of how far count, as the processors that PostgreSQL runs on do it.
template <class Bits>
std::int64_t shifted_left(std::int64_t value, std::int64_t by) {
    const auto bits = static_cast<std::make_unsigned_t<Bits>>(value);
    return static_cast<Bits>(bits << (by & (sizeof(Bits) * 8 - 1)));
}
template <class Bits>
std::int64_t shifted_right(std::int64_t value, std::int64_t by) {
    return static_cast<Bits>(value) >> (by & (sizeof(Bits) * 8 - 1));
}

template <class Bits>
Whole in_range(__int128 value) {
    if (value < std::numeric_limits<Bits>::min() || value > std::numeric_limits<Bits>::max()) return std::nullopt;
    return static_cast<std::int64_t>(value);
}

std::uint64_t size_of_number(std::int64_t value) {
    return value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
}

template <class Bits>
Whole greatest_divisor(std::int64_t a, std::int64_t b) {
    return in_range<Bits>(static_cast<__int128>(std::gcd(size_of_number(a), size_of_number(b))));
}
template <class Bits>
Whole least_multiple(std::int64_t a, std::int64_t b) {
    if (a == 0 || b == 0) return 0;
    const std::uint64_t divisor = std::gcd(size_of_number(a), size_of_number(b));
    return in_range<Bits>(static_cast<__int128>(size_of_number(a) / divisor) *
                          static_cast<__int128>(size_of_number(b)));
}

// a.digits * 10^places, nothing beyond 128 bits.
std::optional<__int128> scaled(__int128 digits, int places) {
    for (; places > 0; --places) {
        if (__builtin_mul_overflow(digits, 10, &digits)) return std::nullopt;
    }
    return digits;
}

// div(): the quotient without what is behind its point.
std::optional<Decimal> whole_quotient(Decimal a, Decimal b) {
    if (b.digits == 0) return std::nullopt;
    if (a.scale < b.scale) {
        const auto digits = scaled(a.digits, b.scale - a.scale);
        return digits ? std::optional(Decimal{*digits / b.digits, 0}) : std::nullopt;
    }
    const auto digits = scaled(b.digits, a.scale - b.scale);
    return Decimal{digits ? a.digits / *digits : 0, 0};
}

// 33! is the last one of at most 38 digits.
std::optional<Decimal> factorial(std::int64_t value) {
    constexpr std::int64_t kMost = 33;
    if (value < 0 || value > kMost) return std::nullopt;
    Decimal result{1, 0};
    for (std::int64_t i = 2; i <= value; ++i) result.digits *= i;
    return result;
}

std::int64_t scale_of(Decimal value) { return value.scale; }
std::int64_t least_scale(Decimal value) { return value.digits == 0 ? 0 : normalized(value).scale; }
Decimal trimmed_scale(Decimal value) { return value.digits == 0 ? Decimal{0, 0} : normalized(value); }

constexpr Function bit_operator(std::string_view name, Type left, Type right, Kernel kernel) {
    return {.name = name,
            .arguments = {left, right},
            .arity = 2,
            .result = left,
            .kernel = kernel,
            .style = Function::Style::infix};
}
constexpr Function bit_prefix(std::string_view name, Type type, Kernel kernel) {
    return {.name = name,
            .arguments = {type},
            .arity = 1,
            .result = type,
            .kernel = kernel,
            .style = Function::Style::prefix};
}
constexpr Function of_whole(std::string_view name, Type type, Kernel kernel) {
    return {.name = name, .arguments = {type, type}, .arity = 2, .result = type, .kernel = kernel};
}

constexpr Type kInt4 = Type::integer;
constexpr Type kInt8 = Type::bigint;

constexpr std::array kBitOperators = {
    bit_operator("&", kInt4, kInt4, rowwise<&bits_and>),
    bit_operator("&", kInt8, kInt8, rowwise<&bits_and>),
    bit_operator("|", kInt4, kInt4, rowwise<&bits_or>),
    bit_operator("|", kInt8, kInt8, rowwise<&bits_or>),
    bit_operator("#", kInt4, kInt4, rowwise<&bits_xor>),
    bit_operator("#", kInt8, kInt8, rowwise<&bits_xor>),
    bit_operator("<<", kInt4, kInt4, rowwise<&shifted_left<std::int32_t>>),
    bit_operator("<<", kInt8, kInt4, rowwise<&shifted_left<std::int64_t>>),
    bit_operator(">>", kInt4, kInt4, rowwise<&shifted_right<std::int32_t>>),
    bit_operator(">>", kInt8, kInt4, rowwise<&shifted_right<std::int64_t>>),
    bit_prefix("~", kInt4, rowwise<&bits_not>),
    bit_prefix("~", kInt8, rowwise<&bits_not>),
};

constexpr std::array kWholeFunctions = {
    of_whole("gcd", kInt4, rowwise<&greatest_divisor<std::int32_t>>),
    of_whole("gcd", kInt8, rowwise<&greatest_divisor<std::int64_t>>),
    of_whole("lcm", kInt4, rowwise<&least_multiple<std::int32_t>>),
    of_whole("lcm", kInt8, rowwise<&least_multiple<std::int64_t>>),
    of_whole("div", Type::numeric, rowwise<&whole_quotient>),
    Function{
        .name = "factorial", .arguments = {kInt8}, .arity = 1, .result = Type::numeric, .kernel = rowwise<&factorial>},
    Function{.name = "scale", .arguments = {Type::numeric}, .arity = 1, .result = kInt4, .kernel = rowwise<&scale_of>},
    Function{.name = "min_scale",
             .arguments = {Type::numeric},
             .arity = 1,
             .result = kInt4,
             .kernel = rowwise<&least_scale>},
    Function{.name = "trim_scale",
             .arguments = {Type::numeric},
             .arity = 1,
             .result = Type::numeric,
             .kernel = rowwise<&trimmed_scale>},
};

}  // namespace

std::span<const Function> bit_operators() { return kBitOperators; }
std::span<const Function> whole_functions() { return kWholeFunctions; }

}  // namespace sf::sql
