// + - * / % ^ and the signs, over numbers. PostgreSQL's checks: what does not fit its type, and what is divided by
// zero, fails.
#include "sql/functions/catalog.hpp"
#include "sql/functions/power.hpp"
#include "sql/functions/rowwise.hpp"
#include "sql/functions/same_values.hpp"

#include <cmath>
#include <limits>

namespace sf::sql {
namespace {

bool fits_integer(std::int64_t value) {
    return value >= std::numeric_limits<std::int32_t>::min() && value <= std::numeric_limits<std::int32_t>::max();
}

// The loops compute all rows, NULL or not, and only note whether any result looks wrong. Then, rarely, a second pass
// fails those that are.
template <class T, class Operation>
void arithmetic(Call& call) {
    const Reader<T> left = call.read<T>(0);
    const Reader<T> right = call.read<T>(1);
    const T* const a = left.values;
    const T* const b = right.values;
    const std::span<T> result = call.write<T>();
    T* const __restrict out = result.data();
    const std::size_t rows = call.rows();
    std::uint64_t suspicious = 0;
    if (right.is_constant() && !left.is_constant()) {
        const T constant = *b;
        for (std::size_t row = 0; row < rows; ++row) suspicious |= Operation::compute(a[row], constant, out[row]);
    } else if (left.is_constant() && !right.is_constant()) {
        const T constant = *a;
        for (std::size_t row = 0; row < rows; ++row) suspicious |= Operation::compute(constant, b[row], out[row]);
    } else {
        for (std::size_t row = 0; row < rows; ++row) suspicious |= Operation::compute(left[row], right[row], out[row]);
    }
    if (suspicious == 0) return;
    for (std::size_t row = 0; row < rows; ++row) {
        if (call.is_valid(row) && Operation::wrong(left[row], right[row], result[row])) call.fail(row);
    }
}

// Signed arithmetic that wraps: entries of NULL rows can be anything.
std::int64_t wrapped(std::uint64_t value) { return static_cast<std::int64_t>(value); }
std::uint64_t bits(std::int64_t value) { return static_cast<std::uint64_t>(value); }

// integer: 32 bits, computed in 64, so that nothing is lost before the check.
std::uint64_t outside_integer(std::int64_t value) {
    return bits(value) ^ bits(std::int64_t{static_cast<std::int32_t>(value)});
}
struct AddInteger {
    static std::uint64_t compute(std::int64_t a, std::int64_t b, std::int64_t& out) {
        return outside_integer(out = wrapped(bits(a) + bits(b)));
    }
    static bool wrong(std::int64_t, std::int64_t, std::int64_t out) { return !fits_integer(out); }
};
struct SubtractInteger {
    static std::uint64_t compute(std::int64_t a, std::int64_t b, std::int64_t& out) {
        return outside_integer(out = wrapped(bits(a) - bits(b)));
    }
    static bool wrong(std::int64_t, std::int64_t, std::int64_t out) { return !fits_integer(out); }
};
struct MultiplyInteger {
    static std::uint64_t compute(std::int64_t a, std::int64_t b, std::int64_t& out) {
        return outside_integer(out = wrapped(bits(a) * bits(b)));
    }
    static bool wrong(std::int64_t, std::int64_t, std::int64_t out) { return !fits_integer(out); }
};

struct AddBigint {
    static std::uint64_t compute(std::int64_t a, std::int64_t b, std::int64_t& out) {
        out = wrapped(bits(a) + bits(b));
        return bits((a ^ out) & (b ^ out)) >> 63;
    }
    static bool wrong(std::int64_t a, std::int64_t b, std::int64_t out) { return ((a ^ out) & (b ^ out)) < 0; }
};
struct SubtractBigint {
    static std::uint64_t compute(std::int64_t a, std::int64_t b, std::int64_t& out) {
        out = wrapped(bits(a) - bits(b));
        return bits((a ^ b) & (a ^ out)) >> 63;
    }
    static bool wrong(std::int64_t a, std::int64_t b, std::int64_t out) { return ((a ^ b) & (a ^ out)) < 0; }
};
struct MultiplyBigint {
    static std::uint64_t compute(std::int64_t a, std::int64_t b, std::int64_t& out) {
        return __builtin_mul_overflow(a, b, &out);
    }
    static bool wrong(std::int64_t a, std::int64_t b, std::int64_t) {
        std::int64_t ignored;
        return __builtin_mul_overflow(a, b, &ignored);
    }
};

template <bool kInteger>
struct Divide {
    static std::uint64_t compute(std::int64_t a, std::int64_t b, std::int64_t& out) {
        const bool bad = b == 0 || (b == -1 && a == std::numeric_limits<std::int64_t>::min());
        out = bad ? 0 : a / b;
        return bad || (kInteger && !fits_integer(out));
    }
    static bool wrong(std::int64_t a, std::int64_t b, std::int64_t) {
        std::int64_t ignored;
        return compute(a, b, ignored) != 0;
    }
};
struct Modulo {
    static std::uint64_t compute(std::int64_t a, std::int64_t b, std::int64_t& out) {
        out = b == 0 || b == -1 ? 0 : a % b;  // Whatever is divided by -1 leaves no rest.
        return b == 0;
    }
    static bool wrong(std::int64_t, std::int64_t b, std::int64_t) { return b == 0; }
};

// A double result that is infinite although no operand is has overflowed; a zero of operands that are not has
// underflowed.
std::uint64_t is_infinite(double value) {
    return static_cast<std::uint64_t>(std::fabs(value) > std::numeric_limits<double>::max());
}
struct AddDouble {
    static std::uint64_t compute(double a, double b, double& out) {
        out = a + b;
        return is_infinite(out);
    }
    static bool wrong(double a, double b, double out) { return std::isinf(out) && !std::isinf(a) && !std::isinf(b); }
};
struct SubtractDouble {
    static std::uint64_t compute(double a, double b, double& out) {
        out = a - b;
        return is_infinite(out);
    }
    static bool wrong(double a, double b, double out) { return AddDouble::wrong(a, b, out); }
};
struct MultiplyDouble {
    static std::uint64_t compute(double a, double b, double& out) {
        out = a * b;
        return is_infinite(out) | static_cast<std::uint64_t>(out == 0);
    }
    static bool wrong(double a, double b, double out) {
        return AddDouble::wrong(a, b, out) || (out == 0 && a != 0 && b != 0);
    }
};
struct DivideDouble {
    static std::uint64_t compute(double a, double b, double& out) {
        out = a / b;
        return is_infinite(out) | static_cast<std::uint64_t>(out == 0) | static_cast<std::uint64_t>(b == 0);
    }
    static bool wrong(double a, double b, double out) {
        return (b == 0 && !std::isnan(a)) || (std::isinf(out) && !std::isinf(a)) ||
               (out == 0 && a != 0 && !std::isinf(b));
    }
};

using Numeric = std::optional<Decimal> (*)(Decimal, Decimal);

std::optional<Decimal> negate_numeric(Decimal value) { return Decimal{-value.digits, value.scale}; }
double negate_double(double value) { return -value; }
std::optional<std::int64_t> negate_integer(std::int64_t value) {
    return fits_integer(-value) ? std::optional(-value) : std::nullopt;
}
std::optional<std::int64_t> negate_bigint(std::int64_t value) {
    return value != std::numeric_limits<std::int64_t>::min() ? std::optional(-value) : std::nullopt;
}

constexpr Function infix(std::string_view name, Type type, Kernel kernel) {
    return {.name = name,
            .arguments = {type, type},
            .arity = 2,
            .result = type,
            .kernel = kernel,
            .style = Function::Style::infix};
}
constexpr Function prefix(std::string_view name, Type type, Kernel kernel) {
    return {.name = name,
            .arguments = {type},
            .arity = 1,
            .result = type,
            .kernel = kernel,
            .style = Function::Style::prefix};
}

constexpr std::array kArithmeticOperators = {
    infix("+", Type::integer, arithmetic<std::int64_t, AddInteger>),
    infix("+", Type::bigint, arithmetic<std::int64_t, AddBigint>),
    infix("+", Type::numeric, rowwise<Numeric{&add}>),
    infix("+", Type::double_precision, arithmetic<double, AddDouble>),
    infix("-", Type::integer, arithmetic<std::int64_t, SubtractInteger>),
    infix("-", Type::bigint, arithmetic<std::int64_t, SubtractBigint>),
    infix("-", Type::numeric, rowwise<Numeric{&subtract}>),
    infix("-", Type::double_precision, arithmetic<double, SubtractDouble>),
    infix("*", Type::integer, arithmetic<std::int64_t, MultiplyInteger>),
    infix("*", Type::bigint, arithmetic<std::int64_t, MultiplyBigint>),
    infix("*", Type::numeric, rowwise<Numeric{&multiply}>),
    infix("*", Type::double_precision, arithmetic<double, MultiplyDouble>),
    infix("/", Type::integer, arithmetic<std::int64_t, Divide<true>>),
    infix("/", Type::bigint, arithmetic<std::int64_t, Divide<false>>),
    infix("/", Type::numeric, rowwise<Numeric{&divide}>),
    infix("/", Type::double_precision, arithmetic<double, DivideDouble>),
    infix("%", Type::integer, arithmetic<std::int64_t, Modulo>),
    infix("%", Type::bigint, arithmetic<std::int64_t, Modulo>),
    infix("%", Type::numeric, rowwise<Numeric{&modulo}>),
    infix("^", Type::double_precision, rowwise<&power_of>),
    Function{.name = "^",
             .arguments = {Type::numeric, Type::numeric},
             .arity = 2,
             .result = Type::numeric,
             .style = Function::Style::infix,
             .prepare = refuse_numeric},
    prefix("-", Type::integer, rowwise<&negate_integer>),
    prefix("-", Type::bigint, rowwise<&negate_bigint>),
    prefix("-", Type::numeric, rowwise<&negate_numeric>),
    prefix("-", Type::double_precision, rowwise<&negate_double>),
    prefix("+", Type::integer, same_values),
    prefix("+", Type::bigint, same_values),
    prefix("+", Type::numeric, same_values),
    prefix("+", Type::double_precision, same_values),
};

}  // namespace

std::span<const Function> arithmetic_operators() { return kArithmeticOperators; }

}  // namespace sf::sql
