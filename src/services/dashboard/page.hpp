// The page itself: the files of web/, which the build compiles into the program, at / and beside it.
#pragma once

#include "http/route.hpp"
#include "http/static_files.hpp"

#include <span>

namespace sf::dashboard {

/// `files` as Vite makes them: index.html, which is asked for each time, and files below assets/, whose names change
/// with their content. Without an index.html there is no page, and / is no route.
void add_page_routes(http::RouteTable& routes, std::span<const http::EmbeddedFile> files);

/// The files of this build; none if it was made without the page (SF_PAGE=OFF).
[[nodiscard]] std::span<const http::EmbeddedFile> page_files();

}  // namespace sf::dashboard
