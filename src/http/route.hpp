// A route: method, pattern, who may, what goes in and out, and the handler, declared once. The OpenAPI document, the
// check of the role and the docs page all come from this declaration.
#pragma once

#include "http/message.hpp"
#include "http/websocket.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sf::http {

struct Parameter {
    std::string name;
    std::string description;
    bool required = false;
    std::string schema = R"({"type":"string"})";  // JSON Schema, as text.
};

struct BodyDescription {
    std::string content_type = "application/json";
    std::string schema;   // JSON Schema, as text; json_schema<T>() of schema.hpp makes it from a described struct.
    std::string example;  // JSON text; may be empty.
};

struct Answer {
    int status = 200;
    std::string description;
    std::string schema;  // Empty: no body, or not JSON.
};

struct Route {
    Method method = Method::get;
    std::string pattern;         // "/api/v1/views/{name}"
    std::string service;         // "ingestion": the tag in the OpenAPI document; the port that serves it in a cluster.
    std::string summary;         // One line.
    std::string description;     // Markdown; may be empty.
    Role role = Role::admin;     // The least role that may call it; Role::none: no token needed.
    bool loopback_only = false;  // With Role::none: without a token from loopback only (/metrics).
    std::vector<Parameter> query_parameters;
    std::vector<BodyDescription> bodies;  // What it takes; empty: no body.
    std::vector<Answer> answers;
    std::size_t body_bytes_max = 1u << 20;  // After inflation; 413 above.
    Handler handler;
    std::optional<WebSocketRoute> websocket;  // A GET that becomes a WebSocket: instead of `handler`.
};

using RouteTable = std::vector<Route>;

}  // namespace sf::http
