// POST /api/v1/tokens: an administrator makes tokens for others.
#pragma once

#include "base/clock.hpp"
#include "http/route.hpp"
#include "security/token_authority.hpp"

namespace sf::app {

void add_token_routes(http::RouteTable& routes, const security::TokenAuthority& authority, const Clock& clock);

}  // namespace sf::app
