#include "http/client.hpp"

#include "unit/http/test_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace sf::http {
namespace {

using namespace testing;
using namespace std::chrono_literals;

std::string url(std::uint16_t port) { return "http://127.0.0.1:" + std::to_string(port); }

// A server that answers whatever comes with the texts given, one a connection, and then closes it.
class ScriptedServer {
public:
    explicit ScriptedServer(std::vector<std::string> answers) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), size), 0);
        EXPECT_EQ(::listen(fd_, 8), 0);
        EXPECT_EQ(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this, answers = std::move(answers)] {
            for (const std::string& answer : answers) {
                const int connection = ::accept(fd_, nullptr, nullptr);
                if (connection < 0) return;
                ++connections_;
                char ignored[4096];
                if (::recv(connection, ignored, sizeof ignored, 0) > 0)
                    ::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
                ::shutdown(connection, SHUT_WR);
                while (::recv(connection, ignored, sizeof ignored, 0) > 0) {
                }
                ::close(connection);
            }
        });
    }
    ~ScriptedServer() {
        ::shutdown(fd_, SHUT_RDWR);
        thread_.join();
        ::close(fd_);
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] int connections() const { return connections_; }

private:
    int fd_;
    std::uint16_t port_ = 0;
    std::atomic<int> connections_ = 0;
    std::thread thread_;
};

TEST(HttpClient, request_after_request_on_one_connection) {
    TestServer server;
    Client client({.base_url = url(server.port())});
    for (int i = 0; i < 10; ++i) {
        const auto got = client.get("/hello?name=" + std::to_string(i));
        ASSERT_TRUE(got) << got.error().text();
        EXPECT_EQ(got->body, "hello" + std::to_string(i));
        const auto posted = client.send(Method::post, "/echo", R"({"a":1})", {});
        ASSERT_TRUE(posted) << posted.error().text();
        EXPECT_EQ(posted->body, R"({"a":1})");
    }
    EXPECT_EQ(server.server().load().connections, 1u);
}

TEST(HttpClient, sends_token_type_and_headers) {
    TestServer server;
    Client client({.base_url = url(server.port()), .token = "viewer"});
    const auto got = client.send(Method::get, "/views", {}, {.headers = {{"X-Mine", "yes"}}});
    ASSERT_TRUE(got);
    EXPECT_EQ(got->status, 200);
    EXPECT_NE(got->body.find("x-mine=yes"), std::string::npos);
    EXPECT_EQ(client.send(Method::post, "/echo", "{}", {.content_type = "text/plain"})->status, 415);
    EXPECT_EQ(client.get("/hello")->header("x-content-type-options"), "nosniff");
}

TEST(HttpClient, head_does_not_wait_for_a_body) {
    TestServer server;
    Client client({.base_url = url(server.port()), .timeout = 5s});
    const auto head = client.send(Method::head, "/hello", {}, {});
    ASSERT_TRUE(head) << head.error().text();
    EXPECT_EQ(head->header("content-length"), "5");
    EXPECT_EQ(client.get("/hello")->body, "hello");
}

TEST(HttpClient, an_early_refusal_is_an_answer_and_the_next_request_works) {
    TestServer server;
    Client client({.base_url = url(server.port())});
    const auto refused = client.send(Method::post, "/echo", std::string(8 * kEchoBytesMax, 'x'), {});
    ASSERT_TRUE(refused) << refused.error().text();
    EXPECT_EQ(refused->status, 413);
    EXPECT_EQ(client.get("/hello")->body, "hello");
}

TEST(HttpClient, nobody_listens) {
    std::uint16_t port = 0;
    {
        TestServer server;
        port = server.port();
    }
    Client client({.base_url = url(port)});
    const auto got = client.get("/hello");
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, ErrorCode::unavailable);
    EXPECT_FALSE(got.error().hint.empty());
}

TEST(HttpClient, gives_up_in_time_and_does_not_mix_up_the_late_answer) {
    TestServer server;
    Client client({.base_url = url(server.port()), .timeout = 200ms});
    const auto got = client.get("/later");
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, ErrorCode::timed_out);
    for (auto& [text, respond] : server.take_waiting(1)) respond({.status = 200, .body = "late"});
    EXPECT_EQ(client.get("/hello")->body, "hello");
}

TEST(HttpClient, a_kept_connection_that_was_closed_is_opened_again_for_repeatable_requests_only) {
    TestServer server({.limits = {.idle_timeout = 50ms}});
    Client client({.base_url = url(server.port())});
    ASSERT_TRUE(client.get("/hello"));
    ASSERT_TRUE(eventually([&] { return server.server().load().connections == 0; }));
    EXPECT_EQ(client.get("/hello")->body, "hello");
    ASSERT_TRUE(eventually([&] { return server.server().load().connections == 0; }));
    const auto posted = client.send(Method::post, "/echo", "{}", {});
    ASSERT_FALSE(posted) << "the outcome of a request that changes something is unknown";
    EXPECT_EQ(posted.error().code, ErrorCode::unavailable);
    ASSERT_TRUE(client.get("/hello"));
    ASSERT_TRUE(eventually([&] { return server.server().load().connections == 0; }));
    EXPECT_EQ(client.send(Method::post, "/echo", "{}", {.repeatable = true})->body, "{}");
}

TEST(HttpClient, an_answer_that_breaks_off_is_an_error) {
    ScriptedServer server({"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "nonsense\r\n\r\n", ""});
    Client client({.base_url = url(server.port())});
    for (int i = 0; i < 3; ++i) {
        const auto got = client.get("/");
        ASSERT_FALSE(got);
        EXPECT_EQ(got.error().code, ErrorCode::unavailable);
    }
}

TEST(HttpClient, urls_that_it_cannot_use) {
    for (const auto& base : {"", "127.0.0.1:80", "https://127.0.0.1", "ftp://127.0.0.1", "http://"}) {
        Client client({.base_url = base});
        const auto got = client.get("/");
        ASSERT_FALSE(got) << base;
        EXPECT_EQ(got.error().code, base == std::string("http://") ? got.error().code : ErrorCode::invalid_input)
            << base;
    }
}

}  // namespace
}  // namespace sf::http
