// Numbers, booleans and UUIDs as PostgreSQL 15 reads and writes them.
#include "sql/values/number_text.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <random>
#include <string>

namespace sf::sql {
namespace {

std::string written(double value) {
    char buffer[kDoubleTextMax];
    return {buffer, write_double(buffer, value)};
}

TEST(NumberText, writes_doubles_as_postgresql) {
    EXPECT_EQ(written(0), "0");
    EXPECT_EQ(written(-0.0), "-0");
    EXPECT_EQ(written(4.35), "4.35");
    EXPECT_EQ(written(-100), "-100");
    EXPECT_EQ(written(123456789012345), "123456789012345");
    EXPECT_EQ(written(1e15), "1e+15");
    EXPECT_EQ(written(1e22), "1e+22");
    EXPECT_EQ(written(0.0001), "0.0001");
    EXPECT_EQ(written(0.00001), "1e-05");
    EXPECT_EQ(written(2.5e-5), "2.5e-05");
    EXPECT_EQ(written(1.7976931348623157e308), "1.7976931348623157e+308");
    EXPECT_EQ(written(5e-324), "5e-324");
    EXPECT_EQ(written(9007199254740993.0), "9.007199254740992e+15");
    EXPECT_EQ(written(std::nan("")), "NaN");
    EXPECT_EQ(written(-HUGE_VAL), "-Infinity");
    // Decimals that stand exactly between two doubles are not used, though they are shorter.
    EXPECT_EQ(written(1e23), "9.999999999999999e+22");
    EXPECT_EQ(written(2e23), "1.9999999999999998e+23");
}

TEST(NumberText, what_is_written_is_read_back) {
    std::mt19937_64 random(1);
    for (int i = 0; i < 20'000; ++i) {
        const auto value = std::bit_cast<double>(random());
        if (!std::isfinite(value)) continue;
        const std::string text = written(value);
        const auto read = read_double(text);
        ASSERT_TRUE(read && std::bit_cast<std::uint64_t>(*read) == std::bit_cast<std::uint64_t>(value)) << text;
        char shortest[40];
        const auto end = std::to_chars(shortest, shortest + sizeof shortest, value, std::chars_format::scientific).ptr;
        ASSERT_LE(text.size(), static_cast<std::size_t>(end - shortest) + 16) << text;
    }
}

TEST(NumberText, reads_integers) {
    EXPECT_EQ(read_bigint("42"), 42);
    EXPECT_EQ(read_bigint(" \t-7\n"), -7);
    EXPECT_EQ(read_bigint("+7"), 7);
    EXPECT_EQ(read_bigint("-9223372036854775808"), INT64_MIN);
    EXPECT_EQ(read_integer("2147483647"), 2147483647);
    for (const char* text : {"", " ", "-", "+-1", "1.0", "1e3", "0x10", "9223372036854775808", "1 2", "12a", "१"})
        EXPECT_FALSE(read_bigint(text)) << text;
    EXPECT_FALSE(read_integer("2147483648"));
}

TEST(NumberText, reads_doubles) {
    EXPECT_EQ(read_double(" 1.5e3 "), 1500);
    EXPECT_EQ(read_double("+.5"), 0.5);
    EXPECT_EQ(read_double("5."), 5);
    EXPECT_EQ(read_double("-inf"), -HUGE_VAL);
    EXPECT_EQ(read_double("Infinity"), HUGE_VAL);
    EXPECT_TRUE(std::isnan(*read_double("nan")));
    EXPECT_EQ(read_double("4.9e-324"), 5e-324);
    for (const char* text : {"", ".", "e5", "1e", "--1", "+-1", "1e400", "1e-400", "1,5", "1.5x", "infinit"})
        EXPECT_FALSE(read_double(text)) << text;
}

TEST(NumberText, reads_booleans) {
    for (const char* text : {"t", "true", "TRUE", "tr", "y", "Yes", "on", "1", " true "})
        EXPECT_EQ(read_boolean(text), true) << text;
    for (const char* text : {"f", "false", "fal", "n", "no", "off", "of", "0"})
        EXPECT_EQ(read_boolean(text), false) << text;
    for (const char* text : {"", "o", "2", "truex", "yes!", "nope", "10"}) EXPECT_FALSE(read_boolean(text)) << text;
}

TEST(NumberText, reads_uuids) {
    const auto id = read_uuid("018f4e9c-1c2b-7a3d-8e4f-5a6b7c8d9e0f");
    ASSERT_TRUE(id);
    EXPECT_EQ(read_uuid("{018F4E9C1C2B7A3D8E4F5A6B7C8D9E0F}"), id);
    EXPECT_EQ(read_uuid("018f-4e9c-1c2b-7a3d-8e4f-5a6b-7c8d-9e0f"), id);
    for (const char* text : {"", "{}", "018f4e9c", "018f4e9c-1c2b-7a3d-8e4f-5a6b7c8d9e0",
                             "018f4e9c-1c2b-7a3d-8e4f-5a6b7c8d9e0f-", "01-8f4e9c1c2b7a3d8e4f5a6b7c8d9e0f",
                             "018f4e9c-1c2b-7a3d-8e4f-5a6b7c8d9e0g", "{018f4e9c-1c2b-7a3d-8e4f-5a6b7c8d9e0f"})
        EXPECT_FALSE(read_uuid(text)) << text;
}

}  // namespace
}  // namespace sf::sql
