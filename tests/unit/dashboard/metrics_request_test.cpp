// What GET /api/v1/metrics/{view} is asked, and the text of its answer.
#include "services/dashboard/metrics_request.hpp"
#include "services/dashboard/row_json.hpp"
#include "unit/dashboard/dashboard_fixture.hpp"

namespace sf::dashboard {
namespace {

using namespace testing;

using Parameters = std::vector<std::pair<std::string, std::string>>;

MetricsRequest taken(Parameters parameters) {
    http::Request request;
    request.query_parameters = std::move(parameters);
    auto parsed = parse_metrics_request(request, errors_table());
    if (const auto* errors = std::get_if<std::vector<http::FieldError>>(&parsed)) {
        ADD_FAILURE() << errors->front().pointer << ' ' << errors->front().detail;
        return {};
    }
    return std::get<MetricsRequest>(std::move(parsed));
}

std::string refusal(Parameters parameters) {
    http::Request request;
    request.query_parameters = std::move(parameters);
    const auto parsed = parse_metrics_request(request, errors_table());
    const auto* errors = std::get_if<std::vector<http::FieldError>>(&parsed);
    if (errors == nullptr) return "taken";
    std::string out;
    for (const http::FieldError& error : *errors) out += error.pointer + ';';
    return out;
}

TEST(MetricsRequest, takes_what_is_documented) {
    const MetricsRequest request = taken(
        {{"from", "2026-01-31T12:00:00Z"}, {"to", "2026-01-31T13:00:00Z"}, {"limit", "20000"}, {"key.source", "a=b"}});
    EXPECT_EQ(request.filter.from, at("2026-01-31T12:00:00Z"));
    EXPECT_EQ(request.filter.to, at("2026-01-31T13:00:00Z"));
    EXPECT_EQ(request.limit, 20'000u);
    EXPECT_EQ(request.filter.limit, 20'000u);
    EXPECT_EQ(request.filter.keys, (std::map<std::string, std::string>{{"source", "a=b"}}));
    EXPECT_FALSE(request.step);
    EXPECT_EQ(taken({}).filter.limit, 1000u);
    EXPECT_EQ(taken({{"step", "5m"}}).step, std::chrono::minutes{5});
    EXPECT_GT(taken({{"step", "5m"}, {"limit", "10"}}).filter.limit, 1000u);  // Rows are thinned out, then counted.
}

TEST(MetricsRequest, refuses_everything_else_and_says_what) {
    EXPECT_EQ(refusal({{"from", "yesterday"}, {"limit", "0"}}), "/query/from;/query/limit;");
    for (const auto& limit : {"", "0", "-1", "20001", "1x", "99999999999999999999999"})
        EXPECT_EQ(refusal({{"limit", limit}}), "/query/limit;") << limit;
    for (const auto& step : {"", "0s", "5", "5 parsecs", "-5m"})
        EXPECT_EQ(refusal({{"step", step}}), "/query/step;") << step;
    EXPECT_EQ(refusal({{"key.errors", "1"}}), "/query/key.errors;");  // A value, not a key.
    EXPECT_EQ(refusal({{"key.", "1"}}), "/query/key.;");
    EXPECT_EQ(refusal({{"offset", "1"}}), "/query/offset;");
}

TEST(MetricsJson, rows_as_they_are) {
    models::MetricPoint total = point("shop", "2026-01-31T12:00:00Z", 3, 7, 2);
    total.final = true;
    models::MetricPoint running = total;
    running.window_start.reset();
    running.window_end.reset();
    running.final = false;
    const std::string json = metrics_json(errors_table(), {}, {total, running});
    EXPECT_EQ(
        json.substr(json.find(R"("rows":)")),
        R"("rows":[{"keys":{"source":"shop"},"window_start":"2026-01-31T12:00:00Z","window_end":"2026-01-31T12:00:10Z",)"
        R"("values":{"errors":3},"final":true,"epoch":2,"version":7},)"
        R"({"keys":{"source":"shop"},"window_start":null,"window_end":null,"values":{"errors":3},"final":false,"epoch":2,"version":7}]})");
    EXPECT_EQ(metrics_json(errors_table(), {}, {}).substr(json.find(R"("rows":)")), R"("rows":[]})");
    total.deleted = true;
    std::string deleted;
    append_row(deleted, total);
    EXPECT_EQ(
        deleted,
        R"({"keys":{"source":"shop"},"window_start":"2026-01-31T12:00:00Z","deleted":true,"epoch":2,"version":7})");
}

TEST(MetricsJson, a_step_keeps_the_last_row_of_each_key) {
    MetricsRequest request;
    request.step = std::chrono::minutes{1};
    // Newest first, as the store gives them.
    const Json json(metrics_json(errors_table(), request,
                                 {point("a", "2026-01-31T12:01:50Z", 9, 1), point("b", "2026-01-31T12:01:40Z", 8, 1),
                                  point("a", "2026-01-31T12:01:00Z", 7, 1), point("a", "2026-01-31T12:00:50Z", 6, 1),
                                  point("b", "2026-01-31T12:00:00Z", 5, 1), point("b", "1969-12-31T23:59:50Z", 4, 1),
                                  point("b", "1969-12-31T23:59:10Z", 3, 1), point("b", "1970-01-01T00:00:00Z", 2, 1)}));
    ASSERT_EQ(json.size("/rows"), 6u);
    for (const auto& [row, errors] : {std::pair{0, 9}, {1, 8}, {2, 6}, {3, 5}, {4, 4}, {5, 2}})
        EXPECT_EQ(json.number("/rows/" + std::to_string(row) + "/values/errors"), errors) << row;
    request.limit = 2;
    EXPECT_EQ(Json(metrics_json(errors_table(), request,
                                {point("a", "2026-01-31T12:01:50Z", 9, 1), point("a", "2026-01-31T12:01:40Z", 8, 1),
                                 point("a", "2026-01-31T12:00:40Z", 7, 1), point("a", "2026-01-31T11:00:40Z", 6, 1)}))
                  .size("/rows"),
              2u);
}

TEST(RowJson, members_one_by_one) {
    std::map<std::string, std::string> members;
    const auto note = [&](std::string name, std::string_view raw) {
        members.emplace(std::move(name), value_text(raw));
    };
    each_member(R"( {"a" : "x\"y\u00e4", "b":-1.50, "c":true,"d":null,"e":{"f":[1,"]"]},"":"" } )", note);
    EXPECT_EQ(
        members,
        (std::map<std::string, std::string>{
            {"a", "x\"y\u00e4"}, {"b", "-1.50"}, {"c", "true"}, {"d", "null"}, {"e", R"({"f":[1,"]"]})"}, {"", ""}}));
    members.clear();
    each_member("[1]", note);
    each_member("", note);
    each_member("{}", note);
    EXPECT_TRUE(members.empty());
}

}  // namespace
}  // namespace sf::dashboard
