#include "cli/recording/field_value.hpp"

#include <gtest/gtest.h>

namespace sf::recording {
namespace {

std::string value(std::string_view text, ValueType type) {
    std::string out = "<";
    std::uint64_t mended = 0;
    if (!append_value(out, text, type, mended)) {
        EXPECT_EQ(out, "<");
    }
    return out.substr(1);
}

TEST(FieldValue, numbers_keep_their_digits) {
    for (const char* same : {"2.55", "0.10", "-3", "12345678901234567890.123456789", "1e5", "1.5E-3", "0"}) {
        EXPECT_EQ(value(same, ValueType::number), same);
    }
}

TEST(FieldValue, numbers_become_json) {
    EXPECT_EQ(value(".5", ValueType::number), "0.5");
    EXPECT_EQ(value("5.", ValueType::number), "5");
    EXPECT_EQ(value("+007.10", ValueType::number), "7.10");
    EXPECT_EQ(value(" 8 ", ValueType::number), "8");
    EXPECT_EQ(value("-.5", ValueType::number), "-0.5");
}

TEST(FieldValue, other_texts_are_no_numbers) {
    for (const char* bad : {"", "-", ".", "1,5", "1 000", "abc", "1e", "NaN", "0x10", "--1", "1.2.3"}) {
        EXPECT_EQ(value(bad, ValueType::number), "") << bad;
    }
}

TEST(FieldValue, integers_drop_zero_fractions_only) {
    EXPECT_EQ(value("17850.0", ValueType::integer), "17850");
    EXPECT_EQ(value("-6", ValueType::integer), "-6");
    EXPECT_EQ(value("2.5", ValueType::integer), "");
    EXPECT_EQ(value("1e3", ValueType::integer), "");
}

TEST(FieldValue, booleans) {
    EXPECT_EQ(value("Yes", ValueType::boolean), "true");
    EXPECT_EQ(value("0", ValueType::boolean), "false");
    EXPECT_EQ(value("maybe", ValueType::boolean), "");
}

TEST(FieldValue, strings_that_are_not_utf8_are_latin_1) {
    std::string out;
    std::uint64_t mended = 0;
    ASSERT_TRUE(append_value(out, "caf\xe9", ValueType::string, mended));
    ASSERT_TRUE(append_value(out, "caf\xc3\xa9", ValueType::string, mended));
    EXPECT_EQ(out, "\"caf\xc3\xa9\"\"caf\xc3\xa9\"");
    EXPECT_EQ(mended, 1u);
}

}  // namespace
}  // namespace sf::recording
