// Values as JSON.
#include "sql/evaluator.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace sf::sql {
namespace {

template <class T>
std::string json(Type type, T value, std::span<const T> Column::* array) {
    const std::array values = {value};
    Column column{.type = type, .size = 1};
    column.*array = values;
    std::string out;
    append_json(out, column, 0);
    return out;
}

TEST(AppendJson, each_type) {
    EXPECT_EQ(json(Type::boolean, std::uint8_t{1}, &Column::booleans), "true");
    EXPECT_EQ(json(Type::bigint, std::numeric_limits<std::int64_t>::min(), &Column::integers), "-9223372036854775808");
    EXPECT_EQ(json(Type::double_precision, 0.1, &Column::doubles), "0.1");
    EXPECT_EQ(json(Type::double_precision, 1e300, &Column::doubles), "1e+300");
    EXPECT_EQ(json(Type::double_precision, std::numeric_limits<double>::quiet_NaN(), &Column::doubles), "\"NaN\"");
    EXPECT_EQ(json(Type::double_precision, -std::numeric_limits<double>::infinity(), &Column::doubles),
              "\"-Infinity\"");
    EXPECT_EQ(json(Type::numeric, Decimal{-1250, 2}, &Column::decimals), "-12.50");
    EXPECT_EQ(json(Type::text, std::string_view("a\"é\n"), &Column::texts), "\"a\\\"é\\n\"");
    EXPECT_EQ(json(Type::timestamptz, std::int64_t{1'500'000}, &Column::integers), "\"1970-01-01T00:00:01.5Z\"");
    EXPECT_EQ(json(Type::timestamptz, std::int64_t{253'402'300'800'000'000}, &Column::integers),
              "\"10000-01-01 00:00:00+00\"");
    EXPECT_EQ(json(Type::interval, Interval{1, -1, 1'500'000}, &Column::intervals), "\"1 mon -1 days +00:00:01.5\"");
    EXPECT_EQ(json(Type::uuid, Uuid{}, &Column::uuids), "\"00000000-0000-0000-0000-000000000000\"");
    EXPECT_EQ(json(Type::jsonb, std::string_view("{ \"a\" :1}"), &Column::texts), "{\"a\": 1}");
    EXPECT_EQ(json(Type::json_scalar, std::string_view("\"x\""), &Column::texts), "\"x\"");
}

TEST(AppendJson, nulls_and_dictionaries) {
    constexpr std::array<std::string_view, 2> kWords = {"a", "b"};
    constexpr std::array<std::uint16_t, 3> kCodes = {1, 0, 1};
    constexpr std::array<std::uint8_t, 3> kValid = {1, 1, 0};
    const Column column{.type = Type::text, .size = 3, .valid = kValid, .codes = kCodes, .words = kWords};
    std::string out;
    for (std::size_t row = 0; row < 3; ++row) append_json(out, column, row);
    EXPECT_EQ(out, "\"b\"\"a\"null");
}

}  // namespace
}  // namespace sf::sql
