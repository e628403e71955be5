// Processing rules over HTTP. A rule is kept with the view that it makes.
#include "services/analytics/analytics_service.hpp"

#include "base/json_text.hpp"
#include "http/problem.hpp"
#include "services/analytics/rule_statement.hpp"
#include "services/analytics/view_json.hpp"

#include <fmt/format.h>

#include <variant>

namespace sf::analytics {
namespace {

constexpr std::string_view kExample =
    R"json({"name":"shop_clicks","description":"Clicks and revenue by page","where":"type IN ('web.click', 'business.sale')","group_by":[{"expression":"data.path","name":"page"}],"window":{"type":"tumbling","size":"1 minute"},"aggregations":[{"name":"clicks","function":"count","filter":"type = 'web.click'"},{"name":"revenue","function":"sum","field":"data.amount"}],"having":"count(*) > 1"})json";

// A body that is a rule whose statement can be planned.
struct PlannedRule {
    ViewDefinition definition;
    sql::ViewPlan plan;
};

http::Response refusal(const std::vector<http::FieldError>& errors) {
    return http::problem(422, "the rule does not fit", "see errors", errors);
}

std::variant<PlannedRule, http::Response> planned(const ViewEngine& engine, const http::Request& request) {
    ProcessingRule rule;
    if (auto wrong = http::parse_body(request.body.view(), rule)) return std::move(*wrong);
    const auto statement = statement_of(rule);
    if (!statement) return refusal(statement.error());
    auto plan = engine.plan(statement->sql);
    if (!plan) return refusal({statement->located(plan.error())});
    return PlannedRule{
        {.sql = statement->sql, .rule = std::string(request.body.view()), .enabled = rule.enabled.value_or(true)},
        std::move(*plan)};
}

std::string rule_json(const ViewEngine& engine, const ViewRecord& record) {
    const auto plan = engine.plan_of(record);
    return fmt::format(R"({{"name":{},"enabled":{},"rule":{},"sql":{},"columns":{},"created_at":{}}})",
                       json_string(record.name), record.enabled, record.rule, json_string(record.sql),
                       plan ? columns_json(*plan) : "[]", json_string(format_rfc3339(record.created_at)));
}

Error no_such_rule(std::string_view name) {
    return {ErrorCode::not_found, "there is no processing rule \"" + std::string(name) + "\"", "",
            "GET /api/v1/processing-rules lists those that exist"};
}

}  // namespace

Result<ViewRecord> AnalyticsService::rule(std::string_view name) {
    SF_ASSIGN(auto record, store_.find(name));
    if (!record || record->rule.empty() || is_shadow(name)) return fail(no_such_rule(name));
    return std::move(*record);
}

Result<http::Response> AnalyticsService::list_rules() {
    SF_ASSIGN(const std::vector<ViewRecord> records, store_.load());
    std::string body = R"({"rules":[)";
    for (const ViewRecord& record : records) {
        if (record.rule.empty() || is_shadow(record.name)) continue;
        if (body.back() != '[') body += ",\n";
        body += rule_json(engine_, record);
    }
    return http::Response{.body = body + "]}"};
}

Result<http::Response> AnalyticsService::show_rule(const http::Request& request) {
    SF_ASSIGN(const ViewRecord record, rule(request.path_parameter("name")));
    return http::Response{.body = rule_json(engine_, record)};
}

Result<http::Response> AnalyticsService::validate_rule(const http::Request& request) {
    auto read = planned(engine_, request);
    if (auto* refused = std::get_if<http::Response>(&read)) return std::move(*refused);
    const PlannedRule& rule = std::get<PlannedRule>(read);
    return http::Response{.body = fmt::format(R"({{"valid":true,"name":{},"sql":{},"columns":{}}})",
                                              json_string(rule.plan.name), json_string(rule.definition.sql),
                                              columns_json(rule.plan))};
}

Result<http::Response> AnalyticsService::create_rule(const http::Request& request) {
    auto read = planned(engine_, request);
    if (auto* refused = std::get_if<http::Response>(&read)) return std::move(*refused);
    const PlannedRule& made = std::get<PlannedRule>(read);
    SF_TRY(engine_.create(made.definition));
    SF_ASSIGN(const ViewRecord record, rule(made.plan.name));
    http::Response response{.status = 201, .body = rule_json(engine_, record)};
    response.headers.push_back({"Location", "/api/v1/processing-rules/" + record.name});
    return response;
}

Result<http::Response> AnalyticsService::replace_rule(const http::Request& request) {
    auto read = planned(engine_, request);
    if (auto* refused = std::get_if<http::Response>(&read)) return std::move(*refused);
    const PlannedRule& changed = std::get<PlannedRule>(read);
    const std::string_view name = request.path_parameter("name");
    if (changed.plan.name != name) {
        return refusal({{"/name", "must be \"" + std::string(name) + "\", as in the path: a rule keeps its name"}});
    }
    SF_TRY(engine_.replace(name, changed.definition));
    SF_ASSIGN(const ViewRecord record, rule(name));
    return http::Response{.body = rule_json(engine_, record)};
}

Result<http::Response> AnalyticsService::shadow_rule(const http::Request& request) {
    auto read = planned(engine_, request);
    if (auto* refused = std::get_if<http::Response>(&read)) return std::move(*refused);
    bool backfill = false;
    for (const auto& [name, value] : request.query_parameters) {
        const bool known = name == "backfill" && (value == "true" || value == "false");
        if (!known) return http::problem(422, "the query does not fit", "backfill=true and backfill=false are known");
        backfill = value == "true";
    }
    SF_ASSIGN(const ViewStatus made,
              engine_.shadow(request.path_parameter("name"), std::get<PlannedRule>(read).definition, backfill,
                             stop_.get_token()));
    return http::Response{.status = 201, .body = view_json(made)};
}

Result<http::Response> AnalyticsService::drop_rule(const http::Request& request) {
    SF_ASSIGN(const ViewRecord record, rule(request.path_parameter("name")));
    SF_TRY(engine_.drop(record.name));
    return http::Response{.status = 204};
}

void AnalyticsService::add_rule_routes(http::RouteTable& routes) {
    using enum http::Method;
    const std::string any = R"({"type":"object"})";
    const std::vector<http::BodyDescription> body = {
        {"application/json", http::json_schema<ProcessingRule>(), std::string(kExample)}};
    const http::Answer wrong{422, "A member is wrong: errors say which, and where in it", ""};
    const auto add = [&](http::Method method, const char* pattern, const char* summary, http::Role role,
                         Work work) -> http::Route& {
        return add_route(routes, method, pattern, summary, role, std::move(work));
    };
    add(get, "/api/v1/processing-rules", "All processing rules", http::Role::viewer,
        [this](const http::Request&) { return list_rules(); });
    http::Route& made = add(post, "/api/v1/processing-rules", "Make a view from a form", http::Role::editor,
                            [this](const http::Request& r) { return create_rule(r); });
    made.bodies = body;
    made.answers = {{201, "The rule and its statement", any}, {409, "There is a view or rule of that name", ""}, wrong};
    made.description =
        "The rule becomes a CREATE MATERIALIZED VIEW statement, which the answer shows as `sql`. Conditions and "
        "expressions are SQL; a field is a column or `data.name`.";
    http::Route& checked = add(post, "/api/v1/processing-rules/validate", "Check a processing rule without making it",
                               http::Role::viewer, [this](const http::Request& r) { return validate_rule(r); });
    checked.bodies = body;
    checked.answers.push_back(wrong);
    add(get, "/api/v1/processing-rules/{name}", "One processing rule", http::Role::viewer,
        [this](const http::Request& r) { return show_rule(r); });
    http::Route& replaced = add(put, "/api/v1/processing-rules/{name}", "Make or replace a processing rule",
                                http::Role::editor, [this](const http::Request& r) { return replace_rule(r); });
    replaced.bodies = body;
    replaced.answers.push_back({409, "A statement made the view of that name", ""});
    replaced.answers.push_back(wrong);
    replaced.description = "Where its statement changes, its view begins anew, as for views.";
    http::Route& beside =
        add(post, "/api/v1/processing-rules/{name}/shadow", "Run a new version of a rule's view beside it",
            http::Role::editor, [this](const http::Request& r) { return shadow_rule(r); });
    beside.bodies = body;
    beside.answers = {{201, "The view NAME@next", any}, wrong};
    beside.query_parameters = {{"backfill", "Compute it from all stored events first", false, R"({"type":"boolean"})"}};
    add(del, "/api/v1/processing-rules/{name}", "Drop a processing rule, its view and its rows", http::Role::editor,
        [this](const http::Request& r) { return drop_rule(r); })
        .answers = {{204, "It is gone", ""}};
}

}  // namespace sf::analytics
