#include "unit/http/test_server.hpp"

#include <sys/resource.h>
#include <unistd.h>

namespace sf::http {
namespace {

using namespace testing;

TEST(HttpServer, answers_request_after_request_on_one_connection) {
    TestServer server;
    RawConnection client(server.port());
    for (int i = 0; i < 40; ++i) {
        const auto response = client.ask(request_text("GET", "/hello?name=%20" + std::to_string(i)));
        ASSERT_TRUE(response);
        EXPECT_EQ(response->status, 200);
        EXPECT_EQ(response->body, "hello " + std::to_string(i));
    }
}

TEST(HttpServer, every_answer_says_its_size_type_and_correlation) {
    TestServer server;
    RawConnection client(server.port());
    for (const auto& target : {"/hello", "/nowhere", "/views", "/busy"}) {
        const auto response = client.ask(request_text("GET", target, {}, "X-Correlation-Id: order-7\r\n"));
        ASSERT_TRUE(response) << target;
        EXPECT_EQ(response->header("content-length"), std::to_string(response->body.size())) << target;
        EXPECT_EQ(response->header("x-correlation-id"), "order-7") << target;
        EXPECT_EQ(response->header("x-content-type-options"), "nosniff") << target;
        EXPECT_EQ(response->header("cache-control"), "no-store") << target;
        EXPECT_FALSE(response->header("content-type").empty()) << target;
        EXPECT_FALSE(response->header("date").empty()) << target;
    }
}

TEST(HttpServer, makes_a_correlation_id_where_none_or_an_unsafe_one_came) {
    TestServer server;
    RawConnection client(server.port());
    for (const std::string& sent : {std::string(), std::string("X-Correlation-Id: a b\"c\r\n"),
                                    "X-Request-Id: " + std::string(129, 'a') + "\r\n"}) {
        const auto response = client.ask(request_text("GET", "/hello", {}, sent));
        ASSERT_TRUE(response);
        EXPECT_EQ(response->header("x-correlation-id").size(), 36u) << sent;
    }
    const auto malformed = client.ask("garbage\r\n\r\n");
    ASSERT_TRUE(malformed);
    EXPECT_EQ(malformed->header("x-correlation-id").size(), 36u);
}

TEST(HttpServer, head_tells_the_size_without_the_body) {
    TestServer server;
    RawConnection client(server.port());
    client.send(request_text("HEAD", "/hello"));
    const auto head = client.read_response(true);
    ASSERT_TRUE(head);
    EXPECT_EQ(head->status, 200);
    EXPECT_EQ(head->header("content-length"), "5");
    const auto next = client.ask(request_text("GET", "/hello"));  // Nothing of the HEAD answer is left in the stream.
    ASSERT_TRUE(next);
    EXPECT_EQ(next->body, "hello");
}

TEST(HttpServer, unknown_paths_and_methods) {
    TestServer server;
    RawConnection client(server.port());
    EXPECT_EQ(client.ask(request_text("GET", "/nothing/here"))->status, 404);
    EXPECT_EQ(client.ask(request_text("GET", "/hello/"))->status, 404);
    EXPECT_EQ(client.ask(request_text("GET", "/../hello"))->status, 404);
    for (const auto& method : {"DELETE", "TRACE", "FOO", "PROPFIND"}) {
        const auto response = client.ask(request_text(method, "/hello"));
        ASSERT_TRUE(response) << method;
        EXPECT_EQ(response->status, 405) << method;
        EXPECT_EQ(response->header("allow"), "GET, HEAD") << method;
        EXPECT_EQ(response->header("content-type"), "application/problem+json") << method;
    }
}

TEST(HttpServer, options_names_the_methods_of_a_path) {
    TestServer server;
    RawConnection client(server.port());
    const auto response = client.ask(request_text("OPTIONS", "/views"));
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 204);
    EXPECT_EQ(response->header("allow"), "GET, HEAD, PUT, OPTIONS");
    EXPECT_EQ(response->header("content-length"), "");
    EXPECT_EQ(client.ask(request_text("GET", "/hello"))->body, "hello");
}

TEST(HttpServer, cors_only_for_exactly_the_origins_of_the_list) {
    TestServer server({.cors_origins = {"https://shop.example"}});
    RawConnection client(server.port());
    const auto allowed = client.ask(request_text(
        "OPTIONS", "/views", {}, "Origin: https://shop.example\r\nAccess-Control-Request-Method: PUT\r\n"));
    ASSERT_TRUE(allowed);
    EXPECT_EQ(allowed->header("access-control-allow-origin"), "https://shop.example");
    EXPECT_EQ(allowed->header("vary"), "Origin");
    EXPECT_NE(allowed->header("access-control-allow-methods").find("PUT"), std::string::npos);
    EXPECT_NE(allowed->header("access-control-allow-headers").find("Authorization"), std::string::npos);
    for (const auto& origin : {"https://shop.example.evil", "http://shop.example", "https://SHOP.example", "null", "*",
                               "https://shop.example,https://evil"}) {
        const auto refused = client.ask(request_text("GET", "/hello", {}, "Origin: " + std::string(origin) + "\r\n"));
        ASSERT_TRUE(refused) << origin;
        EXPECT_EQ(refused->header("access-control-allow-origin"), "") << origin;
    }
    EXPECT_EQ(client.ask(request_text("GET", "/hello", {}, "Origin: https://shop.example\r\n"))
                  ->header("access-control-allow-origin"),
              "https://shop.example");
}

TEST(HttpServer, path_parameters_are_decoded_once) {
    TestServer server;
    RawConnection client(server.port());
    EXPECT_EQ(client.ask(request_text("GET", "/items/a%20b"))->body, "a b");
    EXPECT_EQ(client.ask(request_text("GET", "/items/100%25"))->body, "100%");
    EXPECT_EQ(client.ask(request_text("GET", "/items/100%2525"))->body, "100%25");
    EXPECT_EQ(client.ask(request_text("GET", "/items/a%2Fb"))->body, "a/b");
    EXPECT_EQ(client.ask(request_text("GET", "/items/%zz"))->status, 400);
    EXPECT_EQ(client.ask(request_text("GET", "/items/a%00b"))->status, 400);
    EXPECT_EQ(client.ask(request_text("GET", "/items/"))->status, 404);
    EXPECT_EQ(client.ask(request_text("GET", "/hello?name=%f"))->status, 400);
}

TEST(HttpServer, pipelined_requests_are_answered_in_order_whoever_is_ready_first) {
    TestServer server;
    RawConnection client(server.port());
    std::string all;
    for (int i = 0; i < 100; ++i)
        all += request_text("POST", "/echo", "{\"n\":" + std::to_string(i) + "}") + request_text("GET", "/hello");
    all += request_text("GET", "/later?n=1") + request_text("GET", "/hello?name=2");
    ASSERT_TRUE(client.send(all));
    for (int i = 0; i < 100; ++i) {
        ASSERT_EQ(client.read_response()->body, "{\"n\":" + std::to_string(i) + "}");
        ASSERT_EQ(client.read_response()->body, "hello");
    }
    auto waiting = server.take_waiting(1);
    ASSERT_EQ(waiting.size(), 1u);
    waiting.front().second({.status = 200, .body = "later"});
    EXPECT_EQ(client.read_response()->body, "later");
    EXPECT_EQ(client.read_response()->body, "hello2");
}

TEST(HttpServer, a_request_in_pieces_of_one_byte) {
    TestServer server;
    RawConnection client(server.port());
    const std::string text = request_text("POST", "/echo", R"({"a":1})");
    for (int round = 0; round < 2; ++round) {
        for (const char c : text) ASSERT_TRUE(client.send({&c, 1}));
        const auto response = client.read_response();
        ASSERT_TRUE(response);
        EXPECT_EQ(response->body, R"({"a":1})");
    }
}

TEST(HttpServer, http_1_0_closes_unless_asked_to_stay) {
    TestServer server;
    RawConnection closing(server.port());
    EXPECT_EQ(closing.ask("GET /hello HTTP/1.0\r\n\r\n")->body, "hello");
    EXPECT_TRUE(closing.ends());
    RawConnection staying(server.port());
    const auto first = staying.ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    ASSERT_TRUE(first);
    // Either it says that it stays, or it closes: an old client believes nothing else.
    if (first->header("connection") == "keep-alive") {
        EXPECT_EQ(staying.ask("GET /hello HTTP/1.0\r\n\r\n")->body, "hello");
    } else {
        EXPECT_TRUE(staying.ends());
    }
}

TEST(HttpServer, connection_close_is_obeyed) {
    TestServer server;
    RawConnection client(server.port());
    const auto response = client.ask(request_text("GET", "/hello", {}, "Connection: close\r\n"));
    ASSERT_TRUE(response);
    EXPECT_EQ(response->header("connection"), "close");
    EXPECT_TRUE(client.ends());
}

TEST(HttpServer, roles_are_checked_before_the_handler_runs) {
    TestServer server;
    RawConnection client(server.port());
    const auto nobody = client.ask(request_text("GET", "/views"));
    EXPECT_EQ(nobody->status, 401);
    EXPECT_EQ(nobody->header("www-authenticate"), "Bearer");
    const auto wrong = client.ask(request_text("GET", "/views", {}, "Authorization: Bearer nonsense\r\n"));
    EXPECT_EQ(wrong->status, 401);
    EXPECT_NE(wrong->header("www-authenticate").find("invalid_token"), std::string::npos);
    EXPECT_EQ(client.ask(request_text("GET", "/views", {}, "Authorization: Basic viewer\r\n"))->status, 401);
    EXPECT_EQ(client.ask(request_text("GET", "/views", {}, "Authorization: Bearer ingest\r\n"))->status, 403);
    EXPECT_EQ(client.ask(request_text("GET", "/views", {}, "Authorization: Bearer viewer\r\n"))->status, 200);
    EXPECT_EQ(client.ask(request_text("GET", "/views", {}, "authorization: bearer admin\r\n"))->status, 200);
    EXPECT_EQ(client.ask(request_text("PUT", "/views", {}, "Authorization: Bearer operations\r\n"))->status, 403);
    EXPECT_EQ(client.ask(request_text("GET", "/local"))->status, 200);  // From loopback.
}

TEST(HttpServer, the_token_does_not_reach_the_handler) {
    TestServer server;
    RawConnection client(server.port());
    const auto response =
        client.ask(request_text("GET", "/views", {}, "Authorization: Bearer viewer\r\nX-Other: kept\r\n"));
    ASSERT_TRUE(response);
    EXPECT_NE(response->body.find("x-other=kept"), std::string::npos);
    EXPECT_EQ(response->body.find("authorization"), std::string::npos);
}

TEST(HttpServer, two_authorization_headers_are_refused) {
    TestServer server;
    RawConnection client(server.port());
    EXPECT_EQ(
        client
            .ask(request_text("GET", "/views", {}, "Authorization: Bearer ingest\r\nAuthorization: Bearer admin\r\n"))
            ->status,
        400);
}

TEST(HttpServer, outcomes_are_observed_with_the_pattern_not_the_path) {
    TestServer server;
    RawConnection client(server.port());
    ASSERT_TRUE(client.ask(request_text("GET", "/items/7")));
    ASSERT_TRUE(client.ask(request_text("GET", "/what/ever")));
    ASSERT_TRUE(client.ask(request_text("GET", "/views", {}, "Authorization: Bearer viewer\r\n")));
    ASSERT_TRUE(eventually([&] { return server.observed().size() == 3; }));
    EXPECT_EQ(server.observed(),
              (std::vector<std::string>{"GET /items/{id} 200 ", "GET unmatched 404 ", "GET /views 200 a viewer"}));
}

TEST(HttpServer, what_a_500_hides_from_the_client_is_observed) {
    TestServer server;
    RawConnection client(server.port());
    const auto answer = client.ask(request_text("GET", "/broken"));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 500);
    EXPECT_EQ(answer->body.find("third"), std::string::npos);
    ASSERT_TRUE(client.ask(request_text("GET", "/forgets")));
    ASSERT_TRUE(client.ask(request_text("GET", "/items/7")));
    ASSERT_TRUE(eventually([&] { return server.observed().size() == 3; }));
    EXPECT_EQ(server.observed(),
              (std::vector<std::string>{"GET /broken 500 a file is damaged; the third",
                                        "GET /forgets 500 the handler gave no answer", "GET /items/{id} 200 "}));
}

TEST(HttpServer, busy_answers_say_when_to_come_back) {
    TestServer server;
    RawConnection client(server.port());
    EXPECT_EQ(client.ask(request_text("GET", "/busy"))->header("retry-after"), "1");
}

TEST(HttpServer, a_taken_port_is_an_error_with_a_hint) {
    TestServer first;
    Server second({.listens = {{.service = "test", .port = first.port()}}}, {});
    const Result<> started = second.start();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, ErrorCode::unavailable);
    EXPECT_NE(started.error().message.find(std::to_string(first.port())), std::string::npos);
    EXPECT_FALSE(started.error().hint.empty());
}

TEST(HttpServer, several_threads_and_addresses) {
    TestServer server({.listens = {{.service = "a"}, {.service = "b"}}, .threads = 3});
    ASSERT_EQ(server.server().addresses().size(), 2u);
    EXPECT_NE(server.server().addresses()[0].port, server.server().addresses()[1].port);
    std::vector<std::thread> clients;
    std::atomic<int> good = 0;
    for (int i = 0; i < 8; ++i) {
        clients.emplace_back([&, i] {
            for (int n = 0; n < 20; ++n) {
                RawConnection client(server.server().addresses()[static_cast<std::size_t>(i % 2)].port);
                const auto response = client.ask(request_text("GET", "/hello"));
                good += response && response->body == "hello" ? 1 : 0;
            }
        });
    }
    for (std::thread& client : clients) client.join();
    EXPECT_EQ(good, 160);
    EXPECT_TRUE(eventually([&] { return server.server().load().connections == 0; }));
}

// Row 39 of the fault matrix: with no descriptor left, connections wait, work goes on, and nothing spins.
TEST(HttpServer, running_out_of_file_descriptors_pauses_accepting_only) {
    TestServer server;
    RawConnection old(server.port());
    ASSERT_TRUE(old.ask(request_text("GET", "/hello")));
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    rlimit tight = before;
    tight.rlim_cur = std::min<rlim_t>(before.rlim_cur, 256);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
    std::vector<int> fillers;
    for (int fd = ::dup(0); fd >= 0; fd = ::dup(0)) fillers.push_back(fd);
    ASSERT_FALSE(fillers.empty());
    ::close(fillers.back());
    fillers.pop_back();

    RawConnection waiting(server.port());  // Takes the last one; the kernel connects it, the server can't accept it.
    ASSERT_TRUE(waiting.connected());
    ASSERT_TRUE(waiting.send(request_text("GET", "/hello")));
    rusage start{};
    ::getrusage(RUSAGE_SELF, &start);
    EXPECT_FALSE(waiting.readable_within(std::chrono::milliseconds{400}));
    rusage end{};
    ::getrusage(RUSAGE_SELF, &end);
    const auto micros = [](const rusage& use) {
        return (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1'000'000 + use.ru_utime.tv_usec + use.ru_stime.tv_usec;
    };
    EXPECT_LT(micros(end) - micros(start), 200'000);
    EXPECT_TRUE(old.ask(request_text("GET", "/hello")));

    for (const int fd : fillers) ::close(fd);
    ::setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_TRUE(waiting.read_response());
}

}  // namespace
}  // namespace sf::http
