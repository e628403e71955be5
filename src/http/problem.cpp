#include "http/problem.hpp"

#include "base/json_text.hpp"

namespace sf::http {
namespace {

int status_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid_input: return 400;
        case ErrorCode::not_found: return 404;
        case ErrorCode::conflict: return 409;
        case ErrorCode::overloaded: return 503;
        case ErrorCode::unavailable: return 503;
        case ErrorCode::timed_out: return 504;
        case ErrorCode::cancelled: return 503;
        case ErrorCode::corrupt: return 500;
        case ErrorCode::internal: return 500;
    }
    return 500;
}

}  // namespace

Response problem(int status, std::string_view title, std::string_view detail, std::span<const FieldError> errors,
                 std::string_view hint) {
    Response response;
    response.status = status;
    response.content_type = "application/problem+json";
    std::string& out = response.body;
    out = R"({"type":"about:blank","title":)";
    append_json_string(out, title);
    out += R"(,"status":)" + std::to_string(status);
    if (!detail.empty()) {
        out += R"(,"detail":)";
        append_json_string(out, detail);
    }
    if (!hint.empty()) {
        out += R"(,"hint":)";
        append_json_string(out, hint);
    }
    if (!errors.empty()) {
        out += R"(,"errors":[)";
        for (const FieldError& error : errors) {
            if (out.back() != '[') out += ',';
            out += R"({"pointer":)";
            append_json_string(out, error.pointer);
            out += R"(,"detail":)";
            append_json_string(out, error.detail);
            out += '}';
        }
        out += ']';
    }
    out += '}';
    if (status == 429 || status == 503) response.headers.push_back({"Retry-After", "1"});
    return response;
}

Response problem(const Error& error) {
    const int status = status_of(error.code);
    // What is wrong inside is for the log, not for the client.
    if (status == 500) {
        Response response =
            problem(500, "internal error", "the error is in the server's log under this correlation id");
        response.cause = error.line();
        return response;
    }
    return problem(status, error.message, error.detail, {}, error.hint);
}

}  // namespace sf::http
