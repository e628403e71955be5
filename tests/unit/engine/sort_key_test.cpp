// The bytes of two values are in the order of the values, whatever the type.
#include "engine/sort_key.hpp"

#include "engine/owned_column.hpp"
#include "sql/functions/order.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace sf::engine {
namespace {

template <class T>
void expect_order(sql::Type type, const std::vector<T>& values, std::vector<T> OwnedColumn::* array) {
    OwnedColumn column;
    column.reset(type, values.size() + 1);
    for (std::size_t i = 0; i < values.size(); ++i) (column.*array)[i] = values[i];
    column.set_null(values.size(), values.size() + 1);
    const sql::Column view = column.view(values.size() + 1);
    for (const SortDirection direction : {SortDirection{}, {true, false}, {false, true}, {true, true}}) {
        const auto key_of = [&](std::size_t row) {
            std::string key;
            append_sort_key(key, view, row, direction);
            return key + "~";  // What stands behind decides between equal values only.
        };
        for (std::size_t a = 0; a < values.size(); ++a) {
            for (std::size_t b = 0; b < values.size(); ++b) {
                const int wanted = sql::order(values[a], values[b]) * (direction.descending ? -1 : 1);
                const int bytes = key_of(a).compare(key_of(b));
                EXPECT_EQ((bytes > 0) - (bytes < 0), wanted) << sql::to_string(type) << ' ' << a << ' ' << b;
            }
            EXPECT_EQ(key_of(values.size()) < key_of(a), direction.nulls_first) << sql::to_string(type) << ' ' << a;
        }
    }
}

TEST(SortKey, is_in_the_order_of_the_value) {
    constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
    constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
    expect_order<std::int64_t>(sql::Type::bigint, {0, 1, -1, 255, 256, -256, kMin, kMax}, &OwnedColumn::integers);
    expect_order<std::uint8_t>(sql::Type::boolean, {0, 1}, &OwnedColumn::booleans);
    const double infinity = std::numeric_limits<double>::infinity();
    expect_order<double>(sql::Type::double_precision,
                         {0.0, -0.0, 1.5, -1.5, 1e300, -1e-300, infinity, -infinity, std::nan(""), -std::nan("")},
                         &OwnedColumn::doubles);
    std::vector<sql::Decimal> numbers;
    for (const char* text :
         {"0", "0.00", "1", "1.00", "10", "9.99", "-9.99", "-10", "0.001", "-0.001", "123456789", "1e37",
          "-99999999999999999999999999999999999999", "0.00000000000000000000000000000000000001"})
        numbers.push_back(*sql::Decimal::parse(text));
    expect_order<sql::Decimal>(sql::Type::numeric, numbers, &OwnedColumn::decimals);
    expect_order<std::string_view>(
        sql::Type::text,
        {"", "a", "ab", "b", "\xC3\xA9", std::string_view("a\0", 2), std::string_view("a\0b", 3), "a\x01"},
        &OwnedColumn::texts);
    expect_order<sql::Interval>(sql::Type::interval,
                                {{0, 0, 0}, {0, 1, 0}, {0, 0, 86'400'000'000}, {1, 0, 0}, {0, 31, -1}, {-1, 0, 5}},
                                &OwnedColumn::intervals);
    expect_order<Uuid>(sql::Type::uuid,
                       {Uuid{}, *parse_uuid("00000000-0000-4000-8000-000000000001"),
                        *parse_uuid("ffffffff-0000-4000-8000-000000000000")},
                       &OwnedColumn::uuids);
}

}  // namespace
}  // namespace sf::engine
