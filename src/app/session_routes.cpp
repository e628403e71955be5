#include "app/session_routes.hpp"

#include "base/json_text.hpp"
#include "base/logging.hpp"
#include "http/json_body.hpp"

namespace sf::app {
namespace {

struct TicketBody {
    std::string ticket;
};
BOOST_DESCRIBE_STRUCT(TicketBody, (), (ticket))

struct SessionToken {
    std::string token;
    std::string expires_at;
};
BOOST_DESCRIBE_STRUCT(SessionToken, (), (token, expires_at))

struct SessionOwner {
    std::string subject;
    std::string role;
};
BOOST_DESCRIBE_STRUCT(SessionOwner, (), (subject, role))

constexpr std::chrono::days kSessionLifetime{7};
constexpr std::size_t kBodyBytesMax = 4u << 10;

}  // namespace

void add_session_routes(http::RouteTable& routes, const security::TokenAuthority& authority,
                        security::TicketOffice& tickets, const Clock& clock) {
    http::Route begin{.method = http::Method::post,
                      .pattern = "/api/v1/session",
                      .service = "security",
                      .summary = "Exchange a ticket for a token",
                      .description =
                          "The link that `streamflow start` prints has a ticket. It is good for one exchange "
                          "and for 15 minutes; the token is good for a week.",
                      .role = http::Role::none,
                      .body_bytes_max = kBodyBytesMax};
    begin.bodies = {{"application/json", http::json_schema<TicketBody>(), R"({"ticket":"kX0w6bq2SgWq1v7l3h9fAA"})"}};
    begin.answers = {{200, "The token", http::json_schema<SessionToken>()}, {401, "The ticket is not good", ""}};
    begin.handler = [&authority, &tickets, &clock](http::Request request, http::Responder respond) {
        TicketBody body;
        if (auto refusal = http::parse_body(request.body.view(), body)) return respond(std::move(*refusal));
        const auto principal = tickets.redeem(body.ticket);
        if (!principal) {
            http::Response response =
                http::problem(401, "the ticket is not good", "it was used before, is too old, or was never made", {},
                              "start StreamFlow again for a new link, or use a token: streamflow token create");
            response.headers.push_back({"WWW-Authenticate", "Bearer"});
            return respond(std::move(response));
        }
        logging::info("a ticket was exchanged for a token",
                      {{"subject", principal->subject}, {"remote", request.remote_address}});
        const std::string expires =
            format_rfc3339(std::chrono::floor<std::chrono::seconds>(clock.now()) + kSessionLifetime);
        respond({.status = 200,
                 .body = R"({"token":)" +
                         json_string(authority.issue(principal->subject, principal->role, kSessionLifetime)) +
                         R"(,"expires_at":)" + json_string(expires) + '}'});
    };
    routes.push_back(std::move(begin));

    http::Route show{.method = http::Method::get,
                     .pattern = "/api/v1/session",
                     .service = "security",
                     .summary = "Whose token this is",
                     .role = http::Role::ingest};
    show.answers = {{200, "Subject and role", http::json_schema<SessionOwner>()}};
    show.handler = [](const http::Request& request, http::Responder respond) {
        respond({.status = 200,
                 .body = R"({"subject":)" + json_string(request.principal.subject) + R"(,"role":)" +
                         json_string(to_string(request.principal.role)) + '}'});
    };
    routes.push_back(std::move(show));
}

}  // namespace sf::app
