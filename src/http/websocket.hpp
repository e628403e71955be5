// A WebSocket (RFC 6455) as the handler of a route sees it: text messages both ways. No sockets, no third-party types.
#pragma once

#include "http/message.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace sf::http {

/// Why a connection ends: RFC 6455, section 7.4.1, and the registry that it founded.
enum class CloseCode : std::uint16_t {
    normal = 1000,
    going_away = 1001,  // The server stops; the browser leaves the page.
    protocol_error = 1002,
    unsupported_data = 1003,  // Binary messages, here.
    no_status = 1005,         // Never sent: the other side gave no code.
    abnormal = 1006,          // Never sent: the connection was lost.
    invalid_payload = 1007,   // Text that is no UTF-8.
    policy = 1008,            // No token, an expired one, a rule of the route.
    too_big = 1009,
    internal_error = 1011,
    try_again_later = 1013,
};

/// One connection. Shared by the server, until it has ended, and by whoever sends to it. send(), close(),
/// buffered_bytes() and closed(): any thread, never blocking. The callbacks are set in WebSocketRoute::open and run on
/// the connection's worker thread, one after the other; they must not block, and may call everything here.
class WebSocket {
public:
    virtual ~WebSocket() = default;

    enum class Sent {
        queued,  // On its way, behind what was queued before.
        full,    // Not taken: the queue is at the route's limit, because the client does not read fast enough. The
                 // caller decides: drop this message, or close.
        closed,  // Not taken: the connection has ended or is about to.
    };

    /// Queues one message of valid UTF-8, which is shared, not copied: the same text may go to many connections.
    virtual Sent send(std::shared_ptr<const std::string> text) = 0;
    Sent send(std::string text) { return send(std::make_shared<const std::string>(std::move(text))); }

    /// Sends what is queued, then says goodbye; the server gives that up after WebSocketLimits::close_timeout. Without
    /// effect on a connection that is being closed. `reason` is for people: UTF-8, cut after 123 bytes.
    virtual void close(CloseCode code, std::string_view reason) = 0;

    [[nodiscard]] virtual std::size_t buffered_bytes() const = 0;  // Queued and not yet in the hands of the system.
    [[nodiscard]] virtual bool closed() const = 0;

    /// A message: valid UTF-8, followed by Body::kPadding readable bytes, good until the callback returns. While half
    /// of the queue's limit waits to be sent, no message is read: a client that does not read is not listened to.
    using OnMessage = std::move_only_function<void(std::string_view text)>;
    virtual void on_message(OnMessage callback) = 0;

    /// Runs exactly once, whoever ended the connection; no other callback afterwards, and all are destroyed then.
    using OnClose = std::move_only_function<void(CloseCode code, std::string_view reason)>;
    virtual void on_close(OnClose callback) = 0;
};

using WebSocketPtr = std::shared_ptr<WebSocket>;

/// What a route declares in place of a handler.
struct WebSocketRoute {
    /// The connection is open, and the request's principal has the route's role. Sets the callbacks; must not block.
    std::function<void(Request request, WebSocketPtr socket)> open;

    std::size_t message_bytes_max = 64u << 10;  // Of what the client sends; 1009 above.
    std::size_t queue_bytes_max = 4u << 20;     // Of what waits to be sent to one client; send() says `full` above.

    /// Browsers can't send Authorization with a WebSocket. Where this is set, a client without it sends its token as
    /// the first message, {"type":"auth","token":"..."}; 1008 if it is wrong or late.
    bool token_in_first_message = true;
};

}  // namespace sf::http
