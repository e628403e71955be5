#include "base/result.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace sf {
namespace {

Result<int> half(int value) {
    if (value % 2 != 0)
        return fail(ErrorCode::invalid_input, "odd", "it is " + std::to_string(value), "use an even one");
    return value / 2;
}

Result<int> quarter(int value) {
    SF_ASSIGN(const int once, half(value));
    SF_ASSIGN(const int twice, half(once));
    return twice;
}

Result<std::unique_ptr<int>> boxed(int value) { return std::make_unique<int>(value); }

TEST(Result, passes_values_and_errors_on) {
    EXPECT_EQ(*quarter(8), 2);
    EXPECT_EQ(quarter(6).error().code, ErrorCode::invalid_input);
    EXPECT_EQ(quarter(6).error().text(), "odd\ndetail: it is 3\nhint: use an even one");
    EXPECT_EQ(quarter(6).error().line(), "odd; it is 3 (use an even one)");
    EXPECT_EQ(**boxed(3), 3);
}

TEST(Result, context_goes_in_front) {
    Error error = std::move(half(3).error()).during("halving");
    EXPECT_EQ(error.message, "halving: odd");
}

}  // namespace
}  // namespace sf
