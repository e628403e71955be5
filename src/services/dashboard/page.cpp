#include "services/dashboard/page.hpp"

#include <algorithm>
#include <string>

namespace sf::dashboard {
namespace {

// Nothing from elsewhere, nothing inline. 'self' of connect-src includes WebSockets of the same origin (CSP 3, section
// 6.7.2.8).
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src "
    "'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";
constexpr std::string_view kIndex = "index.html";

}  // namespace

void add_page_routes(http::RouteTable& routes, std::span<const http::EmbeddedFile> files) {
    if (std::ranges::find(files, kIndex, &http::EmbeddedFile::path) == files.end()) return;
    const http::StaticFileOptions options{.service = "dashboard",
                                          .summary = "A file of the dashboard page",
                                          .content_security_policy = std::string(kPolicy)};
    for (const http::EmbeddedFile& file : files) {
        const bool immutable = file.path.starts_with("assets/");
        http::add_static_file(
            routes, {.path = '/' + std::string(file.path), .gzipped = file.gzipped, .immutable = immutable}, options);
        if (file.path == kIndex) http::add_static_file(routes, {.path = "/", .gzipped = file.gzipped}, options);
    }
}

}  // namespace sf::dashboard
