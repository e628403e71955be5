#include "http/request_check.hpp"

#include "base/ascii.hpp"
#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "http/problem.hpp"

#include <algorithm>

namespace sf::http {

namespace bhttp = boost::beast::http;

namespace {

constexpr std::size_t kTargetMax = 8u << 10;
constexpr std::size_t kFieldsMax = 100;
constexpr std::size_t kUnwantedBodyMax = 64u << 10;  // Harmless: some clients send "{}" with everything.

Method method_of(bhttp::verb verb) {
    switch (verb) {
        case bhttp::verb::get: return Method::get;
        case bhttp::verb::head: return Method::head;
        case bhttp::verb::post: return Method::post;
        case bhttp::verb::put: return Method::put;
        case bhttp::verb::patch: return Method::patch;
        case bhttp::verb::delete_: return Method::del;
        case bhttp::verb::options: return Method::options;
        default: return Method::other;
    }
}

// Letters, digits and a few signs: safe in a header, a log line and a file name.
bool is_correlation_id(std::string_view text) {
    return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == ':';
    });
}

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// The media type of a Content-Type header, without its parameters.
std::string media_type(std::string_view header) {
    header = header.substr(0, header.find(';'));
    while (!header.empty() && header.back() == ' ') header.remove_suffix(1);
    return ascii_lower(header);
}

Response unauthorized(std::string_view title, std::string_view detail, std::string_view hint, std::string challenge) {
    Response response = problem(401, title, detail, {}, hint);
    response.headers.push_back({"WWW-Authenticate", std::move(challenge)});
    return response;
}

}  // namespace

std::string new_correlation_id() {
    thread_local UuidGenerator ids;
    return to_string(ids.next(system_clock().now()));
}

void read_head(Request& request, const RequestHead& head) {
    request.method = method_of(head.method());
    request.headers.reserve(16);
    for (const auto& field : head)
        request.headers.push_back({ascii_lower(field.name_string()), std::string(field.value())});
    request.correlation_id = request.header("x-correlation-id");
    if (request.correlation_id.empty()) request.correlation_id = request.header("x-request-id");
    if (!is_correlation_id(request.correlation_id)) request.correlation_id = new_correlation_id();
}

// The parser takes a header whole or not at all, so no such line is cut in two here.
bool has_folded_line(std::string_view header) {
    return header.find("\r\n ") != std::string_view::npos || header.find("\r\n\t") != std::string_view::npos;
}

std::optional<Response> check_framing(const RequestHead& head, bool folded) {
    const auto count = [&](bhttp::field name) { return head.count(name); };
    const auto refuse = [](int status, std::string_view wrong) {
        return problem(status, "the request is refused", wrong);
    };
    if (static_cast<std::size_t>(std::distance(head.begin(), head.end())) > kFieldsMax)
        return refuse(431, "more than 100 header fields");
    if (head.target().size() > kTargetMax) return refuse(414, "the target is longer than 8 KiB");
    std::string_view wrong;
    if (!head.target().starts_with('/') && head.target() != "*") wrong = "the target must be a path";
    else if (folded) wrong = "a header field on two lines";
    else if (count(bhttp::field::content_length) > 1) wrong = "more than one Content-Length";
    else if (count(bhttp::field::content_length) > 0 && !is_number(head[bhttp::field::content_length]))
        wrong = "Content-Length is not a number";
    else if (count(bhttp::field::transfer_encoding) > 1) wrong = "more than one Transfer-Encoding";
    else if (count(bhttp::field::content_length) > 0 && count(bhttp::field::transfer_encoding) > 0)
        wrong = "both Content-Length and Transfer-Encoding";
    else if (count(bhttp::field::transfer_encoding) > 0 &&
             ascii_lower(head[bhttp::field::transfer_encoding]) != "chunked")
        wrong = "an unknown Transfer-Encoding";
    else if (count(bhttp::field::transfer_encoding) > 0 && head.version() == 10)
        wrong = "Transfer-Encoding in HTTP/1.0";
    else if (count(bhttp::field::authorization) > 1) wrong = "more than one Authorization";
    else if (head.version() == 11 && count(bhttp::field::host) != 1) wrong = "exactly one Host header is needed";
    else if (head.version() != 11 && head.version() != 10) wrong = "only HTTP/1.1 and HTTP/1.0";
    if (wrong.empty()) return std::nullopt;
    return refuse(400, wrong);
}

std::optional<Response> check_target(std::string_view target, Request& request) {
    const std::size_t question = std::min(target.find('?'), target.size());
    auto path = percent_decoded(target.substr(0, question), false);
    if (!path || path->find('\0') != std::string::npos)
        return problem(400, "the request is refused", "the path has a broken escape");
    request.path = std::move(*path);
    std::string_view rest = question < target.size() ? target.substr(question + 1) : std::string_view();
    while (!rest.empty()) {
        const std::string_view pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
        const std::size_t equals = std::min(pair.find('='), pair.size());
        auto name = percent_decoded(pair.substr(0, equals), true);
        auto value = percent_decoded(equals < pair.size() ? pair.substr(equals + 1) : std::string_view(), true);
        if (!name || !value) return problem(400, "the request is refused", "the query has a broken escape");
        if (!name->empty()) request.query_parameters.emplace_back(std::move(*name), std::move(*value));
    }
    return std::nullopt;
}

Response no_route(const Request& request, const Router::Match& match, bool origin_allowed) {
    if (match.allow.empty())
        return problem(404, "not found", "no such path: " + request.path, {}, "GET /docs lists what there is");
    if (request.method == Method::options) {
        Response response;
        response.status = 204;
        response.headers.push_back({"Allow", match.allow + ", OPTIONS"});
        if (origin_allowed) {
            response.headers.push_back({"Access-Control-Allow-Methods", match.allow});
            response.headers.push_back(
                {"Access-Control-Allow-Headers", "Authorization, Content-Type, Content-Encoding, X-Correlation-Id"});
            response.headers.push_back({"Access-Control-Max-Age", "600"});
        }
        return response;
    }
    Response response = problem(405, "method not allowed", "this path takes " + match.allow);
    response.headers.push_back({"Allow", match.allow});
    return response;
}

bool is_listed(const std::vector<std::string>& origins, std::string_view origin) {
    return !origin.empty() && std::ranges::find(origins, origin) != origins.end();
}

std::string_view bearer_token(const Request& request) {
    const std::string_view authorization = request.header("authorization");
    if (authorization.size() <= 7 || ascii_lower(authorization.substr(0, 7)) != "bearer ") return {};
    return authorization.substr(7);
}

std::optional<Response> check_principal(Request& request, const Route& route, const Authenticate& authenticate,
                                        bool local) {
    const std::string_view token = bearer_token(request);
    if (!token.empty()) {
        if (auto principal = authenticate ? authenticate(token) : std::nullopt) {
            request.principal = std::move(*principal);
        } else if (route.role != Role::none) {
            return unauthorized("the token is not valid", "it is malformed, expired or signed by another key",
                                "make one with: streamflow token create", R"(Bearer error="invalid_token")");
        }
    }
    // Later code must not see, and so can't log, the token.
    std::erase_if(request.headers, [](const Header& header) { return header.name == "authorization"; });
    const Role needed = route.loopback_only && !local ? Role::viewer : route.role;
    if (request.principal.role >= needed) return std::nullopt;
    if (request.principal.role == Role::none) {
        return unauthorized("a token is needed", "send it as: Authorization: Bearer TOKEN",
                            "the first start wrote one into admin.token in the data directory", "Bearer");
    }
    return problem(403, "not allowed",
                   "this needs the role " + std::string(to_string(needed)) + "; the token has " +
                       std::string(to_string(request.principal.role)));
}

std::optional<Response> check_body(const Request& request, const Route& route, ExpectedBody& body) {
    body.bytes_max = route.bodies.empty() ? 0 : route.body_bytes_max;
    if (!body.chunked && body.size == 0) return std::nullopt;
    if (route.bodies.empty()) body.bytes_max = kUnwantedBodyMax;
    if (body.size > body.bytes_max) return body_too_large(body.bytes_max);
    if (route.bodies.empty()) return std::nullopt;
    const std::string type = media_type(request.header("content-type"));
    if (std::ranges::none_of(route.bodies, [&](const BodyDescription& taken) { return taken.content_type == type; })) {
        std::string wanted;
        for (const BodyDescription& taken : route.bodies) wanted += (wanted.empty() ? "" : ", ") + taken.content_type;
        return problem(415, "unsupported media type",
                       type.empty() ? "the request has no Content-Type" : "Content-Type is " + type, {},
                       "send one of: " + wanted);
    }
    body.encoding = parse_encoding(ascii_lower(request.header("content-encoding")));
    if (body.encoding == Encoding::unknown) {
        Response response = problem(415, "unsupported content encoding", "Content-Encoding may be gzip or zstd");
        response.headers.push_back({"Accept-Encoding", "gzip, zstd"});
        return response;
    }
    return std::nullopt;
}

Response body_too_large(std::size_t bytes_max) {
    return problem(413, "the body is too large", "it may have " + std::to_string(bytes_max) + " bytes after inflation");
}

}  // namespace sf::http
