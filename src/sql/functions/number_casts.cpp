// Casts between numbers, and of integers to and from booleans.
#include "sql/functions/catalog.hpp"
#include "sql/functions/rounding.hpp"
#include "sql/functions/rowwise.hpp"
#include "sql/functions/same_values.hpp"

#include <cmath>
#include <limits>

namespace sf::sql {
namespace {

constexpr std::int64_t kIntegerMin = std::numeric_limits<std::int32_t>::min();
constexpr std::int64_t kIntegerMax = std::numeric_limits<std::int32_t>::max();

std::optional<std::int64_t> within_integer(std::int64_t value) {
    if (value < kIntegerMin || value > kIntegerMax) return std::nullopt;
    return value;
}

// Half to even, as rint() does.
std::optional<std::int64_t> double_to_bigint(double value) {
    const double rounded = std::rint(value);
    if (!(rounded >= -0x1p63 && rounded < 0x1p63)) return std::nullopt;  // NaN, too.
    return static_cast<std::int64_t>(rounded);
}
std::optional<std::int64_t> double_to_integer(double value) {
    const double rounded = std::rint(value);
    if (!(rounded >= static_cast<double>(kIntegerMin) && rounded <= static_cast<double>(kIntegerMax)))
        return std::nullopt;
    return static_cast<std::int64_t>(rounded);
}

// Half away from zero.
std::optional<std::int64_t> numeric_to_bigint(Decimal value) {
    const auto rounded = round_decimal(value, 0);
    if (!rounded || rounded->digits < std::numeric_limits<std::int64_t>::min() ||
        rounded->digits > std::numeric_limits<std::int64_t>::max())
        return std::nullopt;
    return static_cast<std::int64_t>(rounded->digits);
}
std::optional<std::int64_t> numeric_to_integer(Decimal value) {
    const auto wide = numeric_to_bigint(value);
    return wide ? within_integer(*wide) : std::nullopt;
}

void integer_to_double(Call& call) {
    const auto from = call.read<std::int64_t>(0);
    const std::span<double> to = call.write<double>();
    for (std::size_t row = 0; row < to.size(); ++row) to[row] = static_cast<double>(from.values[row]);
}

Decimal integer_to_numeric(std::int64_t value) { return Decimal::from_integer(value); }
double numeric_to_double(Decimal value) { return value.to_double(); }
bool integer_to_boolean(std::int64_t value) { return value != 0; }
std::int64_t boolean_to_integer(bool value) { return value ? 1 : 0; }

std::optional<Decimal> limit_numeric(Decimal value, std::int64_t precision, std::int64_t scale) {
    const auto rounded = round_decimal(value, static_cast<int>(scale));
    if (!rounded) return std::nullopt;
    Decimal bound{1, 0};
    for (std::int64_t i = 0; i < precision; ++i) bound.digits *= 10;
    const __int128 digits = rounded->digits < 0 ? -rounded->digits : rounded->digits;
    return digits < bound.digits ? rounded : std::nullopt;
}

std::optional<std::int64_t> within_small(std::int64_t value) {
    if (value < std::numeric_limits<std::int16_t>::min() || value > std::numeric_limits<std::int16_t>::max())
        return std::nullopt;
    return value;
}

constexpr Function number_cast(Type from, Type to, Kernel kernel) {
    return {.name = "cast",
            .arguments = {from},
            .arity = 1,
            .result = to,
            .kernel = kernel,
            .style = Function::Style::cast};
}

constexpr std::array kNumberCasts = {
    number_cast(Type::integer, Type::bigint, same_values),
    number_cast(Type::integer, Type::double_precision, integer_to_double),
    number_cast(Type::integer, Type::numeric, rowwise<&integer_to_numeric>),
    number_cast(Type::integer, Type::boolean, rowwise<&integer_to_boolean>),
    number_cast(Type::boolean, Type::integer, rowwise<&boolean_to_integer>),
    number_cast(Type::bigint, Type::integer, rowwise<&within_integer>),
    number_cast(Type::bigint, Type::double_precision, integer_to_double),
    number_cast(Type::bigint, Type::numeric, rowwise<&integer_to_numeric>),
    number_cast(Type::double_precision, Type::integer, rowwise<&double_to_integer>),
    number_cast(Type::double_precision, Type::bigint, rowwise<&double_to_bigint>),
    number_cast(Type::double_precision, Type::numeric, rowwise<&Decimal::from_double>),
    number_cast(Type::numeric, Type::integer, rowwise<&numeric_to_integer>),
    number_cast(Type::numeric, Type::bigint, rowwise<&numeric_to_bigint>),
    number_cast(Type::numeric, Type::double_precision, rowwise<&numeric_to_double>),
};

}  // namespace

constinit const Function kNumericLimit = {.name = "numeric",
                                          .arguments = {Type::numeric, Type::integer, Type::integer},
                                          .arity = 3,
                                          .result = Type::numeric,
                                          .kernel = rowwise<&limit_numeric>};

constinit const Function kSmallLimit = {.name = "smallint",
                                        .arguments = {Type::integer},
                                        .arity = 1,
                                        .result = Type::integer,
                                        .kernel = rowwise<&within_small>};

std::span<const Function> number_casts() { return kNumberCasts; }

}  // namespace sf::sql
