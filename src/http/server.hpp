// The HTTP/1.1 server: keep-alive, pipelining, limits, deadlines, inflation, authentication and access log around a
// route table.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/route.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sf::http {

/// What a route says about its own messages stands at the route (WebSocketRoute).
struct WebSocketLimits {
    std::chrono::milliseconds ping_interval = std::chrono::seconds{20};
    unsigned ping_misses_max = 2;  // So many pings in a row without a sign of life end a connection.
    std::chrono::milliseconds token_timeout = std::chrono::seconds{5};  // For a token that comes as the first message.
    std::chrono::milliseconds close_timeout = std::chrono::seconds{5};  // To send what is queued and say goodbye.
};

struct ServerLimits {
    std::size_t header_bytes_max = 16u << 10;
    std::size_t connections_max = 10'000;
    std::size_t body_bytes_total_max = 256u << 20;  // Of all requests being read or handled; 503 above.
    std::chrono::milliseconds header_timeout = std::chrono::seconds{10};
    std::chrono::milliseconds idle_timeout = std::chrono::seconds{75};
    std::chrono::milliseconds body_timeout = std::chrono::seconds{60};
    std::chrono::milliseconds body_grace = std::chrono::seconds{5};         // After this a body must have come at
    std::size_t body_rate_min = 1024;                                       // so many bytes a second on average.
    std::chrono::milliseconds response_timeout = std::chrono::seconds{60};  // To write one response, one message.
    std::chrono::milliseconds linger_timeout = std::chrono::seconds{10};  // To read what a refused client still sends.
    std::size_t linger_rate_max = 32u << 20;  // Bytes a second of that, so that reading it holds nobody up.
    WebSocketLimits websocket;
};

/// What the server holds now.
struct ServerLoad {
    std::size_t connections = 0;  // WebSockets included.
    std::size_t body_bytes = 0;   // Of requests being read or handled.
    std::size_t websockets = 0;
    std::size_t websocket_bytes = 0;  // Messages that wait to be sent.
};

/// One address the server listens on, under the name of the service that "owns" it. Port 0: the system chooses.
struct Listen {
    std::string service;
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;
};

/// Looks a token up: nothing for a token that is not valid. Any thread.
using Authenticate = std::function<std::optional<Principal>(std::string_view token)>;

/// Told of every request after its response was written: for metrics and the access log. Must not block.
struct RequestOutcome {
    std::string_view route;  // The pattern; "unmatched" for none.
    Method method;
    int status;
    std::uint64_t bytes_in;
    std::uint64_t bytes_out;
    std::chrono::nanoseconds duration;
    std::string_view correlation_id;
    std::string_view remote_address;
    std::string_view subject;
    std::string_view cause;  // Of a 500: Response::cause.
};
using Observe = std::function<void(const RequestOutcome&)>;

/// How many threads run handlers where a server has so many `threads`: each has one beside it for large bodies.
[[nodiscard]] constexpr unsigned handler_threads(unsigned threads) { return 2 * threads; }

struct ServerOptions {
    std::vector<Listen> listens;
    unsigned threads = 1;
    ServerLimits limits;
    Authenticate authenticate;
    Observe observe;
    std::vector<std::string> cors_origins;  // Exact matches; empty: no CORS.
    std::string title = "StreamFlow";       // Of the OpenAPI document.
    std::string version;
};

/// Owns its threads. start() binds and returns; stop() stops accepting, answers what has arrived, closes. Adds /docs
/// and /openapi.json to the table it was given.
class Server {
public:
    Server(ServerOptions options, RouteTable routes);
    ~Server();

    /// Binds all addresses, then serves. `unavailable` when an address is taken (hint: which option changes it).
    [[nodiscard]] Result<> start();

    /// Every listen with the port it really has. After start().
    [[nodiscard]] const std::vector<Listen>& addresses() const;

    /// Any thread.
    [[nodiscard]] ServerLoad load() const;

    /// New connections are refused, idle ones closed, running requests get `deadline` to finish with "Connection:
    /// close", WebSockets are closed with 1001. Idempotent. A responder called later, even after the server is gone, is
    /// without effect. A stopped server does not start again.
    void stop(Deadline deadline);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace sf::http
