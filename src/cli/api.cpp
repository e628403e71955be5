#include "cli/api.hpp"

#include "base/json_text.hpp"

#include <fmt/format.h>

namespace sf::cli {
namespace {

constexpr std::size_t kErrorsShown = 5;

ErrorCode code_of(int status) {
    switch (status) {
        case 404: return ErrorCode::not_found;
        case 409: return ErrorCode::conflict;
        case 429: return ErrorCode::overloaded;
        case 502:
        case 503: return ErrorCode::unavailable;
        case 504: return ErrorCode::timed_out;
        default: return status >= 500 ? ErrorCode::internal : ErrorCode::invalid_input;
    }
}

std::string_view hint_of(int status) {
    switch (status) {
        case 401:
            return "give a token with --token, or --data-dir with the folder where the server keeps its data "
                   "(admin.token lies there)";
        case 403: return "use a token with a stronger role: streamflow token create --role ROLE";
        case 404: return "is it a StreamFlow server, of this version?";
        case 429: return "wait a little and repeat it";
        default: return "";
    }
}

void append_line(std::string& text, std::string_view line) {
    if (!text.empty()) text += '\n';
    text += line;
}

}  // namespace

Error error_of(const http::ClientResponse& response, const std::string& url) {
    Error error{code_of(response.status), fmt::format("{} answered with status {}", url, response.status), "", ""};
    if (response.header("content-type").starts_with("application/problem+json")) {
        if (const auto document = JsonDocument::parse(response.body)) {
            const JsonNode& root = document->root();
            error.message = root.text_of("title").value_or(error.message);
            error.detail = root.text_of("detail").value_or("");
            error.hint = root.text_of("hint").value_or("");
            if (const JsonNode* const errors = root.find("errors")) {
                if (error.detail == "see errors") error.detail.clear();
                for (std::size_t i = 0; i < errors->items.size() && i < kErrorsShown; ++i) {
                    const std::string pointer = errors->items[i].text_of("pointer").value_or("");
                    const std::string detail = errors->items[i].text_of("detail").value_or("");
                    if (!pointer.empty()) append_line(error.detail, pointer + ": " + detail);
                    else if (detail != error.detail) append_line(error.detail, detail);
                }
                if (errors->items.size() > kErrorsShown)
                    append_line(error.detail, fmt::format("and {} more", errors->items.size() - kErrorsShown));
            }
        }
    }
    if (error.hint.empty()) error.hint = hint_of(response.status);
    const std::string_view correlation = response.header("x-correlation-id");
    if (response.status == 500 && !correlation.empty())
        append_line(error.detail, fmt::format("correlation id {}", correlation));
    return error;
}

Result<http::ClientResponse> Api::ask(std::string_view target) {
    return transport_->send(http::Method::get, target, "", {.repeatable = true});
}

Result<http::ClientResponse> Api::get(std::string_view target) {
    SF_ASSIGN(http::ClientResponse response, ask(target));
    if (response.status < 200 || response.status > 299) return fail(error_of(response, url_));
    return response;
}

Result<http::ClientResponse> Api::post(std::string_view target, std::string_view body, std::string_view content_type) {
    SF_ASSIGN(http::ClientResponse response,
              transport_->send(http::Method::post, target, body, {.content_type = std::string(content_type)}));
    if (response.status < 200 || response.status > 299) return fail(error_of(response, url_));
    return response;
}

Result<http::ClientResponse> Api::put(std::string_view target, std::string_view body, std::string_view content_type) {
    SF_ASSIGN(http::ClientResponse response,
              transport_->send(http::Method::put, target, body,
                               {.content_type = std::string(content_type), .repeatable = true}));
    if (response.status < 200 || response.status > 299) return fail(error_of(response, url_));
    return response;
}

Result<http::ClientResponse> Api::del(std::string_view target) {
    SF_ASSIGN(http::ClientResponse response, transport_->send(http::Method::del, target, "", {}));
    if (response.status < 200 || response.status > 299) return fail(error_of(response, url_));
    return response;
}

Result<JsonDocument> Api::query(std::string_view sql) {
    SF_ASSIGN(http::ClientResponse response,
              post("/api/v1/query", R"({"sql":)" + json_string(sql) + R"(,"limit":null})"));
    auto document = JsonDocument::parse(response.body, 3);
    if (!document) return fail(std::move(document.error()).during("reading the result of the query"));
    return document;
}

}  // namespace sf::cli
