// One line of an access log in the "common" or "combined" format of Apache and nginx, taken apart without copies.
#pragma once

#include "base/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sf::recording {

/// Views into the line, as written there; "-" is kept as "-". Empty: not there.
struct AccessLogLine {
    std::string_view host;
    std::string_view ident;
    std::string_view user;
    Timestamp time;
    std::string_view request;  // Between its quotes.
    std::string_view status;
    std::string_view bytes;
    std::string_view referrer;
    std::string_view user_agent;
    std::string_view extra;  // Whatever follows, such as a time that nginx was told to add.
};

/// The parts of a well-formed request: "GET /path HTTP/1.1", or "GET /path" from before HTTP/1.0.
struct RequestLine {
    std::string_view method;
    std::string_view path;
    std::string_view protocol;  // Empty in HTTP/0.9.
};

/// Nothing, and `line` filled; or why `text` is no such line. A last field whose closing quote was cut off is taken as
/// it is.
[[nodiscard]] const char* parse_access_log_line(std::string_view text, AccessLogLine& line);

[[nodiscard]] std::optional<RequestLine> parse_request_line(std::string_view request);

/// Resolves the escapes that Apache (\" \\ \n \t \xhh) and nginx (\xHH) write, into `scratch` if there are any. Where
/// the bytes so found are no text (invalid UTF-8 or control characters) the field stays as written.
[[nodiscard]] std::string_view resolve_log_escapes(std::string_view text, std::string& scratch);

}  // namespace sf::recording
