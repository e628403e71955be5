// One service's HTTP interface: answers that are not a success become errors that read like the program's own.
#pragma once

#include "cli/environment.hpp"
#include "cli/json_document.hpp"

#include "base/result.hpp"
#include "http/client.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace sf::cli {

/// What a response that is no success says (RFC 9457 where it does), with a hint for the common ones.
[[nodiscard]] Error error_of(const http::ClientResponse& response, const std::string& url);

/// One thread at a time.
class Api {
public:
    Api(std::string url, std::unique_ptr<Transport> transport)
        : url_(std::move(url)), transport_(std::move(transport)) {}

    [[nodiscard]] const std::string& url() const { return url_; }

    /// Any status. `unavailable` and `timed_out` when there is no answer.
    [[nodiscard]] Result<http::ClientResponse> ask(std::string_view target);

    /// 2xx; everything else is an error.
    [[nodiscard]] Result<http::ClientResponse> get(std::string_view target);
    [[nodiscard]] Result<http::ClientResponse> post(std::string_view target, std::string_view body,
                                                    std::string_view content_type = "application/json");

    [[nodiscard]] Result<http::ClientResponse> put(std::string_view target, std::string_view body,
                                                   std::string_view content_type = "application/json");
    [[nodiscard]] Result<http::ClientResponse> del(std::string_view target);

    /// POST of a query; the document is {"columns","rows","truncated"}. Rows down to their cells are nodes.
    [[nodiscard]] Result<JsonDocument> query(std::string_view sql);

private:
    std::string url_;
    std::unique_ptr<Transport> transport_;
};

}  // namespace sf::cli
