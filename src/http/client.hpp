// A blocking HTTP/1.1 client with keep-alive: for the command line and for services that call one another.
#pragma once

#include "base/result.hpp"
#include "http/message.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace sf::http {

struct ClientOptions {
    std::string base_url;                                          // "http://127.0.0.1:8001"
    std::string token;                                             // Sent as Authorization: Bearer; empty: none.
    std::chrono::milliseconds timeout = std::chrono::seconds{60};  // Of one request, connecting included.
};

struct ClientResponse {
    int status = 0;
    std::vector<Header> headers;  // Names in lower case.
    std::string body;

    [[nodiscard]] std::string_view header(std::string_view lower_case_name) const;
};

/// One connection, opened when first needed and again after it was lost; a request that is safe to repeat (GET, or one
/// that the caller marks) is sent again once when a kept connection turns out to be closed. One thread at a time.
class Client {
public:
    explicit Client(ClientOptions options);
    ~Client();
    Client(Client&&) noexcept;
    Client& operator=(Client&&) noexcept;

    struct SendOptions {
        std::string content_type = "application/json";
        std::vector<Header> headers;
        bool repeatable = false;
    };

    /// Any status is a response. `unavailable` when nobody listens, `timed_out`.
    [[nodiscard]] Result<ClientResponse> get(std::string_view target);
    [[nodiscard]] Result<ClientResponse> send(Method method, std::string_view target, std::string_view body,
                                              SendOptions options);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace sf::http
