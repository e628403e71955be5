// From a request to an open WebSocket: who gets in, and what everybody else is told.
#include "http/websocket/upgrade.hpp"
#include "unit/http/socket_server.hpp"

namespace sf::http {
namespace {

using namespace testing;
using namespace std::chrono_literals;

int status_of(SocketServer& server, std::string_view target, std::string_view more_headers = {}) {
    const RawWebSocket client(server.port(), target, more_headers);
    return client.answer() ? client.answer()->status : 0;
}

TEST(WebSocketHandshake, answers_with_the_key_that_the_rfc_computes) {
    SocketServer server;
    RawWebSocket client(server.port(), "/socket", "X-Correlation-Id: order-7\r\n");
    ASSERT_TRUE(client.open());
    EXPECT_EQ(client.answer()->header("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    EXPECT_EQ(client.answer()->header("upgrade"), "websocket");
    EXPECT_EQ(client.answer()->header("x-correlation-id"), "order-7");
    EXPECT_EQ(client.answer()->header("sec-websocket-extensions"), "");
    client.text("hello");
    EXPECT_EQ(client.read_text(), "echo hello");
    EXPECT_TRUE(eventually([&] { return server.test().observed() == std::vector<std::string>{"GET /socket 101 "}; }));
}

TEST(WebSocketHandshake, compression_is_never_agreed_to) {
    SocketServer server;
    const RawWebSocket client(server.port(), "/socket", "Sec-WebSocket-Extensions: permessage-deflate\r\n");
    ASSERT_TRUE(client.open());
    EXPECT_EQ(client.answer()->header("sec-websocket-extensions"), "");
}

TEST(WebSocketHandshake, what_is_no_upgrade_is_told_so_and_the_connection_goes_on) {
    SocketServer server;
    RawConnection client(server.port());
    const auto plain = client.ask(request_text("GET", "/socket"));
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->status, 426);
    EXPECT_EQ(plain->header("upgrade"), "websocket");
    EXPECT_EQ(plain->header("content-type"), "application/problem+json");
    client.send(request_text("HEAD", "/socket"));
    EXPECT_EQ(client.read_response(true)->status, 426);
    client.send("HEAD" + upgrade_text("/socket").substr(3));
    EXPECT_EQ(client.read_response(true)->status, 426);
    EXPECT_EQ(client.ask(request_text("POST", "/socket"))->status, 405);
    const auto old = client.ask(
        "GET /socket HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8\r\n\r\n");
    ASSERT_TRUE(old);
    EXPECT_EQ(old->status, 426);
    EXPECT_EQ(old->header("sec-websocket-version"), "13");
    EXPECT_EQ(client.ask(request_text("GET", "/hello"))->body, "hello");
    EXPECT_EQ(client.ask(upgrade_text("/hello"))->body, "hello");  // No WebSocket there: the wish is ignored.
    EXPECT_TRUE(server.subjects().empty());
}

TEST(WebSocketHandshake, malformed_upgrades_are_refused) {
    SocketServer server;
    const std::string start = "GET /socket HTTP/1.1\r\nHost: test\r\n";
    const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    const std::string rest = "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
    const std::string connection = "Connection: Upgrade\r\n";
    const auto ask = [&](const std::string& request) {
        RawConnection client(server.port());
        const auto response = client.ask(request);
        return response ? response->status : 0;
    };
    EXPECT_EQ(ask(start + rest + key + connection + "\r\n"), 101);
    EXPECT_EQ(ask(start + rest + key + "Connection: keep-alive, upgrade\r\n\r\n"), 101);
    EXPECT_EQ(ask(start + rest + key + "Connection: keep-alive\r\nConnection: UPGRADE\r\n\r\n"), 101);
    EXPECT_EQ(ask(start + rest + key + "\r\n"), 400);
    EXPECT_EQ(ask(start + rest + key + "Connection: upgraded\r\n\r\n"), 400);
    EXPECT_EQ(ask(start + rest + connection + "\r\n"), 400);
    EXPECT_EQ(ask(start + rest + connection + key + key + "\r\n"), 400);
    for (const auto& wrong : {"", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ==x",
                              "dGhlIHNhbXBs=SBub25jZQ==", "!!!!!!!!!!!!!!!!!!!!!!=="})
        EXPECT_EQ(ask(start + rest + connection + "Sec-WebSocket-Key: " + wrong + "\r\n\r\n"), 400) << wrong;
    EXPECT_EQ(ask(start + rest + connection + key + "Content-Length: 2\r\n\r\n{}"), 400);
    EXPECT_EQ(ask(start + rest + connection + key + "\r\n" + frame(kText, "too early")), 400);
    EXPECT_EQ(ask("GET /socket HTTP/1.0\r\nHost: test\r\n" + rest + key + connection + "\r\n"), 426);
}

TEST(WebSocketHandshake, bytes_that_came_too_early_are_not_read_as_a_request) {
    SocketServer server;
    RawConnection client(server.port());
    const auto response = client.ask(upgrade_text("/socket") + request_text("GET", "/hello"));
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 400);
    EXPECT_EQ(response->header("connection"), "close");
    EXPECT_TRUE(client.ends());
}

TEST(WebSocketHandshake, pages_of_other_origins_stay_outside) {
    SocketServer server({.server = {.cors_origins = {"https://shop.example"}}});
    const auto with_origin = [&](const std::string& origin) {
        return status_of(server, "/socket", "Origin: " + origin + "\r\n");
    };
    EXPECT_EQ(status_of(server, "/socket"), 101);
    for (const auto& own : {"http://test", "https://test", "http://TEST", "http://test:80", "https://test:443"})
        EXPECT_EQ(with_origin(own), 101) << own;
    EXPECT_EQ(with_origin("https://shop.example"), 101);
    for (const auto& foreign :
         {"https://evil.example", "https://shop.example.evil", "http://shop.example", "null", "", "http://test.evil",
          "http://eviltest", "http://test:8004", "https://test:80", "ftp://test", "http://", "http://user@test"}) {
        EXPECT_EQ(with_origin(foreign), 403) << foreign;
    }
    EXPECT_EQ(status_of(server, "/socket", "Origin: http://test\r\nOrigin: http://test\r\n"), 403);
}

TEST(WebSocketHandshake, own_origins_have_the_port_of_the_host) {
    EXPECT_TRUE(is_own_origin("http://127.0.0.1:8004", "127.0.0.1:8004"));
    EXPECT_TRUE(is_own_origin("http://[::1]:8004", "[::1]:8004"));
    EXPECT_TRUE(is_own_origin("https://flow.example", "flow.example"));
    EXPECT_TRUE(is_own_origin("http://flow.example", "flow.example:80"));
    EXPECT_FALSE(is_own_origin("http://127.0.0.1:8005", "127.0.0.1:8004"));
    EXPECT_FALSE(is_own_origin("http://localhost:8004", "127.0.0.1:8004"));
    EXPECT_FALSE(is_own_origin("http://flow.example", "flow.example:443"));
}

TEST(WebSocketToken, in_the_header_it_is_checked_before_the_upgrade) {
    SocketServer server;
    EXPECT_EQ(status_of(server, "/private", "Authorization: Bearer viewer\r\n"), 101);
    EXPECT_EQ(status_of(server, "/private", "Authorization: Bearer wrong\r\n"), 401);
    EXPECT_EQ(status_of(server, "/private", "Authorization: Basic abc\r\n"), 401);
    EXPECT_EQ(status_of(server, "/private", "Authorization: Bearer ingest\r\n"), 403);
    EXPECT_EQ(server.sockets().size(), 1u);
    EXPECT_EQ(server.subjects(), std::vector<std::string>{"a viewer"});
}

TEST(WebSocketToken, as_the_first_message) {
    SocketServer server;
    RawWebSocket client(server.port(), "/private");
    ASSERT_TRUE(client.open());
    EXPECT_TRUE(server.subjects().empty());
    client.text(R"({"type":"auth","token":"editor"})");
    client.text("hello");
    EXPECT_EQ(client.read_text(), "echo hello");
    EXPECT_EQ(server.subjects(), std::vector<std::string>{"a editor"});
}

TEST(WebSocketToken, whoever_says_anything_else_first_is_shown_out) {
    SocketServer server;
    for (const auto& message :
         {"hello", "{}", R"({"type":"auth"})", R"({"type":"auth","token":"wrong"})", R"({"type":"auth","token":""})",
          R"({"type":"auth","token":"ingest"})", R"({"type":"subscribe","token":"admin"})",
          R"({"type":"auth","token":"admin","more":1})", R"({"type":"auth","token":7})"}) {
        RawWebSocket client(server.port(), "/private");
        ASSERT_TRUE(client.open());
        client.text(message);
        client.text(R"({"type":"auth","token":"admin"})");  // No second try.
        EXPECT_EQ(client.read_close(), 1008) << message;
    }
    EXPECT_TRUE(server.subjects().empty());
}

TEST(WebSocketToken, whoever_says_nothing_is_shown_out) {
    ServerOptions options;
    options.limits.websocket.token_timeout = 100ms;
    SocketServer server({.server = options});
    RawWebSocket client(server.port(), "/private");
    ASSERT_TRUE(client.open());
    EXPECT_EQ(client.read_close(), 1008);
}

TEST(WebSocketToken, only_where_the_route_says_so) {
    SocketServer server({.route = {.token_in_first_message = false}});
    EXPECT_EQ(status_of(server, "/private"), 401);
}

TEST(WebSocketToken, that_runs_out_ends_the_connection) {
    std::atomic<bool> valid = true;
    ServerOptions options;
    options.limits.websocket.ping_interval = 50ms;
    options.authenticate = [&](std::string_view) -> std::optional<Principal> {
        return valid ? std::optional(Principal{"somebody", Role::viewer}) : std::nullopt;
    };
    SocketServer server({.server = options});
    RawWebSocket by_header(server.port(), "/private", "Authorization: Bearer x\r\n");
    RawWebSocket by_message(server.port(), "/private");
    by_message.text(R"({"type":"auth","token":"x"})");
    by_message.text("hello");
    EXPECT_EQ(by_message.read_text(), "echo hello");
    valid = false;
    EXPECT_EQ(by_header.read_until_close(), 1008);
    EXPECT_EQ(by_message.read_until_close(), 1008);
}

TEST(WebSocketHandshake, connections_count_in_the_servers_limit_until_they_end) {
    ServerOptions options;
    options.limits.connections_max = 2;
    SocketServer server({.server = options});
    RawWebSocket one(server.port());
    RawWebSocket two(server.port());
    ASSERT_TRUE(one.open() && two.open());
    EXPECT_EQ(status_of(server, "/socket"), 503);
    EXPECT_EQ(server.load().websockets, 2u);
    EXPECT_EQ(server.load().connections, 2u);
    one.connection().close();
    EXPECT_EQ(server.endings().size(), 1u);
    EXPECT_EQ(status_of(server, "/socket"), 101);
}

}  // namespace
}  // namespace sf::http
