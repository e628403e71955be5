// Functions in SQL over HTTP: part of AnalyticsService.
#include "base/json_text.hpp"
#include "http/json_body.hpp"
#include "services/analytics/analytics_service.hpp"

#include <fmt/format.h>

namespace sf::analytics {
namespace {

struct FunctionBody {
    std::string sql;
};
BOOST_DESCRIBE_STRUCT(FunctionBody, (), (sql))

std::string names_json(const std::vector<std::string>& names) {
    std::string json;
    for (const std::string& name : names) json += (json.empty() ? "" : ",") + json_string(name);
    return '[' + json + ']';
}

std::string function_json(const FunctionStatus& status) {
    const sql::UserFunction& function = *status.function;
    std::string parameters;
    for (const sql::FunctionParameter& parameter : function.parameters)
        parameters += fmt::format(R"({}{{"name":{},"type":{}}})", parameters.empty() ? "" : ",",
                                  parameter.name.empty() ? "null" : json_string(parameter.name),
                                  json_string(sql::to_string(parameter.type)));
    return fmt::format(
        R"({{"name":{},"parameters":[{}],"returns":{},"aggregates":{},"created_at":{},"views":{},"functions":{},"sql":{}}})",
        json_string(function.name), parameters, json_string(sql::to_string(function.result)), status.aggregates,
        json_string(format_rfc3339(status.created_at)), names_json(status.views), names_json(status.functions),
        json_string(function.sql));
}

}  // namespace

Result<http::Response> AnalyticsService::create_function(const std::string& sql) {
    SF_ASSIGN(const FunctionStatus made, engine_.create_function(sql));
    http::Response response{.status = 201, .body = function_json(made)};
    response.headers.push_back({"Location", "/api/v1/functions/" + made.function->name});
    return response;
}

void AnalyticsService::add_function_routes(http::RouteTable& routes) {
    using enum http::Method;
    const std::string any = R"({"type":"object"})";
    const auto add = [&](http::Method method, const char* pattern, const char* summary, http::Role role,
                         Work work) -> http::Route& {
        return add_route(routes, method, pattern, summary, role, std::move(work));
    };
    add(get, "/api/v1/functions", "All functions in SQL", http::Role::viewer,
        [this](const http::Request&) -> Result<http::Response> {
            SF_ASSIGN(const std::vector<FunctionStatus> all, engine_.functions());
            std::string body = R"({"functions":[)";
            for (const FunctionStatus& function : all)
                body += (body.back() == '[' ? "" : ",\n") + function_json(function);
            return http::Response{.status = 200, .body = body + "]}"};
        });
    http::Route& made = add(post, "/api/v1/functions", "Make a function that views can call", http::Role::editor,
                            [this](const http::Request& request) -> Result<http::Response> {
                                FunctionBody body;
                                if (auto refusal = http::parse_body(request.body.view(), body))
                                    return std::move(*refusal);
                                return create_function(body.sql);
                            });
    made.bodies = {
        {"application/json", http::json_schema<FunctionBody>(),
         R"x({"sql":"CREATE OR REPLACE FUNCTION weighted(x float8, w float8) RETURNS float8 LANGUAGE sql AS $$ SELECT sum(x * w) / sum(w) $$"})x"}};
    made.answers = {{201, "The function", any},
                    {409, "There is one of that name, or a function that calls it could not any more", ""}};
    made.description =
        "One CREATE [OR REPLACE] FUNCTION statement in LANGUAGE sql. Views that run keep the definition that they "
        "were made with; applied again, they get the new one.";
    add(get, "/api/v1/functions/{name}", "One function in SQL", http::Role::viewer,
        [this](const http::Request& request) -> Result<http::Response> {
            SF_ASSIGN(const FunctionStatus function, engine_.find_function(request.path_parameter("name")));
            return http::Response{.status = 200, .body = function_json(function)};
        });
    add(del, "/api/v1/functions/{name}", "Drop a function", http::Role::editor,
        [this](const http::Request& request) -> Result<http::Response> {
            SF_TRY(engine_.drop_function(request.path_parameter("name")));
            return http::Response{.status = 204};
        })
        .answers = {{204, "It is gone", ""}, {409, "A view or another function calls it", ""}};
}

}  // namespace sf::analytics
