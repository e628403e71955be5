// PostgreSQL's numeric, as far as 38 digits go: a 128-bit whole number and how many of its digits stand behind the
// point. Results have the scale that PostgreSQL gives them (numeric.c: add, mul, div_var with select_div_scale), so
// texts agree digit for digit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sf::sql {

struct Decimal {
    __int128 digits = 0;     // value = digits / 10^scale
    std::int32_t scale = 0;  // 0 to 38.

    [[nodiscard]] static Decimal from_integer(std::int64_t value) { return {value, 0}; }

    /// "-12.50", "1e3"; nothing for text that is no number or has more digits than fit.
    [[nodiscard]] static std::optional<Decimal> parse(std::string_view text);

    /// As PostgreSQL casts float8 to numeric: 15 significant digits. Nothing for NaN, infinities and what does not fit.
    [[nodiscard]] static std::optional<Decimal> from_double(double value);

    [[nodiscard]] double to_double() const;
    [[nodiscard]] std::string to_text() const;
    void append_to(std::string& out) const;
};

// Nothing: the result has more than 38 digits, or the divisor is zero.
[[nodiscard]] std::optional<Decimal> add(Decimal a, Decimal b);
[[nodiscard]] std::optional<Decimal> subtract(Decimal a, Decimal b);
[[nodiscard]] std::optional<Decimal> multiply(Decimal a, Decimal b);
[[nodiscard]] std::optional<Decimal> divide(Decimal a, Decimal b);
[[nodiscard]] std::optional<Decimal> modulo(Decimal a, Decimal b);

/// Where a numeric begins in PostgreSQL's form, which has groups of four decimal digits: value = group * 10000^weight
/// and something; zeros of zero.
struct LeadingGroup {
    int weight = 0;
    int group = 0;
};

/// The scale that a quotient gets (select_div_scale() of numeric.c): at least 16 significant digits, and no fewer than
/// either operand shows.
[[nodiscard]] int quotient_scale(LeadingGroup a, int scale_a, LeadingGroup b, int scale_b);

/// -1, 0, 1; by value: 1.0 equals 1.00.
[[nodiscard]] int compare(Decimal a, Decimal b);

/// Without trailing zeros behind the point: equal values become equal digits, for hashing.
[[nodiscard]] Decimal normalized(Decimal value);

}  // namespace sf::sql
