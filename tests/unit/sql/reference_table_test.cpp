// Tables that events are joined with: what CREATE TABLE says, what rows must be, and how they are found.
#include "sql/tables/reference_table.hpp"

#include "sql/tables/table_index.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sf::sql {
namespace {

using Cells = std::vector<ReferenceTable::Cell>;

TableDefinition rates() {
    auto definition = plan_table(
        "CREATE TABLE rates (country text, year integer, rate numeric NOT NULL, note jsonb, "
        "PRIMARY KEY (country, year))");
    EXPECT_TRUE(definition) << definition.error().text();
    return std::move(*definition);
}

std::string table_refusal(const std::string& sql) {
    const auto definition = plan_table(sql);
    return definition ? "accepted" : definition.error().text();
}

std::string refused_rows(const Cells& cells) {
    const auto table = ReferenceTable::from_text(rates(), "1", cells);
    return table ? "accepted" : table.error().message;
}

TEST(ReferenceTable, says_what_create_table_says) {
    const TableDefinition definition = rates();
    EXPECT_EQ(definition.name, "rates");
    ASSERT_EQ(definition.columns.size(), 4u);
    EXPECT_EQ(definition.columns[2].type, Type::numeric);
    EXPECT_TRUE(definition.columns[2].not_null);
    EXPECT_TRUE(definition.columns[1].not_null) << "a part of the key";
    EXPECT_FALSE(definition.columns[3].not_null);
    EXPECT_EQ(definition.key, (std::vector<std::size_t>{0, 1}));
}

TEST(ReferenceTable, refuses_what_it_can_not_keep) {
    EXPECT_NE(table_refusal("CREATE TABLE t (a text)").find("needs a PRIMARY KEY"), std::string::npos);
    EXPECT_NE(table_refusal("CREATE TABLE t (a text PRIMARY KEY, a text)").find("two columns"), std::string::npos);
    EXPECT_NE(table_refusal("CREATE TABLE t (a text PRIMARY KEY, b text DEFAULT 'x')").find("only NOT NULL"),
              std::string::npos);
    EXPECT_NE(table_refusal("CREATE TABLE events (a text PRIMARY KEY)").find("is taken"), std::string::npos);
    EXPECT_NE(table_refusal("CREATE TABLE t (a text, PRIMARY KEY (b))").find("no column \"b\""), std::string::npos);
    EXPECT_NE(table_refusal("SELECT 1").find("this is no table"), std::string::npos);
    EXPECT_NE(table_refusal("CREATE TABLE t (a money PRIMARY KEY)").find("line 1, column 19"), std::string::npos);
}

TEST(ReferenceTable, rows_have_the_types_of_their_columns) {
    const auto table = ReferenceTable::from_text(
        rates(), "1", Cells{"de", "2024", "0.19", R"({"a":1})", "fr", "2024", "0.20", std::nullopt});
    ASSERT_TRUE(table) << table.error().text();
    EXPECT_EQ((*table)->rows(), 2u);
    EXPECT_EQ((*table)->column(1).integers[1], 2024);
    EXPECT_EQ((*table)->column(2).decimals[1].to_text(), "0.20");
    EXPECT_TRUE((*table)->column(3).is_valid(0));
    EXPECT_FALSE((*table)->column(3).is_valid(1));
}

TEST(ReferenceTable, a_bad_cell_is_named) {
    EXPECT_EQ(refused_rows({"de", "2024", "0.19", std::nullopt, "fr", "x", "0.2", std::nullopt}),
              "row 2, column \"year\": \"x\" is no integer");
    EXPECT_EQ(refused_rows({"de", "2024", std::nullopt, std::nullopt}),
              "row 1, column \"rate\": NULL is not allowed here");
    EXPECT_EQ(refused_rows({std::nullopt, "2024", "1", std::nullopt}),
              "row 1, column \"country\": NULL is not allowed here");
    EXPECT_EQ(refused_rows({"de", "1", "1", std::nullopt, "de", "2", "1", std::nullopt, "de", "01", "2", std::nullopt}),
              "row 3: its key is there already");
}

TEST(TableIndex, finds_equal_values_and_no_others) {
    const std::vector<double> doubles = {0.0, 1.5, std::numeric_limits<double>::quiet_NaN()};
    const Column column{.type = Type::double_precision, .size = doubles.size(), .doubles = doubles};
    const std::vector<const Column*> columns = {&column};
    const TableIndex index(columns, doubles.size());
    EXPECT_EQ(index.repeated(), TableIndex::kNone);
    const auto find = [&](double value) {
        const Column one{.type = Type::double_precision, .size = 1, .doubles = std::span(&value, 1)};
        const std::vector<const Column*> key = {&one};
        std::string scratch;
        return index.find(lookup_key(key, {}, 0, scratch));
    };
    EXPECT_EQ(find(-0.0), 0u);
    EXPECT_EQ(find(1.5), 1u);
    EXPECT_EQ(find(-std::numeric_limits<double>::quiet_NaN()), 2u);
    EXPECT_EQ(find(2), TableIndex::kNone);
}

// "a" + "bc" is not "ab" + "c".
TEST(TableIndex, several_columns_are_told_apart) {
    const std::vector<std::string_view> first = {"a", "ab", "a"};
    const std::vector<std::string_view> second = {"bc", "c", "bc"};
    const Column one{.type = Type::text, .size = 3, .texts = first};
    const Column two{.type = Type::text, .size = 3, .texts = second};
    const std::vector<const Column*> columns = {&one, &two};
    const TableIndex index(columns, 3);
    EXPECT_EQ(index.repeated(), 2u);
    std::string scratch;
    EXPECT_EQ(index.find(lookup_key(columns, {}, 1, scratch)), 1u);
}

}  // namespace
}  // namespace sf::sql
