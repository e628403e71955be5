// /api/v1/session: a ticket becomes a token, and a token says whose it is.
#pragma once

#include "base/clock.hpp"
#include "http/route.hpp"
#include "security/ticket_office.hpp"
#include "security/token_authority.hpp"

namespace sf::app {

void add_session_routes(http::RouteTable& routes, const security::TokenAuthority& authority,
                        security::TicketOffice& tickets, const Clock& clock);

}  // namespace sf::app
