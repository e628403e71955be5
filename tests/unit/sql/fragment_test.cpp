#include "sql/fragment.hpp"

#include "sql/syntax/source_error.hpp"

#include <gtest/gtest.h>

namespace sf::sql {
namespace {

TEST(Fragment, takes_one_expression) {
    for (const char* const good :
         {"1", "type = 'web.click'", "data.status >= 500 OR data.x IS NULL", "count(*) > 10", "lower(data->>'path')",
          "CASE WHEN a THEN 1 ELSE 2 END", "(a + b) * c", "'it''s ) FROM x'", "a -- with a remark", "a /* and ( one */",
          "\"user\"", "x IN (1, 2)", "\n a\n= b"}) {
        EXPECT_TRUE(check_expression(good)) << good;
    }
}

TEST(Fragment, nothing_reaches_beyond_its_place) {
    for (const char* const bad : {"",
                                  "  ",
                                  "-- nothing",
                                  "a, b",
                                  "(a, b)",
                                  "a AS b",
                                  "a b",
                                  "*",
                                  "events.*",
                                  "a FROM events",
                                  "1) FROM x WHERE (true",
                                  "a) + (b",
                                  "a); DROP TABLE events; SELECT (1",
                                  "1; SELECT 2",
                                  "1 UNION SELECT 2",
                                  "1) UNION SELECT (2",
                                  "a WHERE b",
                                  "a GROUP BY b",
                                  "a HAVING b",
                                  "a ORDER BY b",
                                  "a LIMIT 1",
                                  "DISTINCT a",
                                  "ALL a",
                                  "a INTO b",
                                  "a WINDOW w AS ()",
                                  "a FOR UPDATE",
                                  "VALUES (1)",
                                  "SELECT 1",
                                  "WITH x AS (SELECT 1) SELECT 2",
                                  "a) AS x, (b",
                                  "'open",
                                  "\"open",
                                  "/* open",
                                  "$$open",
                                  "a)",
                                  "(a",
                                  "a -- )\n)",
                                  "VARIADIC a",
                                  "x => 1"}) {
        EXPECT_FALSE(check_expression(bad)) << bad;
    }
}

TEST(Fragment, an_error_has_its_place_in_the_piece) {
    const auto wrong = check_expression("type =\n  'a' AND AND b");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(place_of(wrong.error()), (SourcePlace{2, 11})) << wrong.error().text();
    EXPECT_NE(wrong.error().message.find("AND"), std::string::npos) << wrong.error().text();
    const auto ends = check_expression("ü =");
    ASSERT_FALSE(ends);
    EXPECT_EQ(place_of(ends.error()), (SourcePlace{1, 4})) << ends.error().text();
}

TEST(Fragment, names_are_quoted_where_they_must_be) {
    EXPECT_EQ(written_identifier("clicks"), "clicks");
    EXPECT_EQ(written_identifier("user"), "\"user\"");
    EXPECT_EQ(written_identifier("select"), "\"select\"");
    EXPECT_EQ(written_identifier("left"), "\"left\"");
    EXPECT_EQ(written_identifier("Clicks"), "\"Clicks\"");
    EXPECT_EQ(written_identifier("a\"b"), "\"a\"\"b\"");
    EXPECT_EQ(written_identifier("a; DROP"), "\"a; DROP\"");
    EXPECT_EQ(written_identifier(""), "\"\"");
}

TEST(SourcePlaces, bytes_and_places_are_each_others) {
    const std::string_view sql = "aü b\n\nc";
    for (std::size_t byte : {0u, 1u, 3u, 4u, 5u, 6u, 7u}) EXPECT_EQ(byte_at(sql, place_at(sql, byte)), byte) << byte;
    EXPECT_EQ(place_at(sql, 3), (SourcePlace{1, 3}));
    EXPECT_EQ(place_at(sql, 7), (SourcePlace{3, 1}));
    EXPECT_EQ(byte_at(sql, {9, 9}), sql.size());
    EXPECT_EQ(place_of(source_error(sql, 7, "wrong")), (SourcePlace{3, 1}));
    EXPECT_EQ(place_of({ErrorCode::invalid_input, "wrong"}), std::nullopt);
}

}  // namespace
}  // namespace sf::sql
