// The blocking client against the real server.
#include "http/websocket/client.hpp"
#include "unit/http/socket_server.hpp"

namespace sf::http {
namespace {

using namespace testing;
using namespace std::chrono_literals;

Deadline soon() { return std::chrono::steady_clock::now() + RawConnection::kPatience; }

Result<WebSocketClient> connect(std::uint16_t port, std::string target, std::string token = {},
                                std::vector<Header> headers = {}) {
    return WebSocketClient::connect({.base_url = "http://127.0.0.1:" + std::to_string(port),
                                     .target = std::move(target),
                                     .token = std::move(token),
                                     .headers = std::move(headers)},
                                    soon());
}

TEST(WebSocketClient, sends_and_receives) {
    SocketServer server;
    auto client = connect(server.port(), "/private", "viewer");
    ASSERT_TRUE(client) << client.error().text();
    for (const std::size_t size : {0u, 10u, 65'000u}) {
        ASSERT_TRUE(client->send(std::string(size, 'x'), soon()));
        EXPECT_EQ(client->receive(soon()).value_or("nothing"), "echo " + std::string(size, 'x'));
    }
    server.sockets().front()->send(std::string(3u << 20, 'y'));
    EXPECT_EQ(client->receive(soon()).value_or("nothing").size(), 3u << 20);
    client->close(soon());
    EXPECT_EQ(server.endings().front(), "1000 ");
}

TEST(WebSocketClient, a_deadline_without_a_message_leaves_the_connection_as_it_was) {
    SocketServer server;
    auto client = connect(server.port(), "/socket");
    ASSERT_TRUE(client);
    for (int i = 0; i < 3; ++i) {
        const auto nothing = client->receive(std::chrono::steady_clock::now() + 1ms);
        ASSERT_FALSE(nothing);
        EXPECT_EQ(nothing.error().code, ErrorCode::timed_out);
    }
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(client->send(std::to_string(i), soon()));
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(client->receive(soon()).value_or("nothing"), "echo " + std::to_string(i));
}

TEST(WebSocketClient, says_how_the_connection_ended) {
    SocketServer server;
    auto client = connect(server.port(), "/socket");
    ASSERT_TRUE(client);
    EXPECT_FALSE(client->closed());
    server.sockets().front()->send("one more");
    server.sockets().front()->close(CloseCode::policy, "enough");
    EXPECT_EQ(client->receive(soon()).value_or("nothing"), "one more");
    for (int i = 0; i < 2; ++i) {
        const auto ended = client->receive(soon());
        ASSERT_FALSE(ended);
        EXPECT_EQ(ended.error().code, ErrorCode::unavailable);
        EXPECT_EQ(ended.error().detail, "enough");
    }
    EXPECT_EQ(client->closed()->code, CloseCode::policy);
    EXPECT_FALSE(client->send("too late", soon()));
}

TEST(WebSocketClient, a_refusal_has_the_servers_answer) {
    SocketServer server;
    const auto unauthorized = connect(server.port(), "/private", "wrong");
    ASSERT_FALSE(unauthorized);
    EXPECT_EQ(unauthorized.error().code, ErrorCode::invalid_input);
    EXPECT_NE(unauthorized.error().message.find("401"), std::string::npos);
    EXPECT_NE(unauthorized.error().detail.find("the token is not valid"), std::string::npos);
    const auto foreign = connect(server.port(), "/socket", {}, {{"Origin", "https://evil.example"}});
    ASSERT_FALSE(foreign);
    EXPECT_NE(foreign.error().message.find("403"), std::string::npos);
    EXPECT_EQ(connect(server.port(), "/nowhere").error().code, ErrorCode::not_found);
    EXPECT_EQ(connect(server.port(), "/hello").error().code, ErrorCode::unavailable);  // A 200 is no WebSocket.
}

TEST(WebSocketClient, nobody_there_and_a_server_that_says_nothing) {
    std::uint16_t port = 0;
    {
        SocketServer server;
        port = server.port();
        const auto silent =
            WebSocketClient::connect({.base_url = "http://127.0.0.1:" + std::to_string(port), .target = "/later"},
                                     std::chrono::steady_clock::now() + 100ms);
        ASSERT_FALSE(silent);
        EXPECT_EQ(silent.error().code, ErrorCode::timed_out);
    }
    EXPECT_EQ(connect(port, "/socket").error().code, ErrorCode::unavailable);
    EXPECT_EQ(WebSocketClient::connect({.base_url = "wss://x", .target = "/"}, soon()).error().code,
              ErrorCode::invalid_input);
}

TEST(WebSocketClient, answers_pings_while_it_waits) {
    ServerOptions options;
    options.limits.websocket.ping_interval = 50ms;
    SocketServer server({.server = options});
    auto client = connect(server.port(), "/socket");
    ASSERT_TRUE(client);
    const auto nothing = client->receive(std::chrono::steady_clock::now() + 1500ms);
    EXPECT_EQ(nothing.error().code, ErrorCode::timed_out);
    ASSERT_TRUE(client->send("still here", soon()));
    EXPECT_EQ(client->receive(soon()).value_or("nothing"), "echo still here");
}

}  // namespace
}  // namespace sf::http
