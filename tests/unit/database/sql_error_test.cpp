#include "database/lakehouse/sql_error.hpp"

#include <gtest/gtest.h>

namespace sf::database {
namespace {

TEST(SqlError, shows_the_line_and_a_caret_below_the_place) {
    const Error error = sql_error("SELECT *\nFORM events", 9, "syntax error");
    EXPECT_EQ(error.code, ErrorCode::invalid_input);
    EXPECT_EQ(error.detail, "line 2, column 1\nFORM events\n^");
    EXPECT_EQ(sql_error("SELECT x", 7, "?").detail, "line 1, column 8\nSELECT x\n       ^");
}

TEST(SqlError, columns_count_characters_not_bytes) {
    EXPECT_EQ(sql_error("SELECT 'äöü' x", 16, "?").detail, "line 1, column 14\nSELECT 'äöü' x\n             ^");
}

TEST(SqlError, long_lines_are_cut_around_the_place) {
    const std::string sql = "SELECT " + std::string(500, 'a') + " x " + std::string(500, 'b');
    const Error error = sql_error(sql, 508, "?");
    const std::size_t line = error.detail.find('\n') + 1;
    const std::size_t caret_line = error.detail.find('\n', line) + 1;
    EXPECT_LT(error.detail.size(), 400u);
    EXPECT_EQ(error.detail[line + (error.detail.size() - 1 - caret_line)], 'x');
}

TEST(SqlError, a_place_outside_the_text_is_not_shown) {
    EXPECT_EQ(sql_error("SELECT", 100, "?").detail, "");
    EXPECT_EQ(sql_error("SELECT", std::nullopt, "?").detail, "");
    EXPECT_EQ(sql_error("SELECT", 6, "?").detail, "line 1, column 7\nSELECT\n      ^");
}

TEST(SqlError, reads_duckdb_errors_in_both_forms) {
    const DuckError json = parse_duck_error(
        "Parser Error: {\"exception_type\":\"Parser\",\"exception_message\":\"near "
        "\\\"x\\\"\\nmore\",\"position\":\"14\"}");
    EXPECT_EQ(json.type, "Parser");
    EXPECT_EQ(json.message, "near \"x\"\nmore");
    EXPECT_EQ(json.position, 14u);
    EXPECT_EQ(parse_duck_error("Something Error: bad\n\nLINE 1: x\n  ^").message, "Something Error: bad");
    EXPECT_EQ(parse_duck_error("{\"exception_type\":\"Parser").message, "{\"exception_type\":\"Parser");
}

}  // namespace
}  // namespace sf::database
