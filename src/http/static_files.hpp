// Files that are part of the program, delivered as routes: packed by the build, unpacked only for clients that don't
// take gzip, with tags so that a browser asks in vain.
#pragma once

#include "http/route.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace sf::http {

/// As the build makes it of a folder (cmake/embed_files.py). Lives as long as the program.
struct EmbeddedFile {
    std::string_view path;     // Below the folder: "assets/index-otq0Ih-z.js".
    std::string_view gzipped;  // RFC 1952.
};

struct StaticFile {
    std::string path;          // Of the route: "/docs/start.js".
    std::string_view gzipped;  // Lives as long as the program. Empty: `plain` counts.
    std::string plain = {};
    bool immutable = false;  // Its name changes with its content: never asked for again.
};

struct StaticFileOptions {
    std::string service;
    std::string summary;
    std::string content_security_policy;
};

/// GET of the file, for anybody, with the headers that keep a page to itself: it gets nothing from elsewhere, stands in
/// no frame, tells nobody where it was. The type follows from the path's ending; text/html where there is none.
void add_static_file(RouteTable& routes, StaticFile file, const StaticFileOptions& options);

}  // namespace sf::http
