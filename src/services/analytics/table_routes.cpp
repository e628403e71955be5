// Reference tables over HTTP: part of AnalyticsService.
#include "base/json_text.hpp"
#include "http/json_body.hpp"
#include "services/analytics/analytics_service.hpp"

#include <fmt/format.h>

namespace sf::analytics {
namespace {

struct TableBody {
    std::string sql;
};
BOOST_DESCRIBE_STRUCT(TableBody, (), (sql))

std::string table_json(const TableStatus& table) {
    std::string columns;
    for (const sql::TableColumn& column : table.definition.columns)
        columns += fmt::format(R"({}{{"name":{},"type":{},"not_null":{}}})", columns.empty() ? "" : ",",
                               json_string(column.name), json_string(sql::to_string(column.type)), column.not_null);
    std::string key;
    for (const std::size_t index : table.definition.key)
        key += (key.empty() ? "" : ",") + json_string(table.definition.columns[index].name);
    std::string views;
    for (const std::string& view : table.views) views += (views.empty() ? "" : ",") + json_string(view);
    return fmt::format(
        R"({{"name":{},"rows":{},"bytes":{},"loaded_at":{},"key":[{}],"columns":[{}],"views":[{}],"sql":{}}})",
        json_string(table.name), table.rows, table.bytes, json_string(format_rfc3339(table.loaded_at)), key, columns,
        views, json_string(table.sql));
}

}  // namespace

void AnalyticsService::add_table_routes(http::RouteTable& routes) {
    using enum http::Method;
    const std::string any = R"({"type":"object"})";
    const auto add = [&](http::Method method, const char* pattern, const char* summary, http::Role role,
                         Work work) -> http::Route& {
        return add_route(routes, method, pattern, summary, role, std::move(work));
    };
    add(get, "/api/v1/tables", "All reference tables", http::Role::viewer, [this](const http::Request&) {
        std::string body = R"({"tables":[)";
        for (const TableStatus& table : engine_.tables()) body += (body.back() == '[' ? "" : ",\n") + table_json(table);
        return Result<http::Response>(http::Response{.status = 200, .body = body + "]}"});
    });
    http::Route& made = add(post, "/api/v1/tables", "Make a reference table", http::Role::editor,
                            [this](const http::Request& request) -> Result<http::Response> {
                                TableBody body;
                                if (auto refusal = http::parse_body(request.body.view(), body))
                                    return std::move(*refusal);
                                SF_ASSIGN(const TableStatus table, engine_.create_table(body.sql));
                                http::Response response{.status = 201, .body = table_json(table)};
                                response.headers.push_back({"Location", "/api/v1/tables/" + table.name});
                                return response;
                            });
    made.bodies = {{"application/json", http::json_schema<TableBody>(),
                    R"x({"sql":"CREATE TABLE campaigns (ad_id text PRIMARY KEY, campaign text, budget numeric)"})x"}};
    made.answers = {{201, "The table, without rows", any}, {409, "There is one of that name", ""}};
    made.description = "Views join events with it by its PRIMARY KEY.";
    add(get, "/api/v1/tables/{name}", "One reference table", http::Role::viewer,
        [this](const http::Request& request) -> Result<http::Response> {
            SF_ASSIGN(const TableStatus table, engine_.find_table(request.path_parameter("name")));
            return http::Response{.status = 200, .body = table_json(table)};
        });
    http::Route& loaded =
        add(put, "/api/v1/tables/{name}/rows", "Replace the rows of a reference table", http::Role::editor,
            [this](const http::Request& request) -> Result<http::Response> {
                SF_ASSIGN(const TableStatus table,
                          engine_.load_table(request.path_parameter("name"), std::string(request.body.view())));
                return http::Response{.status = 200, .body = table_json(table)};
            });
    loaded.body_bytes_max = sql::kTableBytesMax;
    loaded.bodies = {{"text/csv", R"({"type":"string"})", json_string("ad_id,campaign,budget\na1,summer,100.50\n")}};
    loaded.description =
        "A CSV whose first line names columns; an empty field is NULL. Events that come after the answer "
        "meet the new rows, all of them.";
    add(del, "/api/v1/tables/{name}", "Drop a reference table", http::Role::editor,
        [this](const http::Request& request) -> Result<http::Response> {
            SF_TRY(engine_.drop_table(request.path_parameter("name")));
            return http::Response{.status = 204};
        })
        .answers = {{204, "It is gone", ""}, {409, "A view looks rows of it up", ""}};
}

}  // namespace sf::analytics
