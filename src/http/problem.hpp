// Errors as application/problem+json (RFC 9457).
#pragma once

#include "base/result.hpp"
#include "http/message.hpp"

#include <string>
#include <vector>

namespace sf::http {

struct FieldError {
    std::string pointer;  // JSON pointer (RFC 6901) into the request: "/events/3/type".
    std::string detail;
};

/// {"type","title","status","detail","hint"?,"errors"?}. Adds Retry-After to 503, and to 429, which is for the limits
/// of one client.
[[nodiscard]] Response problem(int status, std::string_view title, std::string_view detail,
                               std::span<const FieldError> errors = {}, std::string_view hint = {});

/// The status that the error's code stands for: invalid_input 400, not_found 404, conflict 409, timed_out 504, 503 for
/// overloaded (a queue of ours is full), unavailable and cancelled. Internal and corrupt errors are a 500 that shows
/// the client nothing; the error is the response's cause, which the server hands to the log.
[[nodiscard]] Response problem(const Error& error);

}  // namespace sf::http
