// The order of jsonb, as PostgreSQL 15 sorts these values.

#include "sql/values/jsonb_order.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace sf::sql {
namespace {

std::string order_key(std::string_view value) {
    std::string key;
    append_jsonb_order(key, value);
    return key;
}

TEST(JsonbOrder, values_sort_as_in_postgresql) {
    constexpr std::array kSorted = {
        R"([])",     R"(null)", R"("")",      R"("a")",           R"("ab")",         R"("b")", R"(-1e3)",
        R"(-12)",    R"(-1.5)", R"(0)",       R"(1e-30)",         R"(0.5)",          R"(1)",   R"(1.5)",
        R"(10)",     R"(1e20)", R"(false)",   R"(true)",          R"([1])",          R"([2])", R"([[1]])",
        R"([1, 0])", R"({})",   R"({"b":2})", R"({"a":1,"b":1})", R"({"b":1,"a":2})"};
    for (std::size_t i = 1; i < kSorted.size(); ++i)
        EXPECT_LT(order_key(kSorted[i - 1]), order_key(kSorted[i])) << kSorted[i - 1] << " and " << kSorted[i];
}

TEST(JsonbOrder, equal_values_have_equal_texts) {
    EXPECT_EQ(order_key("1.0"), order_key("1"));
    EXPECT_EQ(order_key("-0"), order_key("0.00"));
    EXPECT_EQ(order_key(R"({"b": 1, "a": "\u0041"})"), order_key(R"({"a":"A","b":1.0})"));
    EXPECT_EQ(order_key(R"({"a":1,"a":2})"), order_key(R"({"a":2})"));
}

}  // namespace
}  // namespace sf::sql
