// A test server with WebSockets: /socket (anybody) and /private (viewer). What comes is echoed with "echo " in front of
// it, unless a test takes it.
#pragma once

#include "unit/http/raw_websocket.hpp"
#include "unit/http/test_server.hpp"

#include <atomic>

namespace sf::http::testing {

struct SocketServerOptions {
    ServerOptions server;
    WebSocketRoute route;                                                        // Its limits.
    std::function<void(const WebSocketPtr&, std::string_view text)> on_message;  // Instead of the echo.
};

class SocketServer {
public:
    explicit SocketServer(SocketServerOptions options = {}) : options_(std::move(options)) {
        RouteTable routes;
        for (const auto& [path, role] : {std::pair{"/socket", Role::none}, std::pair{"/private", Role::viewer}}) {
            routes.push_back(
                {.method = Method::get, .pattern = path, .service = "test", .summary = "A WebSocket", .role = role});
            WebSocketRoute route = options_.route;
            route.open = [this](Request request, WebSocketPtr socket) { open(std::move(request), std::move(socket)); };
            routes.back().websocket = std::move(route);
        }
        server_ = std::make_unique<TestServer>(options_.server, std::move(routes));
    }
    ~SocketServer() { server_.reset(); }

    [[nodiscard]] std::uint16_t port() const { return server_->port(); }
    [[nodiscard]] TestServer& test() { return *server_; }
    [[nodiscard]] ServerLoad load() { return server_->server().load(); }
    void destroy() { server_.reset(); }

    /// The connections so far, oldest first, once there are `count`.
    [[nodiscard]] std::vector<WebSocketPtr> sockets(std::size_t count = 1) {
        EXPECT_TRUE(eventually([&] {
            std::lock_guard lock(mutex_);
            return sockets_.size() >= count;
        }));
        std::lock_guard lock(mutex_);
        return sockets_;
    }
    /// "1000 reason", one an ended connection, once there are `count`.
    [[nodiscard]] std::vector<std::string> endings(std::size_t count = 1) {
        EXPECT_TRUE(eventually([&] {
            std::lock_guard lock(mutex_);
            return endings_.size() >= count;
        }));
        std::lock_guard lock(mutex_);
        return endings_;
    }
    [[nodiscard]] std::vector<std::string> subjects() {
        std::lock_guard lock(mutex_);
        return subjects_;
    }
    [[nodiscard]] std::size_t messages() const { return messages_; }

private:
    void open(Request request, WebSocketPtr socket) {
        WebSocket* raw = socket.get();  // The connection owns its callbacks: a shared pointer would never end.
        const std::weak_ptr<WebSocket> weak = socket;
        socket->on_message([this, raw, weak](std::string_view text) {
            ++messages_;
            if (options_.on_message) return options_.on_message(weak.lock(), text);
            raw->send("echo " + std::string(text));
        });
        socket->on_close([this](CloseCode code, std::string_view reason) {
            std::lock_guard lock(mutex_);
            endings_.push_back(std::to_string(static_cast<unsigned>(code)) + ' ' + std::string(reason));
        });
        std::lock_guard lock(mutex_);
        subjects_.push_back(request.principal.subject);
        sockets_.push_back(std::move(socket));
    }

    SocketServerOptions options_;
    std::mutex mutex_;
    std::vector<WebSocketPtr> sockets_;  // Under mutex_, as all below.
    std::vector<std::string> endings_;
    std::vector<std::string> subjects_;
    std::atomic<std::size_t> messages_ = 0;
    std::unique_ptr<TestServer> server_;
};

}  // namespace sf::http::testing
