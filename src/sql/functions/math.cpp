// Mathematical functions. Where PostgreSQL has an error, the row fails.
#include "sql/functions/catalog.hpp"
#include "sql/functions/power.hpp"
#include "sql/functions/rounding.hpp"
#include "sql/functions/rowwise.hpp"

#include <cerrno>
#include <cmath>
#include <limits>

namespace sf::sql {
namespace {

// The checks of float.c behind a call of the C library.
std::optional<double> checked(double result, bool zero_is_fine) {
    if (errno == ERANGE || std::isinf(result) || (result == 0 && !zero_is_fine)) return std::nullopt;
    return result;
}

double power_with_infinity(double x, double y) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    if (std::isinf(y)) {
        const double size = std::fabs(x);
        if (size == 1) return 1;
        return (size > 1) == (y > 0) ? kInfinity : 0;
    }
    if (y == 0) return 1;
    const double result = y > 0 ? kInfinity : 0;
    const bool odd = std::floor(y / 2) != y / 2;
    return x < 0 && odd ? -result : result;
}

std::optional<double> exponential(double value) {
    if (std::isnan(value)) return value;
    if (std::isinf(value)) return value > 0 ? value : 0;
    errno = 0;
    return checked(std::exp(value), false);
}

std::optional<double> logarithm(double value) {
    if (value <= 0) return std::nullopt;
    return std::log(value);
}

std::optional<double> double_root(double value) {
    if (value < 0) return std::nullopt;
    return std::sqrt(value);
}

double double_absolute(double value) { return std::fabs(value); }
double double_ceiling(double value) { return std::ceil(value); }
double double_floor(double value) { return std::floor(value); }
double double_round(double value) { return std::rint(value); }
double double_truncate(double value) { return std::trunc(value); }
double double_sign(double value) { return value > 0 ? 1 : value < 0 ? -1 : 0; }

std::optional<std::int64_t> integer_absolute(std::int64_t value) {
    if (value == std::numeric_limits<std::int32_t>::min()) return std::nullopt;
    return value < 0 ? -value : value;
}
std::optional<std::int64_t> bigint_absolute(std::int64_t value) {
    if (value == std::numeric_limits<std::int64_t>::min()) return std::nullopt;
    return value < 0 ? -value : value;
}
Decimal numeric_absolute(Decimal value) { return {value.digits < 0 ? -value.digits : value.digits, value.scale}; }
Decimal numeric_sign(Decimal value) { return {(value.digits > 0) - (value.digits < 0), 0}; }
std::optional<Decimal> numeric_round(Decimal value) { return round_decimal(value, 0); }
std::optional<Decimal> numeric_truncate(Decimal value) { return truncate_decimal(value, 0); }
std::optional<Decimal> numeric_round_to(Decimal value, std::int64_t places) {
    return round_decimal(value, static_cast<int>(places));
}
std::optional<Decimal> numeric_truncate_to(Decimal value, std::int64_t places) {
    return truncate_decimal(value, static_cast<int>(places));
}

std::optional<std::int64_t> rest(std::int64_t a, std::int64_t b) {
    if (b == 0) return std::nullopt;
    return b == -1 ? 0 : a % b;
}

constexpr Function unary(std::string_view name, Type type, Kernel kernel) {
    return {.name = name, .arguments = {type}, .arity = 1, .result = type, .kernel = kernel};
}
constexpr Function binary(std::string_view name, Type first, Type second, Kernel kernel) {
    return {.name = name, .arguments = {first, second}, .arity = 2, .result = first, .kernel = kernel};
}

constexpr Function refused(std::string_view name, std::uint8_t arity) {
    return {.name = name,
            .arguments = {Type::numeric, Type::numeric},
            .arity = arity,
            .result = Type::numeric,
            .prepare = refuse_numeric};
}

constexpr std::array kMathFunctions = {
    unary("abs", Type::integer, rowwise<&integer_absolute>),
    unary("abs", Type::bigint, rowwise<&bigint_absolute>),
    unary("abs", Type::numeric, rowwise<&numeric_absolute>),
    unary("abs", Type::double_precision, rowwise<&double_absolute>),
    unary("ceil", Type::numeric, rowwise<&ceiling_decimal>),
    unary("ceil", Type::double_precision, rowwise<&double_ceiling>),
    unary("ceiling", Type::numeric, rowwise<&ceiling_decimal>),
    unary("ceiling", Type::double_precision, rowwise<&double_ceiling>),
    unary("floor", Type::numeric, rowwise<&floor_decimal>),
    unary("floor", Type::double_precision, rowwise<&double_floor>),
    unary("round", Type::numeric, rowwise<&numeric_round>),
    unary("round", Type::double_precision, rowwise<&double_round>),
    binary("round", Type::numeric, Type::integer, rowwise<&numeric_round_to>),
    unary("trunc", Type::numeric, rowwise<&numeric_truncate>),
    unary("trunc", Type::double_precision, rowwise<&double_truncate>),
    binary("trunc", Type::numeric, Type::integer, rowwise<&numeric_truncate_to>),
    unary("sign", Type::numeric, rowwise<&numeric_sign>),
    unary("sign", Type::double_precision, rowwise<&double_sign>),
    unary("sqrt", Type::numeric, rowwise<&square_root>),
    unary("sqrt", Type::double_precision, rowwise<&double_root>),
    unary("exp", Type::double_precision, rowwise<&exponential>),
    refused("exp", 1),
    refused("ln", 1),
    refused("log", 1),
    refused("log", 2),
    refused("log10", 1),
    refused("power", 2),
    refused("pow", 2),
    unary("ln", Type::double_precision, rowwise<&logarithm>),
    binary("power", Type::double_precision, Type::double_precision, rowwise<&power_of>),
    binary("pow", Type::double_precision, Type::double_precision, rowwise<&power_of>),
    binary("mod", Type::integer, Type::integer, rowwise<&rest>),
    binary("mod", Type::bigint, Type::bigint, rowwise<&rest>),
    binary("mod", Type::numeric, Type::numeric, rowwise<&modulo>),
};

constexpr Function absolute_operator(Type type, Kernel kernel) {
    return {.name = "@",
            .arguments = {type},
            .arity = 1,
            .result = type,
            .kernel = kernel,
            .style = Function::Style::prefix};
}

constexpr std::array kAbsoluteOperators = {
    absolute_operator(Type::integer, rowwise<&integer_absolute>),
    absolute_operator(Type::bigint, rowwise<&bigint_absolute>),
    absolute_operator(Type::numeric, rowwise<&numeric_absolute>),
    absolute_operator(Type::double_precision, rowwise<&double_absolute>),
};

}  // namespace

std::optional<double> power_of(double x, double y) {
    if (std::isnan(x)) return y == 0 ? 1 : x;
    if (std::isnan(y)) return x == 1 ? 1 : y;
    if (x == 0 && y < 0) return std::nullopt;
    if (x < 0 && std::floor(y) != y) return std::nullopt;
    if (std::isinf(x) || std::isinf(y)) return power_with_infinity(x, y);
    errno = 0;
    return checked(std::pow(x, y), x == 0);
}

Result<std::shared_ptr<const Prepared>> refuse_numeric(std::span<const ExpressionPtr>) {
    return fail(ErrorCode::invalid_input, "powers, exp and logarithms of numeric are not supported", {},
                "cast to double precision: 0.5 is numeric, 0.5::double precision is not");
}

std::span<const Function> absolute_operators() { return kAbsoluteOperators; }
std::span<const Function> math_functions() { return kMathFunctions; }

}  // namespace sf::sql
