// Decimal against what PostgreSQL 15 prints for the same.
#include "sql/decimal.hpp"
#include "sql/functions/rounding.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sf::sql {
namespace {

Decimal number(std::string_view text) {
    const auto parsed = Decimal::parse(text);
    EXPECT_TRUE(parsed) << text;
    return parsed.value_or(Decimal{});
}

std::string shown(const std::optional<Decimal>& value) { return value ? value->to_text() : "nothing"; }

TEST(Decimal, reads_and_writes) {
    for (const char* text : {"0", "-12.50", "0.001", "100", "99999999999999999999999999999999999999",
                             "-0.00000000000000000000000000000000000001"})
        EXPECT_EQ(number(text).to_text(), text);
    EXPECT_EQ(number("1e3").to_text(), "1000");
    EXPECT_EQ(number("1.5E-3").to_text(), "0.0015");
    EXPECT_EQ(number("+.5").to_text(), "0.5");
    EXPECT_EQ(number("5.").to_text(), "5");
    EXPECT_EQ(number("-0.00").to_text(), "0.00");
    for (const char* text :
         {"", "-", ".", "1e", "1e+-2", "--1", "1 ", "abc", "1.2.3", "NaN", "100000000000000000000000000000000000000",
          "1e38", "1e-39", "0.123456789012345678901234567890123456789"})
        EXPECT_FALSE(Decimal::parse(text)) << text;
}

TEST(Decimal, has_the_scales_of_postgresql) {
    EXPECT_EQ(shown(add(number("1.50"), number("2.5"))), "4.00");
    EXPECT_EQ(shown(subtract(number("1"), number("1.000"))), "0.000");
    EXPECT_EQ(shown(multiply(number("1.00"), number("2.000"))), "2.00000");
    struct Quotient {
        const char* a;
        const char* b;
        const char* wanted;
    };
    for (const Quotient& q : {Quotient{"12345678901234567890", "7", "1763668414462081127"},
                              {"1", "3", "0.33333333333333333333"},
                              {"2", "3", "0.66666666666666666667"},
                              {"-2", "3", "-0.66666666666666666667"},
                              {"10000", "3", "3333.3333333333333333"},
                              {"1", "3333.0", "0.00030003000300030003"},
                              {"5.0", "10", "0.50000000000000000000"},
                              {"0", "5.00", "0.00000000000000000000"},
                              {"99999.0", "0.0001", "999990000.00000000"},
                              {"0.0001", "3", "0.000033333333333333333333"},
                              {"0.000012345", "9", "0.000001371666666666666667"},
                              {"100000000000000000000", "3", "33333333333333333333"}})
        EXPECT_EQ(shown(divide(number(q.a), number(q.b))), q.wanted) << q.a << " / " << q.b;
    EXPECT_EQ(shown(modulo(number("7.5"), number("2"))), "1.5");
    EXPECT_EQ(shown(modulo(number("-7.5"), number("2"))), "-1.5");
    EXPECT_EQ(shown(modulo(number("1"), number("10000000000000000000000000000000000000"))), "1");
    EXPECT_EQ(shown(modulo(number("12345678901234567890123456789012345678"),
                           number("0.00000000000000000000000000000000000007"))),
              "0.00000000000000000000000000000000000004");
}

TEST(Decimal, says_when_digits_run_out) {
    const Decimal large = number("99999999999999999999999999999999999999");
    EXPECT_EQ(shown(add(large, number("1"))), "nothing");
    EXPECT_EQ(shown(add(large, number("0.1"))), "nothing");
    EXPECT_EQ(shown(multiply(number("10000000000000000000"), number("10000000000000000000"))), "nothing");
    EXPECT_EQ(shown(divide(number("1"), number("0.00"))), "nothing");
    EXPECT_EQ(shown(divide(large, number("0.1"))), "nothing");
    EXPECT_EQ(shown(divide(number("1"), large)), "nothing");
    EXPECT_EQ(shown(modulo(number("1"), number("0"))), "nothing");
}

TEST(Decimal, compares_by_value) {
    EXPECT_EQ(compare(number("1.0"), number("1.000")), 0);
    EXPECT_EQ(compare(number("-1"), number("1")), -1);
    EXPECT_EQ(compare(number("-2"), number("-1.5")), -1);
    EXPECT_EQ(
        compare(number("99999999999999999999999999999999999999"), number("0.00000000000000000000000000000000000001")),
        1);
    EXPECT_EQ(
        compare(number("-99999999999999999999999999999999999999"), number("-0.00000000000000000000000000000000000001")),
        -1);
    EXPECT_EQ(normalized(number("1.500")).to_text(), "1.5");
    EXPECT_EQ(normalized(number("0.000")).scale, 0);
    EXPECT_EQ(normalized(number("100")).to_text(), "100");
}

TEST(Decimal, to_and_from_double) {
    EXPECT_EQ(shown(Decimal::from_double(0.1)), "0.1");
    EXPECT_EQ(shown(Decimal::from_double(1.0 / 3)), "0.333333333333333");
    EXPECT_EQ(shown(Decimal::from_double(1e20)), "100000000000000000000");
    EXPECT_EQ(shown(Decimal::from_double(-0.0)), "0");
    EXPECT_EQ(shown(Decimal::from_double(1e300)), "nothing");
    EXPECT_EQ(shown(Decimal::from_double(1e-300)), "nothing");
    EXPECT_EQ(shown(Decimal::from_double(0.0 / 0.0)), "nothing");
    EXPECT_EQ(number("123456789012345678901234567890.12345").to_double(), 123456789012345678901234567890.12345);
    EXPECT_EQ(number("-0.00000000000000000000000000000000000001").to_double(), -1e-38);
    EXPECT_EQ(number("9007199254740993").to_double(), 9007199254740992.0);
}

TEST(Decimal, rounding) {
    EXPECT_EQ(shown(round_decimal(number("0.5"), 0)), "1");
    EXPECT_EQ(shown(round_decimal(number("-0.5"), 0)), "-1");
    EXPECT_EQ(shown(round_decimal(number("2.345"), 2)), "2.35");
    EXPECT_EQ(shown(round_decimal(number("1234.567"), -2)), "1200");
    EXPECT_EQ(shown(round_decimal(number("1.5"), 3)), "1.500");
    EXPECT_EQ(shown(round_decimal(number("5"), -1)), "10");
    EXPECT_EQ(shown(round_decimal(number("5"), -50)), "0");
    EXPECT_EQ(shown(round_decimal(number("5"), 60)), "nothing");
    EXPECT_EQ(shown(truncate_decimal(number("-1.99"), 1)), "-1.9");
    EXPECT_EQ(shown(floor_decimal(number("-0.5"))), "-1");
    EXPECT_EQ(shown(floor_decimal(number("-2.0"))), "-2");
    EXPECT_EQ(shown(ceiling_decimal(number("-0.5"))), "0");
    EXPECT_EQ(shown(ceiling_decimal(number("1.01"))), "2");
}

TEST(Decimal, square_root) {
    EXPECT_EQ(shown(square_root(number("2"))), "1.414213562373095");
    EXPECT_EQ(shown(square_root(number("0.0001"))), "0.01000000000000000");
    EXPECT_EQ(shown(square_root(number("123456789.0"))), "11111.11106055556");
    EXPECT_EQ(shown(square_root(number("10000000000"))), "100000.00000000000");
    EXPECT_EQ(shown(square_root(number("0.00000001"))), "0.0001000000000000000");
    EXPECT_EQ(shown(square_root(number("0"))), "0.000000000000000");
    EXPECT_EQ(shown(square_root(number("-1"))), "nothing");
}

}  // namespace
}  // namespace sf::sql
