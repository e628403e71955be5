// A real server on a port that the system chooses, with a few routes to test against.
#pragma once

#include "http/problem.hpp"
#include "http/server.hpp"
#include "unit/http/raw_connection.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace sf::http::testing {

inline constexpr std::size_t kEchoBytesMax = 1u << 20;

/// Waits for something that another thread does.
[[nodiscard]] inline bool eventually(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + RawConnection::kPatience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::yield();
    }
    return true;
}

/// POST or GET with what else the header should have.
[[nodiscard]] std::string request_text(std::string_view method, std::string_view target, std::string_view body = {},
                                       std::string_view more_headers = {});

class TestServer {
public:
    explicit TestServer(ServerOptions options = {}, RouteTable more_routes = {});
    ~TestServer();

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] Server& server() { return *server_; }
    void destroy() { server_.reset(); }

    /// The responders of GET /later requests, which nobody has answered yet, oldest first.
    [[nodiscard]] std::vector<std::pair<std::string, Responder>> take_waiting(std::size_t count);
    [[nodiscard]] bool wait_for_waiting(std::size_t count);

    /// How often the handler of POST /echo ran.
    [[nodiscard]] std::size_t echoes();

    [[nodiscard]] std::vector<std::string> observed();  // "GET /hello 200 subject", one a request.

private:
    std::mutex mutex_;
    std::vector<std::pair<std::string, Responder>> waiting_;
    std::size_t echoes_ = 0;
    std::vector<std::string> observed_;
    std::unique_ptr<Server> server_;
    std::uint16_t port_ = 0;
};

}  // namespace sf::http::testing
