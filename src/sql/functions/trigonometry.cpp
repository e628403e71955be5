// Mathematical functions of double precision beyond the basic ones: roots, logarithms, angles, buckets. The checks are
// those of float.c.
#include "sql/functions/catalog.hpp"
#include "sql/functions/rounding.hpp"
#include "sql/functions/rowwise.hpp"

#include <cerrno>
#include <cmath>
#include <limits>
#include <numbers>

namespace sf::sql {
namespace {

using Number = std::optional<double>;

constexpr double kRadiansOfDegree = 0.0174532925199432957692;

double cube_root(double value) { return std::cbrt(value); }

Number logarithm_of_10(double value) {
    if (value <= 0) return std::nullopt;
    return std::log10(value);
}

Number in_degrees(double value) {
    const double result = value / kRadiansOfDegree;
    if (std::isinf(result) && !std::isinf(value)) return std::nullopt;
    return result;
}
Number in_radians(double value) {
    const double result = value * kRadiansOfDegree;
    if (result == 0 && value != 0) return std::nullopt;
    return result;
}

// sin, cos, tan, cot: of no infinity.
template <double (*kFunction)(double)>
Number of_angle(double value) {
    if (std::isinf(value)) return std::nullopt;
    return kFunction(value);
}
double sine(double value) { return std::sin(value); }
double cosine(double value) { return std::cos(value); }
double tangent(double value) { return std::tan(value); }
double cotangent(double value) { return 1.0 / std::tan(value); }

// asin, acos, atanh: of -1 to 1.
template <double (*kFunction)(double)>
Number of_unit(double value) {
    if (value < -1 || value > 1) return std::nullopt;
    return kFunction(value);
}
double arc_sine(double value) { return std::asin(value); }
double arc_cosine(double value) { return std::acos(value); }
double area_tangent(double value) {
    if (std::fabs(value) == 1) return value * std::numeric_limits<double>::infinity();
    return std::atanh(value);
}

double arc_tangent(double value) { return std::atan(value); }
double arc_tangent_2(double y, double x) { return std::atan2(y, x); }
double hyperbolic_sine(double value) { return std::sinh(value); }
double hyperbolic_cosine(double value) { return std::cosh(value); }
double hyperbolic_tangent(double value) { return std::tanh(value); }
double area_sine(double value) { return std::asinh(value); }
Number area_cosine(double value) {
    if (value < 1) return std::nullopt;
    return std::acosh(value);
}

// Which of `count` parts of [low, high) a value is in: 0 below, count + 1 above. Bounds may fall.
std::optional<std::int64_t> width_bucket(double value, double low, double high, std::int64_t count) {
    if (count <= 0 || std::isnan(value) || std::isnan(low) || std::isnan(high) || std::isinf(low) || std::isinf(high) ||
        low == high)
        return std::nullopt;
    const bool rises = low < high;
    if (rises ? value < low : value > low) return 0;
    if (rises ? value >= high : value <= high) {
        if (count == std::numeric_limits<std::int32_t>::max()) return std::nullopt;
        return count + 1;
    }
    const double steps = static_cast<double>(count) * (rises ? value - low : low - value);
    const double bucket = steps / (rises ? high - low : low - high) + 1;
    if (!std::isfinite(bucket)) return std::nullopt;
    return static_cast<std::int64_t>(bucket);
}

// The same exactly, with the quotient as numeric divides.
std::optional<std::int64_t> numeric_bucket(Decimal value, Decimal low, Decimal high, std::int64_t count) {
    const int order = compare(low, high);
    if (count <= 0 || order == 0) return std::nullopt;
    const bool rises = order < 0;
    if (rises ? compare(value, low) < 0 : compare(value, low) > 0) return 0;
    if (rises ? compare(value, high) >= 0 : compare(value, high) <= 0) {
        if (count == std::numeric_limits<std::int32_t>::max()) return std::nullopt;
        return count + 1;
    }
    const auto above = rises ? subtract(value, low) : subtract(low, value);
    const auto width = rises ? subtract(high, low) : subtract(low, high);
    const auto steps = above ? multiply(*above, Decimal::from_integer(count)) : std::nullopt;
    const auto quotient = steps && width ? divide(*steps, *width) : std::nullopt;
    if (!quotient) return std::nullopt;
    // Rounding can make it as great as the count.
    if (compare(*quotient, Decimal::from_integer(count)) >= 0) return count;
    const auto whole = floor_decimal(*quotient);
    if (!whole) return std::nullopt;
    return static_cast<std::int64_t>(whole->digits) + 1;
}

constexpr Type kD = Type::double_precision;

constexpr Function of_double(std::string_view name, Kernel kernel) {
    return {.name = name, .arguments = {kD}, .arity = 1, .result = kD, .kernel = kernel};
}
constexpr Function root_operator(std::string_view name, Kernel kernel) {
    return {
        .name = name, .arguments = {kD}, .arity = 1, .result = kD, .kernel = kernel, .style = Function::Style::prefix};
}

void pi(Call& call) { std::ranges::fill(call.write<double>(), std::numbers::pi); }

Number square_root_of(double value) {
    if (value < 0) return std::nullopt;
    return std::sqrt(value);
}

constexpr std::array kTrigonometry = {
    of_double("cbrt", rowwise<&cube_root>),
    of_double("log", rowwise<&logarithm_of_10>),
    of_double("log10", rowwise<&logarithm_of_10>),
    of_double("degrees", rowwise<&in_degrees>),
    of_double("radians", rowwise<&in_radians>),
    of_double("sin", rowwise<&of_angle<&sine>>),
    of_double("cos", rowwise<&of_angle<&cosine>>),
    of_double("tan", rowwise<&of_angle<&tangent>>),
    of_double("cot", rowwise<&of_angle<&cotangent>>),
    of_double("asin", rowwise<&of_unit<&arc_sine>>),
    of_double("acos", rowwise<&of_unit<&arc_cosine>>),
    of_double("atan", rowwise<&arc_tangent>),
    Function{.name = "atan2", .arguments = {kD, kD}, .arity = 2, .result = kD, .kernel = rowwise<&arc_tangent_2>},
    of_double("sinh", rowwise<&hyperbolic_sine>),
    of_double("cosh", rowwise<&hyperbolic_cosine>),
    of_double("tanh", rowwise<&hyperbolic_tangent>),
    of_double("asinh", rowwise<&area_sine>),
    of_double("acosh", rowwise<&area_cosine>),
    of_double("atanh", rowwise<&of_unit<&area_tangent>>),
    Function{.name = "width_bucket",
             .arguments = {kD, kD, kD, Type::integer},
             .arity = 4,
             .result = Type::integer,
             .kernel = rowwise<&width_bucket>},
    Function{.name = "width_bucket",
             .arguments = {Type::numeric, Type::numeric, Type::numeric, Type::integer},
             .arity = 4,
             .result = Type::integer,
             .kernel = rowwise<&numeric_bucket>},
};

constexpr std::array kRoots = {
    root_operator("|/", rowwise<&square_root_of>),
    root_operator("||/", rowwise<&cube_root>),
};

}  // namespace

constinit const Function kPi = {.name = "pi", .result = kD, .kernel = pi};

std::span<const Function> trigonometric_functions() { return kTrigonometry; }
std::span<const Function> root_operators() { return kRoots; }

}  // namespace sf::sql
