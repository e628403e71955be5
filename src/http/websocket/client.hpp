// A blocking WebSocket client: for the command line and for tests.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/websocket.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sf::http {

struct WebSocketClientOptions {
    std::string base_url;                       // "http://127.0.0.1:8004"
    std::string target;                         // "/api/v1/live"
    std::string token;                          // Sent as Authorization: Bearer; empty: none.
    std::vector<Header> headers;                // What else the handshake should have.
    std::size_t message_bytes_max = 64u << 20;  // Of what comes; larger ones end the connection.
};

/// One thread at a time. Pings are answered while receive() waits.
class WebSocketClient {
public:
    /// `unavailable` when nobody listens; `timed_out`; where the server refuses, the error has its status and answer:
    /// `not_found` for 404, `unavailable` for 503, `invalid_input` else.
    [[nodiscard]] static Result<WebSocketClient> connect(WebSocketClientOptions options, Deadline deadline);

    ~WebSocketClient();
    WebSocketClient(WebSocketClient&&) noexcept;
    WebSocketClient& operator=(WebSocketClient&&) noexcept;

    /// Returns when the system has all of it. The connection is lost after an error.
    [[nodiscard]] Result<> send(std::string_view text, Deadline deadline);

    /// The next message. `timed_out`: none came, and the connection is as it was. `unavailable`: it has ended.
    [[nodiscard]] Result<std::string> receive(Deadline deadline);

    /// Says goodbye and waits for the answer until the deadline. What still comes is dropped.
    void close(Deadline deadline, CloseCode code = CloseCode::normal);

    struct Closed {
        CloseCode code = CloseCode::abnormal;
        std::string reason;
    };
    /// How the connection ended, once receive() has said that it has.
    [[nodiscard]] const std::optional<Closed>& closed() const;

private:
    struct State;
    explicit WebSocketClient(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace sf::http
