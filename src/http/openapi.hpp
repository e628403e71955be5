// The OpenAPI 3.1 document of a route table, and the routes that serve it and the page that shows it.
#pragma once

#include "http/route.hpp"
#include "http/server.hpp"

#include <string>

namespace sf::http {

[[nodiscard]] std::string openapi_document(const RouteTable& routes, std::string_view title, std::string_view version);

/// Adds GET /openapi.json and GET /docs with its files.
void add_documentation_routes(RouteTable& routes, const ServerOptions& options);

}  // namespace sf::http
