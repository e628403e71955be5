// Statements made to break the parser or eat memory are refused with a reason; what is only long is not.
#include "sql/planner.hpp"
#include "unit/sql/test_aggregates.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace sf::sql {
namespace {

std::string repeated(const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

// The error's message, or "planned".
std::string outcome(const std::string& where) {
    const auto plan =
        plan_view("CREATE MATERIALIZED VIEW v AS SELECT count(*) FROM events WHERE " + where, TestAggregates());
    return plan ? "planned" : plan.error().message;
}

TEST(PlannerLimits, depth) {
    EXPECT_EQ(outcome(repeated("(", 99) + "true" + repeated(")", 99)), "planned");
    for (const int depth : {101, 1'000, 10'000, 30'000}) {
        EXPECT_EQ(outcome(repeated("(", depth) + "true" + repeated(")", depth)), "brackets are nested deeper than 100")
            << depth;
        EXPECT_EQ(outcome(repeated("(", depth)), "brackets are nested deeper than 100") << depth;
    }
    for (const char* link : {"- ", "NOT ", "@ "})
        EXPECT_EQ(outcome(repeated(link, 6'000) + "true"), "more than 1000 operators in a row") << link;
    EXPECT_EQ(outcome("data.a" + repeated(" + 1", 6'000) + " > 0"), "more than 1000 operators in a row");
    EXPECT_EQ(outcome("data.a" + repeated("::text", 2'000) + " = ''"), "more than 1000 operators in a row");
    EXPECT_EQ(outcome(repeated("CASE WHEN ", 1'000) + "true" + repeated(" THEN true END", 1'000)),
              "more than 1000 operators in a row");
    EXPECT_EQ(outcome("data.a" + repeated(" + 1", 500) + " > 0"), "the expression is nested deeper than 200");
    EXPECT_EQ(outcome("data.a" + repeated(" + 1", 150) + " > 0"), "planned");
    EXPECT_EQ(outcome("type BETWEEN 'a' AND 'b'" + repeated(" IS NULL BETWEEN true AND false", 900)),
              "more than 1000 operators in a row");
}

TEST(PlannerLimits, chains_of_selects_go_on_across_commas) {
    const auto message = [](const std::string& query) {
        const auto plan = plan_view("CREATE MATERIALIZED VIEW v AS " + query, TestAggregates());
        return plan ? std::string("planned") : plan.error().message;
    };
    const std::string refused = "more than 100 of UNION, INTERSECT and EXCEPT";
    for (const std::string operation : {"UNION", "INTERSECT", "EXCEPT", "UNION ALL"}) {
        EXPECT_EQ(message(repeated("SELECT 1, 1 " + operation + " ", 101) + "SELECT 1"), refused);
        EXPECT_EQ(message(repeated("SELECT 1, 1 " + operation + " ", 100) + "SELECT 1, 1"),
                  operation == "UNION ALL" ? "a view needs FROM"
                  : operation == "UNION"   ? "UNION without ALL is not supported"
                                           : "INTERSECT and EXCEPT are not supported");
    }
    EXPECT_EQ(message(repeated("SELECT UNION ", 400) + repeated("SELECT 1,1 UNION ", 3'500) + "SELECT"), refused);
    EXPECT_EQ(message("SELECT (SELECT 1, 1 UNION SELECT 2)" + repeated(", (SELECT 1 UNION SELECT 2)", 100)), refused);
}

TEST(PlannerLimits, length) {
    EXPECT_EQ(outcome("true" + repeated(" AND true", 7'000)), "planned");
    EXPECT_EQ(outcome("x" + repeated(" AND x", 10'000)), "a statement has at most 16384 words and symbols");
    EXPECT_EQ(outcome("type IN ('a'" + repeated(", 'b'", 5'000) + ")"), "planned");
    EXPECT_EQ(outcome("type IN ('a'" + repeated(", 'b'", 20'000) + ")"),
              "a statement has at most 65536 bytes, this one has 100077");
    EXPECT_EQ(outcome("type = '" + repeated("x", 60'000) + "'"), "planned");
}

TEST(PlannerLimits, growth) {
    // Each BETWEEN SYMMETRIC stands for its operand four times.
    std::string text = "type = 'a'";
    for (int i = 0; i < 12; ++i) text = "(" + text + ") BETWEEN SYMMETRIC false AND true";
    EXPECT_EQ(outcome(text), "the expression becomes too large");
}

// Columns of subqueries stand for expressions: what is short as a text can be endless as a tree.
TEST(PlannerLimits, subqueries) {
    const auto nested = [](const std::string& column, int depth) {
        std::string from = "events";
        for (int i = 0; i < depth; ++i)
            from = "(SELECT " + column + " AS source FROM " + from + ") e" + std::to_string(i);
        const auto plan = plan_view(
            "CREATE MATERIALIZED VIEW v AS SELECT source, count(*) FROM " + from + " GROUP BY 1", TestAggregates());
        return plan ? std::string("planned") : plan.error().message;
    };
    EXPECT_EQ(nested("source || source", 5), "planned");
    EXPECT_EQ(nested("source || source", 20), "the expression becomes too large");
    std::string deep = "source";
    for (int i = 0; i < 30; ++i) deep = "lower(" + deep + ")";
    EXPECT_EQ(nested(deep, 20), "planned");
    EXPECT_EQ(nested(deep, 60), "calls are nested deeper than 1000");
}

TEST(PlannerLimits, fields) {
    const auto sum_of = [](int fields) {
        std::string list;
        for (int i = 0; i < fields; ++i) list += (i == 0 ? "data.k" : ", data.k") + std::to_string(i);
        return "concat(" + list + ", data.k0) = 'x'";
    };
    EXPECT_EQ(outcome(sum_of(1'000)), "planned");
    EXPECT_EQ(outcome(sum_of(1'001)), "a view reads at most 1000 different fields of data");
}

TEST(PlannerLimits, bytes) {
    EXPECT_EQ(outcome(std::string("type = 'a\0b'", 12)), "a zero byte in the statement");
    EXPECT_EQ(outcome("type = 'a\xFF'"), "the statement is no valid UTF-8 from here on");
    EXPECT_EQ(outcome("type = 'a"), "unterminated quoted string at or near \"'a\"");
}

// Statements with pieces taken out, doubled and swapped: each is planned or refused, and nothing worse.
TEST(PlannerLimits, survives_mutations) {
    const std::vector<std::string> pieces = {"CREATE",
                                             "MATERIALIZED",
                                             "VIEW",
                                             "v",
                                             "WITH",
                                             "(",
                                             "emit",
                                             "=",
                                             "'every 1 s'",
                                             ")",
                                             "AS",
                                             "SELECT",
                                             "source",
                                             ",",
                                             "window_start",
                                             ",",
                                             "count",
                                             "(",
                                             "*",
                                             ")",
                                             "FILTER",
                                             "(",
                                             "WHERE",
                                             "data",
                                             ".",
                                             "status",
                                             ">=",
                                             "500",
                                             ")",
                                             "::",
                                             "float8",
                                             "/",
                                             "count",
                                             "(",
                                             "DISTINCT",
                                             "user_id",
                                             ")",
                                             "AS",
                                             "x",
                                             ",",
                                             "CASE",
                                             "WHEN",
                                             "data",
                                             "->>",
                                             "'a'",
                                             "LIKE",
                                             "'b%'",
                                             "THEN",
                                             "1",
                                             "ELSE",
                                             "NULL",
                                             "END",
                                             ",",
                                             "sum",
                                             "(",
                                             "-",
                                             "data",
                                             ".",
                                             "\"B\"",
                                             ")",
                                             "FROM",
                                             "HOP",
                                             "(",
                                             "events",
                                             ",",
                                             "timestamp",
                                             ",",
                                             "INTERVAL",
                                             "'10 s'",
                                             ",",
                                             "INTERVAL",
                                             "'5 min'",
                                             ")",
                                             "AS",
                                             "e",
                                             "WHERE",
                                             "NOT",
                                             "type",
                                             "IN",
                                             "(",
                                             "'a'",
                                             ",",
                                             "'b'",
                                             ")",
                                             "AND",
                                             "'m'",
                                             "=",
                                             "ANY",
                                             "(",
                                             "tags",
                                             ")",
                                             "OR",
                                             "timestamp",
                                             "BETWEEN",
                                             "'2024-01-01'",
                                             "AND",
                                             "received_at",
                                             "+",
                                             "INTERVAL",
                                             "'1 day'",
                                             "AND",
                                             "data",
                                             "#>",
                                             "'{a,0}'",
                                             "IS",
                                             "NOT",
                                             "NULL",
                                             "GROUP",
                                             "BY",
                                             "1",
                                             ",",
                                             "window_start",
                                             ",",
                                             "CASE",
                                             "WHEN",
                                             "data",
                                             "->>",
                                             "'a'",
                                             "LIKE",
                                             "'b%'",
                                             "THEN",
                                             "1",
                                             "ELSE",
                                             "NULL",
                                             "END",
                                             "HAVING",
                                             "count",
                                             "(",
                                             "*",
                                             ")",
                                             ">",
                                             "20",
                                             "AND",
                                             "max",
                                             "(",
                                             "e",
                                             ".",
                                             "type",
                                             ")",
                                             "~",
                                             "'^a'"};
    std::mt19937 random(1);
    int planned = 0;
    for (int i = 0; i < 4'000; ++i) {
        std::vector<std::string> mutated = pieces;
        for (int change = static_cast<int>(random() % 4); change > 0; --change) {
            const std::size_t at = random() % mutated.size();
            const std::size_t other = random() % mutated.size();
            switch (random() % 4) {
                case 0: mutated.erase(mutated.begin() + static_cast<std::ptrdiff_t>(at)); break;
                case 1: std::swap(mutated[at], mutated[other]); break;
                case 2: mutated[at] = mutated[other]; break;
                default: mutated.insert(mutated.begin() + static_cast<std::ptrdiff_t>(at), mutated[other]); break;
            }
        }
        std::string sql;
        for (const std::string& piece : mutated) sql += piece + ' ';
        const auto plan = plan_view(sql, TestAggregates());
        planned += plan ? 1 : 0;
        if (!plan) {
            ASSERT_EQ(plan.error().code, ErrorCode::invalid_input) << sql << plan.error().text();
        }
    }
    EXPECT_GT(planned, 1'000);  // Those that were not changed at all are among them.
}

TEST(PlannerLimits, regular_expressions) {
    EXPECT_EQ(outcome("type ~ '((a{100}){100}){100}'").substr(0, 26), "invalid regular expression");
    EXPECT_EQ(outcome("type ~ '((abcdefghij){200}){3}'"), "the regular expression is too large");
    EXPECT_EQ(outcome("type ~ '" + repeated("a", 5'000) + "'"), "a regular expression has at most 4096 bytes");
    EXPECT_EQ(outcome("type ~ '^(([a-z])+.)+[A-Z]([a-z])+$'"), "planned");
}

}  // namespace
}  // namespace sf::sql
