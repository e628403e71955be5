// What is looked at before a request's body is read: its framing, its target, the token, the headers about the body.
// Functions of the request alone; each gives the answer that refuses it, or nothing. Internal to http/.
#pragma once

#include "http/content_encoding.hpp"
#include "http/router.hpp"
#include "http/server.hpp"

#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/message.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace sf::http {

using RequestHead = boost::beast::http::request<boost::beast::http::buffer_body>;

[[nodiscard]] std::string new_correlation_id();

/// Method, headers and correlation id of `head`.
void read_head(Request& request, const RequestHead& head);

/// A field that goes on in the next line, which RFC 9112, section 5.2, made obsolete: servers disagree on what it
/// means. `header` is whole.
[[nodiscard]] bool has_folded_line(std::string_view header);

/// RFC 9112, section 6: what delimits the body must be beyond doubt, or two servers in a row see different requests.
[[nodiscard]] std::optional<Response> check_framing(const RequestHead& head, bool folded);

/// Path and query parameters of `target`, decoded.
[[nodiscard]] std::optional<Response> check_target(std::string_view target, Request& request);

/// The answer where no route takes the request: 404, 405, or what OPTIONS asks for.
[[nodiscard]] Response no_route(const Request& request, const Router::Match& match, bool origin_allowed);

/// Whether `origin` is one of the list. Comparison is exact.
[[nodiscard]] bool is_listed(const std::vector<std::string>& origins, std::string_view origin);

/// The token of an Authorization header; empty if there is none.
[[nodiscard]] std::string_view bearer_token(const Request& request);

/// Sets the principal by the token, and checks that it may call the route. `local`: the request came over loopback.
[[nodiscard]] std::optional<Response> check_principal(Request& request, const Route& route,
                                                      const Authenticate& authenticate, bool local);

/// What is known of a body before it comes.
struct ExpectedBody {
    bool chunked = false;
    std::size_t size = 0;       // Declared; chunked bodies tell none.
    std::size_t bytes_max = 0;  // After inflation. As check_body() found.
    Encoding encoding = Encoding::identity;
};
[[nodiscard]] std::optional<Response> check_body(const Request& request, const Route& route, ExpectedBody& body);

[[nodiscard]] Response body_too_large(std::size_t bytes_max);

}  // namespace sf::http
