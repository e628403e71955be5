// GET /docs: Swagger UI, from the program itself.
#pragma once

#include "http/route.hpp"

namespace sf::http {

void add_docs_page(RouteTable& routes);

}  // namespace sf::http
