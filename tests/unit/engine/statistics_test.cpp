// Variances, and correlation and regression of pairs: PostgreSQL's results, whatever the order.
#include "unit/engine/aggregate_value.hpp"

#include "engine/aggregates/wide_integer.hpp"

#include <gtest/gtest.h>

namespace sf::engine::testing {
namespace {

// The expected texts are PostgreSQL's.

TEST(Variance, of_whole_numbers_has_the_digits_of_postgresql) {
    EXPECT_EQ(value_in_any_order("variance((data->>'x')::int)", {"1", "2"}), "0.50000000000000000000");
    EXPECT_EQ(value_in_any_order("stddev((data->>'x')::int)", {"1", "2"}), "0.70710678118654752440");
    EXPECT_EQ(value_in_any_order("var_pop((data->>'x')::bigint)", {"1", "2"}), "0.25000000000000000000");
    EXPECT_EQ(value_in_any_order("stddev_pop((data->>'x')::bigint)", {"1", "2"}), "0.50000000000000000000");
    EXPECT_EQ(value_in_any_order("var_samp((data->>'x')::int)", {"1", "2", "4", "8"}), "9.5833333333333333");
    EXPECT_EQ(value_in_any_order("stddev_samp((data->>'x')::int)", {"1", "2", "4", "8"}), "3.0956959368344517");
    EXPECT_EQ(value_in_any_order("stddev_pop((data->>'x')::int)", {"1", "2", "4", "8"}), "2.6809513236909021");
}

TEST(Variance, of_the_greatest_numbers_is_exact) {
    const std::vector<std::string> extremes = {"9223372036854775807", "-9223372036854775808", "0"};
    EXPECT_EQ(value_in_any_order("variance((data->>'x')::bigint)", extremes), "85070591730234615856620279821087277056");
    EXPECT_EQ(value_in_any_order("stddev((data->>'x')::bigint)", extremes), "9223372036854775807");
    EXPECT_EQ(value_in_any_order("var_pop((data->>'x')::bigint)", extremes), "56713727820156410571080186547391518038");
}

TEST(Variance, of_exact_numbers_has_the_digits_of_postgresql) {
    const std::vector<std::string> mixed = {"0.1", "0.25", "100.125"};
    EXPECT_EQ(value_in_any_order("variance((data->>'x')::numeric)", mixed), "3330.0064583333333333");
    EXPECT_EQ(value_in_any_order("stddev((data->>'x')::numeric)", mixed), "57.7062081437806251");
    EXPECT_EQ(value_in_any_order("var_pop((data->>'x')::numeric)", mixed), "2220.0043055555555556");
    const auto large = quoted({"123456789012.1234", "-987654321098.4321", "0.0001"});
    EXPECT_EQ(value_in_any_order("variance((data->>'x')::numeric)", large), "370878422624783322226084.69849666");
    EXPECT_EQ(value_in_any_order("stddev_pop((data->>'x')::numeric)", large), "497244690016.75176074");
    EXPECT_EQ(value_in_any_order("stddev((data->>'x')::numeric)", {"7.50", "7.50"}), "0");
}

TEST(Variance, needs_values) {
    for (const std::string type : {"int", "numeric", "float8"}) {
        const std::string argument = "((data->>'x')::" + type + ")";
        EXPECT_EQ(value_in_any_order("variance" + argument, {"7", "null"}), "null");
        EXPECT_EQ(value_in_any_order("var_pop" + argument, {"7", "null"}), "0");
        EXPECT_EQ(value_in_any_order("stddev_pop" + argument, {"null"}), "null");
    }
}

TEST(Variance, of_more_than_38_digits_fails) {
    const std::string nines(38, '9');
    EXPECT_EQ(value_in_any_order("variance((data->>'x')::numeric)", quoted({nines, "-" + nines})), "null failed");
    EXPECT_EQ(value_in_any_order("variance((data->>'x')::numeric)", quoted({nines, "0." + nines})), "null failed");
    EXPECT_EQ(value_in_any_order("var_pop((data->>'x')::numeric)", quoted({"1." + std::string(20, '1'), "2"})),
              "null failed")
        << "a variance has twice the places of the values";
}

TEST(Variance, of_doubles_does_not_cancel_out) {
    EXPECT_EQ(value_in_any_order("var_pop(data.x)", {"1000000001", "1000000003"}), "1");
    EXPECT_EQ(value_in_any_order("stddev(data.x)", {"2", "4", "4", "4", "5", "5", "7", "9", "\"9\""}),
              "2.138089935299395");
    EXPECT_EQ(value_in_any_order("variance((data->>'x')::float8)", quoted({"Infinity", "1"})), "\"NaN\"");
    EXPECT_EQ(value_in_any_order("var_pop((data->>'x')::float8)", quoted({"NaN"})), "\"NaN\"");
    EXPECT_EQ(value_in_any_order("variance(data.x)", {"1e300", "-1e300"}), "null failed");
}

const std::vector<std::string> kPairs = {R"({"y":1,"x":2})", R"({"y":3,"x":4})",    R"({"y":2,"x":6})",
                                         R"({"y":6,"x":8})", R"({"y":null,"x":1})", R"({"y":5})"};

std::string of_pairs(const std::string& function) { return value_in_any_order(function + "(data.y, data.x)", kPairs); }

TEST(Regression, of_pairs) {
    EXPECT_EQ(of_pairs("regr_count"), "4");
    EXPECT_EQ(of_pairs("regr_avgx"), "5");
    EXPECT_EQ(of_pairs("regr_avgy"), "3");
    EXPECT_EQ(of_pairs("regr_sxx"), "20");
    EXPECT_EQ(of_pairs("regr_syy"), "14");
    EXPECT_EQ(of_pairs("regr_sxy"), "14");
    EXPECT_EQ(of_pairs("regr_slope"), "0.7");
    EXPECT_EQ(of_pairs("regr_intercept"), "-0.5");
    EXPECT_EQ(of_pairs("regr_r2"), "0.7");
    EXPECT_EQ(of_pairs("corr"), "0.8366600265340756");
    EXPECT_EQ(of_pairs("covar_pop"), "3.5");
    EXPECT_EQ(of_pairs("covar_samp"), "4.666666666666667");
}

TEST(Regression, needs_pairs) {
    const std::vector<std::string> one = {R"({"y":1,"x":2})", R"({"y":1})"};
    for (const std::string function : {"corr", "covar_samp", "regr_slope", "regr_intercept", "regr_r2"})
        EXPECT_EQ(value_in_any_order(function + "(data.y, data.x)", one), "null") << function;
    for (const std::string function : {"covar_pop", "regr_sxx", "regr_sxy"})
        EXPECT_EQ(value_in_any_order(function + "(data.y, data.x)", one), "0") << function;
    EXPECT_EQ(value_in_any_order("covar_pop(data.y, data.x)", {"{}"}), "null");
    EXPECT_EQ(value_in_any_order("regr_count(data.y, data.x)", {"{}"}), "0");
}

TEST(Regression, of_a_constant) {
    const std::vector<std::string> flat = {R"({"y":1,"x":2})", R"({"y":1,"x":3})"};
    EXPECT_EQ(value_in_any_order("regr_r2(data.y, data.x)", flat), "1");
    EXPECT_EQ(value_in_any_order("regr_slope(data.y, data.x)", flat), "0");
    EXPECT_EQ(value_in_any_order("corr(data.y, data.x)", flat), "null");
    EXPECT_EQ(value_in_any_order("regr_slope(data.x, data.y)", flat), "null");
}

TEST(Regression, of_infinities_and_beyond_the_range) {
    const std::string calls = "((data->>'y')::float8, (data->>'x')::float8)";
    const std::vector<std::string> infinite = {R"({"y":1,"x":"Infinity"})", R"({"y":3,"x":4})"};
    EXPECT_EQ(value_in_any_order("regr_sxx" + calls, infinite), "\"NaN\"");
    EXPECT_EQ(value_in_any_order("corr" + calls, infinite), "\"NaN\"");
    EXPECT_EQ(value_in_any_order("regr_avgx" + calls, infinite), "\"Infinity\"");
    EXPECT_EQ(value_in_any_order("regr_syy" + calls, infinite), "2");
    const std::vector<std::string> large = {R"({"y":1,"x":1e300})", R"({"y":3,"x":-1e300})"};
    EXPECT_EQ(value_in_any_order("regr_sxx" + calls, large), "null failed");
    EXPECT_EQ(value_in_any_order("regr_avgy" + calls, large), "null failed")
        << "PostgreSQL has an error for all of them";
}

TEST(WideInteger, squares_and_divides) {
    const auto most = ~static_cast<unsigned __int128>(0);
    const WideInteger<8> square(square_of(most));
    EXPECT_EQ(square_root(square), WideInteger<8>(most));
    auto [value, rest] = divide(square, WideInteger<8>(most));
    EXPECT_EQ(value, WideInteger<8>(most));
    EXPECT_EQ(rest, WideInteger<8>());
    WideInteger<8> less = square;
    less.subtract(WideInteger<8>(1));
    EXPECT_EQ(square_root(less), WideInteger<8>(most - 1));
    EXPECT_EQ(divide(less, WideInteger<8>(most)).rest, WideInteger<8>(most - 1));
    EXPECT_LT(less, square);
}

TEST(WideInteger, says_what_does_not_fit) {
    WideInteger<4> value(square_of(~static_cast<unsigned __int128>(0)));
    WideInteger<4> twice = value;
    EXPECT_FALSE(twice.add(value));
    EXPECT_FALSE(value.multiply(2));
    WideInteger<4> small(7);
    EXPECT_TRUE(small.multiply_by_power_of_ten(30));
    EXPECT_TRUE(small.fits_int128());
    EXPECT_FALSE(small.multiply_by_power_of_ten(60));
}

}  // namespace
}  // namespace sf::engine::testing
