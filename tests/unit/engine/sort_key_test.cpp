// The bytes that sort: they must compare exactly as the values do.
#include "engine/sort_key.hpp"

#include "engine/owned_column.hpp"
#include "engine/stored_value.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace sf::engine {
namespace {

std::string key_of(const OwnedColumn& column, std::size_t row, std::size_t size, sql::SortDirection direction = {}) {
    std::string key;
    append_sort_key(key, column.view(size), row, direction);
    return key;
}

// The rows of `column` are in rising order, except those listed as equal to the row before.
void expect_order(const OwnedColumn& column, std::size_t size, const std::vector<std::size_t>& repeated = {}) {
    for (std::size_t row = 1; row < size; ++row) {
        const std::string before = key_of(column, row - 1, size), after = key_of(column, row, size);
        const std::string down_before = key_of(column, row - 1, size, {.descending = true});
        const std::string down_after = key_of(column, row, size, {.descending = true});
        if (std::ranges::find(repeated, row) != repeated.end()) {
            EXPECT_EQ(before, after) << row;
            EXPECT_EQ(down_before, down_after) << row;
        } else {
            EXPECT_LT(before, after) << row;
            EXPECT_GT(down_before, down_after) << row;
        }
    }
}

TEST(SortKey, of_doubles) {
    OwnedColumn column;
    column.reset(sql::Type::double_precision, 0);
    column.doubles = {-std::numeric_limits<double>::infinity(),
                      -1e300,
                      -1,
                      -1e-300,
                      -0.0,
                      0,
                      1e-300,
                      1,
                      1.5,
                      1e300,
                      std::numeric_limits<double>::infinity(),
                      std::numeric_limits<double>::quiet_NaN(),
                      -std::numeric_limits<double>::quiet_NaN()};
    expect_order(column, column.doubles.size(), {5, 12});
}

TEST(SortKey, of_numerics) {
    OwnedColumn column;
    column.reset(sql::Type::numeric, 0);
    for (const char* text : {"-99999999999999999999999999999999999999",
                             "-100",
                             "-12.5",
                             "-12.50",
                             "-1",
                             "-0.1",
                             "-0.09",
                             "0",
                             "0.00",
                             "0.00000000000000000000000000000000000001",
                             "0.09",
                             "0.1",
                             "1",
                             "1.0",
                             "9.99",
                             "10",
                             "12.34",
                             "12.345",
                             "100",
                             "99999999999999999999999999999999999999"})
        column.decimals.push_back(*sql::Decimal::parse(text));
    expect_order(column, column.decimals.size(), {3, 8, 13});
}

TEST(SortKey, of_texts_and_what_follows_them) {
    OwnedColumn column;
    column.reset(sql::Type::text, 0);
    using namespace std::string_view_literals;
    column.texts = {""sv,     "\0"sv,  "\0\0"sv, "\0a"sv, "\1"sv,       "a"sv,   "a\0"sv,
                    "a\0b"sv, "a\1"sv, "ab"sv,   "b"sv,   "\xc3\xa9"sv, "\xff"sv};
    expect_order(column, column.texts.size());
    // A shorter text is less, whatever the next key is.
    OwnedColumn next;
    next.reset(sql::Type::bigint, 0);
    next.integers = {INT64_MAX, INT64_MIN};
    for (const sql::SortDirection direction : {sql::SortDirection{}, sql::SortDirection{.descending = true}}) {
        std::string shorter, longer;
        append_sort_key(shorter, column.view(13), 5, direction);
        append_sort_key(shorter, next.view(2), direction.descending ? 1 : 0);
        append_sort_key(longer, column.view(13), 6, direction);
        append_sort_key(longer, next.view(2), direction.descending ? 0 : 1);
        EXPECT_EQ(shorter < longer, !direction.descending);
    }
}

TEST(SortKey, of_other_types) {
    OwnedColumn column;
    column.reset(sql::Type::bigint, 0);
    column.integers = {INT64_MIN, -5, 0, 7, INT64_MAX};
    expect_order(column, 5);
    column.reset(sql::Type::boolean, 0);
    column.booleans = {0, 1};
    expect_order(column, 2);
    column.reset(sql::Type::interval, 0);
    column.intervals = {{0, 0, -1}, {0, 0, 0}, {0, 1, 0}, {0, 0, 86'400'000'000}, {0, 30, 0}, {1, 0, 0}, {1, 0, 1}};
    expect_order(column, 7, {3, 5});
    column.reset(sql::Type::uuid, 2);
    column.uuids[1].bytes[15] = 1;
    expect_order(column, 2);
}

TEST(SortKey, nulls_stand_where_they_are_wanted) {
    OwnedColumn column;
    column.reset(sql::Type::bigint, 2);
    column.integers[0] = INT64_MAX;
    column.set_null(1, 2);
    EXPECT_LT(key_of(column, 0, 2), key_of(column, 1, 2));
    EXPECT_GT(key_of(column, 0, 2, {.nulls_first = true}), key_of(column, 1, 2, {.nulls_first = true}));
    EXPECT_LT(key_of(column, 0, 2, {.descending = true}), key_of(column, 1, 2, {.descending = true}));
}

TEST(StoredValue, comes_back) {
    OwnedColumn column, back;
    column.reset(sql::Type::numeric, 1);
    back.reset(sql::Type::numeric, 1);
    column.decimals[0] = *sql::Decimal::parse("-12.3450");
    std::string bytes;
    append_value(bytes, column.view(1), 0);
    ASSERT_TRUE(read_value(back, 0, bytes));
    EXPECT_EQ(back.decimals[0].to_text(), "-12.3450");
    EXPECT_FALSE(read_value(back, 0, bytes.substr(1)));
    bytes[0] = 39;
    EXPECT_FALSE(read_value(back, 0, bytes)) << "a scale that there is not";
}

}  // namespace
}  // namespace sf::engine
