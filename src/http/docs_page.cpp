#include "http/docs_page.hpp"

#include "http/static_files.hpp"

namespace sf::http {

// Made by the build from the npm package swagger-ui-dist: see CMakeLists.txt.
[[nodiscard]] std::span<const EmbeddedFile> swagger_files();

namespace {

constexpr std::string_view kPage = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>StreamFlow: the HTTP interface</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
)";

constexpr std::string_view kStart = R"("use strict";
SwaggerUIBundle({ url: "/openapi.json", dom_id: "#ui", deepLinking: true, validatorUrl: null, persistAuthorization: true });
)";

// No inline script, nothing from elsewhere. Swagger UI sets styles on its elements, hence 'unsafe-inline' for styles
// alone.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src "
    "'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'; object-src 'none'";

}  // namespace

void add_docs_page(RouteTable& routes) {
    const StaticFileOptions options{.service = "documentation",
                                    .summary = "A file of the documentation page",
                                    .content_security_policy = std::string(kPolicy)};
    add_static_file(routes, {.path = "/docs", .gzipped = {}, .plain = std::string(kPage)}, options);
    add_static_file(routes, {.path = "/docs/start.js", .gzipped = {}, .plain = std::string(kStart)}, options);
    for (const EmbeddedFile& file : swagger_files())
        add_static_file(routes, {.path = "/docs/" + std::string(file.path), .gzipped = file.gzipped}, options);
}

}  // namespace sf::http
