#include "app/token_routes.hpp"

#include "base/json_text.hpp"
#include "base/logging.hpp"
#include "http/json_body.hpp"

namespace sf::app {
namespace {

struct TokenBody {
    std::string subject;
    std::string role;
    std::optional<std::int64_t> lifetime_s;
};
BOOST_DESCRIBE_STRUCT(TokenBody, (), (subject, role, lifetime_s))

struct TokenAnswer {
    std::string token;
    std::string expires_at;
};
BOOST_DESCRIBE_STRUCT(TokenAnswer, (), (token, expires_at))

constexpr std::int64_t kLifetimeDefault = 90 * 86'400;
constexpr std::int64_t kLifetimeMax = 3650LL * 86'400;

}  // namespace

void add_token_routes(http::RouteTable& routes, const security::TokenAuthority& authority, const Clock& clock) {
    http::Route make{
        .method = http::Method::post,
        .pattern = "/api/v1/tokens",
        .service = "security",
        .summary = "Make a token",
        .description = "Roles: ingest, viewer, editor, operations, admin; each may do what those before it may.",
        .role = http::Role::admin};
    make.bodies = {{"application/json", http::json_schema<TokenBody>(),
                    R"({"subject":"shop","role":"ingest","lifetime_s":86400})"}};
    make.answers = {{201, "The token; it is shown only here", http::json_schema<TokenAnswer>()}};
    make.handler = [&authority, &clock](http::Request request, http::Responder respond) {
        TokenBody body;
        if (auto refusal = http::parse_body(request.body.view(), body)) return respond(std::move(*refusal));
        const auto role = http::parse_role(body.role);
        const std::int64_t lifetime = body.lifetime_s.value_or(kLifetimeDefault);
        std::vector<http::FieldError> errors;
        if (body.subject.empty() || body.subject.size() > 128)
            errors.push_back({"/subject", "must have 1 to 128 bytes"});
        if (!role || *role == http::Role::none)
            errors.push_back({"/role", "must be one of: ingest, viewer, editor, operations, admin"});
        if (lifetime < 1 || lifetime > kLifetimeMax)
            errors.push_back({"/lifetime_s", "must be from 1 second to ten years"});
        if (!errors.empty()) return respond(http::problem(422, "the body does not fit", "see errors", errors));
        const std::string expires =
            format_rfc3339(std::chrono::floor<std::chrono::seconds>(clock.now()) + std::chrono::seconds{lifetime});
        logging::info("a token was made", {{"subject", body.subject},
                                           {"role", body.role},
                                           {"expires_at", expires},
                                           {"by", request.principal.subject}});
        respond({.status = 201,
                 .body = R"({"token":)" +
                         json_string(authority.issue(body.subject, *role, std::chrono::seconds{lifetime})) +
                         R"(,"expires_at":)" + json_string(expires) + '}'});
    };
    routes.push_back(std::move(make));
}

}  // namespace sf::app
