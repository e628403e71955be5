#include "services/analytics/rule_statement.hpp"

#include "engine/aggregate.hpp"
#include "sql/planner.hpp"

#include <gtest/gtest.h>

namespace sf::analytics {
namespace {

// What becomes of a rule: its statement, or "pointer: what is wrong" a line.
std::string result(std::string_view json) {
    const http::Body body = http::Body::copy_of(json);
    ProcessingRule rule;
    auto errors = http::read_members(body.view(), http::members_of(rule));
    if (errors.empty()) {
        const auto statement = statement_of(rule);
        if (!statement) {
            errors = statement.error();
        } else {
            const auto plan = sql::plan_view(statement->sql, engine::aggregate_catalog());
            if (plan) return statement->sql;
            errors = {statement->located(plan.error())};
        }
    }
    std::string text;
    for (const http::FieldError& error : errors) text += error.pointer + ": " + error.detail + '\n';
    return text;
}

// A rule with one member more.
std::string with(std::string_view member, std::string_view window = R"({"type":"tumbling","size":"1 minute"})",
                 std::string_view aggregations = R"([{"name":"n","function":"count"}])") {
    return R"({"name":"r","window":)" + std::string(window) + R"(,"aggregations":)" + std::string(aggregations) +
           std::string(member) + "}";
}
std::string aggregation(std::string_view members) {
    return with("", R"({"type":"none"})", R"([{"name":"x",)" + std::string(members) + "}]");
}

TEST(RuleStatement, is_the_sql_that_one_would_write) {
    EXPECT_EQ(
        result(R"json({"name":"shop_clicks","description":"for the shop",
        "where":"type IN ('web.click', 'business.sale')",
        "group_by":["source",{"expression":"data.path","name":"page"},"data.userId"],
        "window":{"type":"sliding","size":"5 minutes","slide":"10 seconds"},
        "aggregations":[{"name":"clicks","function":"COUNT","filter":"type = 'web.click'"},
                        {"name":"users","function":"count","field":"user_id","distinct":true},
                        {"name":"p95","function":"approx_quantile","expression":"data.latency_ms * 2","parameters":[0.95]},
                        {"name":"Total","function":"sum","field":"data.cart.totalPrice"}],
        "having":"count(*) > 1","emit":"every 5 s","lateness":"2 minutes","out_of_orderness":"1 s","keys_max":500,
        "enabled":true})json"),
        R"(CREATE MATERIALIZED VIEW shop_clicks WITH (emit = 'every 5 s', lateness = '2 minutes', out_of_orderness = '1 s', keys_max = 500) AS
SELECT source,
       data.path AS page,
       data."userId",
       window_start, window_end,
       count(*) FILTER (WHERE type = 'web.click') AS clicks,
       count(DISTINCT user_id) AS users,
       approx_quantile(data.latency_ms * 2, 0.95) AS p95,
       sum(data.cart."totalPrice") AS "Total"
FROM HOP(events, timestamp, INTERVAL '10 seconds', INTERVAL '5 minutes')
WHERE type IN ('web.click', 'business.sale')
GROUP BY source, data.path, data."userId", window_start, window_end
HAVING count(*) > 1)");
}

TEST(RuleStatement, has_every_kind_of_window) {
    EXPECT_NE(result(with("", R"({"type":"none"})")).find("FROM events"), std::string::npos);
    EXPECT_NE(result(with("", R"({"type":"tumbling","size":"1 day","offset":"6 hours","time":"received_at"})"))
                  .find("FROM TUMBLE(events, received_at, INTERVAL '1 day', INTERVAL '6 hours')"),
              std::string::npos);
    EXPECT_NE(result(with("", R"({"type":"session","gap":"5 minutes"})"))
                  .find("FROM SESSION(events, timestamp, INTERVAL '5 minutes')"),
              std::string::npos);
    EXPECT_EQ(result(with("", R"({"type":"hopping"})")),
              "/window/type: there is no such window; tumbling, sliding, session and none are\n");
    EXPECT_EQ(
        result(with("", R"({"type":"sliding","size":"1 minute","gap":"1 s"})")),
        "/window/slide: is required for windows of this type\n/window/gap: does not belong to windows of this type\n");
    EXPECT_EQ(result(with("", R"({"type":"tumbling","size":"a while"})")).substr(0, 13), "/window/size:");
}

TEST(RuleStatement, each_mistake_is_told_at_its_member_with_its_place_there) {
    EXPECT_EQ(result(with(R"(,"where":"type =")")), "/where: syntax error at end of input (line 1, column 7)\n");
    const std::string unknown = result(with(R"(,"where":"true AND nothing > 1")"));
    EXPECT_TRUE(unknown.starts_with("/where: ")) << unknown;
    EXPECT_NE(unknown.find("\"nothing\""), std::string::npos) << unknown;
    EXPECT_NE(unknown.find("(line 1, column 10)"), std::string::npos) << unknown;
    EXPECT_TRUE(result(with(R"(,"having":"clicks > 1")")).starts_with("/having: "));
    EXPECT_TRUE(result(with(R"(,"group_by":["source","count(*) + 1"])")).starts_with("/group_by/1: "));
    EXPECT_TRUE(result(with(R"(,"emit":"now and then")")).starts_with("/emit: "));
    EXPECT_TRUE(
        result(aggregation(R"("function":"nosuch","field":"source")")).starts_with("/aggregations/0/function: "));
    EXPECT_TRUE(result(aggregation(R"("function":"sum","field":"type")")).starts_with("/aggregations/0"));
    EXPECT_TRUE(
        result(aggregation(R"("function":"count","filter":"data.x +")")).starts_with("/aggregations/0/filter: "));
    EXPECT_EQ(
        result(with(R"json(,"where":"a,b","having":"c c","group_by":["d)"])json")),
        "/group_by/0: syntax error at or near \")\" (line 1, column 2)\n"
        "/where: one expression is wanted here, and nothing else (line 1, column 1); no clauses, no AS, no commas "
        "outside of brackets\n"
        "/having: one expression is wanted here, and nothing else (line 1, column 1); no clauses, no AS, no commas "
        "outside of brackets\n");
}

TEST(RuleStatement, no_text_changes_what_stands_around_it) {
    EXPECT_TRUE(result(with(R"(,"where":"true) GROUP BY (source")")).starts_with("/where: "));
    EXPECT_TRUE(result(with(R"(,"where":"true; DROP MATERIALIZED VIEW r")")).starts_with("/where: "));
    EXPECT_TRUE(
        result(aggregation(R"("function":"sum(1), count","field":"x")")).starts_with("/aggregations/0/function"));
    EXPECT_TRUE(result(aggregation(R"("function":"sum","field":"x), count(y")")).starts_with("/aggregations/0/field"));
    EXPECT_TRUE(result(aggregation(R"("function":"sum","expression":"data.x), sum(data.y")"))
                    .starts_with("/aggregations/0/expression: "));
    const std::string name = result(
        R"({"name":"r AS SELECT 1; --","window":{"type":"none"},"aggregations":[{"name":"n","function":"count"}]})");
    EXPECT_TRUE(name.starts_with("/name: ")) << name;
    EXPECT_NE(result(with(R"(,"emit":"every 1 s', lateness = '9 s")")).find("/emit: "), std::string::npos);
    // A remark ends with its line, and a column may be called anything.
    EXPECT_NE(result(with(R"(,"where":"true -- always")")).find("always\n\nGROUP BY"), std::string::npos);
    EXPECT_NE(result(with("", R"({"type":"none"})", R"([{"name":"a\", 1 AS \"b","function":"count"}])"))
                  .find(R"(count(*) AS "a"", 1 AS ""b")"),
              std::string::npos);
}

TEST(RuleStatement, arguments_are_what_the_function_takes) {
    EXPECT_NE(result(aggregation(R"("function":"count")")).find("count(*) AS x"), std::string::npos);
    EXPECT_NE(result(aggregation(R"("function":"max","field":"timestamp")")).find("max("), std::string::npos);
    EXPECT_EQ(result(aggregation(R"("function":"sum","field":"data.a","expression":"data.b")")),
              "/aggregations/0: field and expression exclude each other\n");
    EXPECT_EQ(result(aggregation(R"("function":"approx_quantile","field":"data.a","parameters":[true])")),
              "/aggregations/0/parameters/0: must be a number or a string\n");
    EXPECT_EQ(result(with("", R"({"type":"none"})", "[]")), "/aggregations: at least one is needed\n");
}

TEST(RuleStatement, members_are_checked_all_the_way_down) {
    EXPECT_EQ(
        result(
            R"({"name":"r","window":{"type":"none","sise":"1 s"},"aggregations":[{"name":1,"function":"count"},7],"group_by":[{"nam":"x"}]})"),
        "/window/sise: there is no such member\n/aggregations/0/name: must be of type string\n"
        "/aggregations/1: must be of type object\n/group_by/0/nam: there is no such member\n"
        "/group_by/0/expression: is required\n");
}

}  // namespace
}  // namespace sf::analytics
