#include "http/openapi.hpp"

#include "base/ascii.hpp"
#include "base/json_text.hpp"
#include "http/docs_page.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace sf::http {
namespace {

constexpr std::string_view kProblemSchema =
    R"({"type":"object","required":["title","status"],"properties":{"type":{"type":"string"},"title":{"type":"string"},)"
    R"("status":{"type":"integer"},"detail":{"type":"string"},"hint":{"type":"string"},"errors":{"type":"array","items":)"
    R"({"type":"object","required":["pointer","detail"],"properties":{"pointer":{"type":"string","format":"json-pointer"},)"
    R"("detail":{"type":"string"}}}}}})";

void append_parameters(std::string& out, const Route& route) {
    std::string parameters;
    const auto add = [&](const Parameter& parameter, std::string_view in) {
        if (!parameters.empty()) parameters += ',';
        parameters += R"({"name":)" + json_string(parameter.name) + R"(,"in":)" + json_string(in) + R"(,"required":)" +
                      (parameter.required ? "true" : "false") + R"(,"description":)" +
                      json_string(parameter.description) + R"(,"schema":)" + parameter.schema + '}';
    };
    std::string_view rest = route.pattern;
    while (true) {
        const std::size_t open = rest.find('{');
        if (open == std::string_view::npos) break;
        const std::size_t close = rest.find('}', open);
        add({.name = std::string(rest.substr(open + 1, close - open - 1)), .description = "", .required = true},
            "path");
        rest.remove_prefix(close + 1);
    }
    for (const Parameter& parameter : route.query_parameters) add(parameter, "query");
    if (!parameters.empty()) out += R"(,"parameters":[)" + parameters + ']';
}

void append_body(std::string& out, const Route& route) {
    if (route.bodies.empty()) return;
    out += R"(,"requestBody":{"required":true,"content":{)";
    for (const BodyDescription& body : route.bodies) {
        if (out.back() != '{') out += ',';
        out += json_string(body.content_type) + R"(:{"schema":)" + (body.schema.empty() ? "{}" : body.schema);
        if (!body.example.empty()) out += R"(,"example":)" + body.example;
        out += '}';
    }
    out += "}}";
}

void append_answers(std::string& out, const Route& route) {
    out += R"(,"responses":{)";
    if (route.websocket) {
        out += R"("101":{"description":"The connection is a WebSocket from here on"},)"
               R"("426":{"description":"The request does not ask for a WebSocket of version 13"})";
    }
    for (const Answer& answer : route.answers) {
        if (out.back() != '{') out += ',';
        out += '"' + std::to_string(answer.status) + R"(":{"description":)" + json_string(answer.description);
        if (!answer.schema.empty()) out += R"(,"content":{"application/json":{"schema":)" + answer.schema + "}}";
        out += '}';
    }
    if (out.back() != '{') out += ',';
    out +=
        R"("default":{"description":"What went wrong","content":{"application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}}}})";
}

// "get_views_by_name_rows": a name for code generators, different for each method and pattern.
std::string operation_id(const Route& route) {
    std::string id = ascii_lower(to_string(route.method));
    std::string_view rest = route.pattern;
    if (rest.starts_with("/api/v1/")) rest.remove_prefix(7);
    for (const char c : rest) {
        if (c == '{') id += "by_";
        else if (c == '/' || c == '.' || c == '-') id += '_';
        else if (c != '}') id += c;
    }
    return id;
}

void append_operation(std::string& out, const Route& route) {
    out += json_string(ascii_lower(to_string(route.method))) + R"(:{"operationId":)" +
           json_string(operation_id(route)) + R"(,"tags":[)" + json_string(route.service) + R"(],"summary":)" +
           json_string(route.summary);
    if (!route.description.empty()) out += R"(,"description":)" + json_string(route.description);
    append_parameters(out, route);
    append_body(out, route);
    append_answers(out, route);
    if (route.websocket) {
        out += R"(,"x-websocket":{"message_bytes_max":)" + std::to_string(route.websocket->message_bytes_max) +
               R"(,"token_in_first_message":)" + (route.websocket->token_in_first_message ? "true" : "false") + '}';
    }
    if (route.role != Role::none) {
        out += R"(,"security":[{"token":[]}],"x-role":)" + json_string(to_string(route.role));
    } else {
        out += R"(,"security":[])";
    }
    out += '}';
}

}  // namespace

std::string openapi_document(const RouteTable& routes, std::string_view title, std::string_view version) {
    std::map<std::string_view, std::vector<const Route*>> paths;
    for (const Route& route : routes) paths[route.pattern].push_back(&route);
    std::string out = R"({"openapi":"3.1.0","info":{"title":)" + json_string(title) + R"(,"version":)" +
                      json_string(version) +
                      R"(,"license":{"name":"MIT","identifier":"MIT"}},"servers":[{"url":"/"}],"paths":{)";
    for (const auto& [path, operations] : paths) {
        if (out.back() != '{') out += ',';
        out += json_string(path) + ":{";
        for (const Route* route : operations) {
            if (out.back() != '{') out += ',';
            append_operation(out, *route);
        }
        out += '}';
    }
    out +=
        R"(},"components":{"securitySchemes":{"token":{"type":"http","scheme":"bearer","bearerFormat":"JWT"}},"schemas":{"Problem":)";
    out += kProblemSchema;
    out += "}}}";
    return out;
}

void add_documentation_routes(RouteTable& routes, const ServerOptions& options) {
    add_docs_page(routes);
    Route route{.method = Method::get,
                .pattern = "/openapi.json",
                .service = "documentation",
                .summary = "This interface as an OpenAPI 3.1 document",
                .role = Role::none};
    route.answers.push_back({200, "The document", "{}"});
    routes.push_back(route);
    const auto document = std::make_shared<const std::string>(openapi_document(routes, options.title, options.version));
    routes.back().handler = [document](Request, Responder respond) {
        Response response;
        response.shared_body = document;
        respond(std::move(response));
    };
}

}  // namespace sf::http
