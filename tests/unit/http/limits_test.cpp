// What a request may cost: sizes, times, counts. Times are shortened; the sweep that enforces them runs four times a
// second.
#include "unit/http/test_server.hpp"

namespace sf::http {
namespace {

using namespace testing;
using namespace std::chrono_literals;

TEST(HttpLimits, a_header_block_over_the_limit_is_431) {
    TestServer server;
    for (const std::size_t size : {16u << 10, 64u << 10, 2u << 20}) {
        RawConnection client(server.port());
        const auto response =
            client.ask(request_text("GET", "/hello", {}, "X-Large: " + std::string(size, 'a') + "\r\n"));
        ASSERT_TRUE(response) << size;
        EXPECT_EQ(response->status, 431) << size;
        EXPECT_EQ(response->header("connection"), "close");
        EXPECT_TRUE(client.ends());
    }
    RawConnection client(server.port());
    EXPECT_EQ(client.ask(request_text("GET", "/hello", {}, "X-Large: " + std::string(15u << 10, 'a') + "\r\n"))->status,
              200);
}

TEST(HttpLimits, a_header_that_never_ends_is_431) {
    TestServer server;
    RawConnection client(server.port());
    client.send("GET /hello HTTP/1.1\r\nHost: test\r\n");
    for (int i = 0; i < 2000; ++i) {
        if (!client.send("X-More-And-More: and more\r\n")) break;
    }
    const auto response = client.read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 431);
}

TEST(HttpLimits, more_than_a_hundred_fields_are_431) {
    TestServer server;
    const auto with_fields = [&](int count) {
        std::string fields;
        for (int i = 0; i < count; ++i) fields += "X-" + std::to_string(i) + ": 1\r\n";
        RawConnection client(server.port());
        return client.ask(request_text("GET", "/hello", {}, fields))->status;
    };
    EXPECT_EQ(with_fields(99), 200);  // Host is the hundredth.
    EXPECT_EQ(with_fields(100), 431);
}

TEST(HttpLimits, a_target_over_8_kib_is_414) {
    TestServer server;
    RawConnection client(server.port());
    EXPECT_EQ(client.ask(request_text("GET", "/hello?name=" + std::string(8000, 'a')))->status, 200);
    EXPECT_EQ(client.ask(request_text("GET", "/hello?name=" + std::string(8192, 'a')))->status, 414);
}

TEST(HttpLimits, a_large_body_is_refused_by_its_declared_size_before_it_is_sent) {
    TestServer server;
    for (const std::string& size :
         {std::to_string(kEchoBytesMax + 1), std::to_string(300u << 20), std::string("18446744073709551615")}) {
        RawConnection client(server.port());
        const auto response = client.ask(
            "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: " + size +
            "\r\n\r\n");
        ASSERT_TRUE(response) << size;
        EXPECT_EQ(response->status, 413) << size;
        EXPECT_EQ(response->header("connection"), "close");
        EXPECT_TRUE(client.ends());
    }
    EXPECT_EQ(server.echoes(), 0u);
}

TEST(HttpLimits, the_answer_to_a_large_body_reaches_a_client_that_sends_it_all_the_same) {
    TestServer server;
    RawConnection client(server.port());
    client.send(
        "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: 33554432\r\n\r\n");
    const std::string piece(1u << 20, 'x');
    for (int i = 0; i < 32; ++i) {
        if (!client.send(piece)) break;
    }
    const auto response = client.read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 413);
}

TEST(HttpLimits, the_largest_body_is_taken) {
    TestServer server;
    RawConnection client(server.port());
    const std::string body(kEchoBytesMax, 'x');
    const auto response = client.ask(request_text("POST", "/echo", body));
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, body);
}

TEST(HttpLimits, chunked_bodies_end_at_the_same_limit) {
    TestServer server;
    const auto chunked = [&](std::size_t bytes) {
        RawConnection client(server.port());
        client.send(
            "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nTransfer-Encoding: "
            "chunked\r\n\r\n");
        const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
        for (std::size_t sent = 0; sent < bytes; sent += 0x10000) {
            if (!client.send(chunk)) break;
        }
        client.send("0\r\n\r\n");
        const auto response = client.read_response();
        return response ? response->status : 0;
    };
    EXPECT_EQ(chunked(kEchoBytesMax), 200);
    EXPECT_EQ(chunked(kEchoBytesMax + 0x10000), 413);
    EXPECT_EQ(chunked(40 * kEchoBytesMax), 413);
}

// Neither counts as body, and the parser waits for the end of both.
TEST(HttpLimits, chunk_extensions_and_trailers_that_never_end_are_400) {
    TestServer server;
    for (const auto& start : {"1;", "0\r\nX-Trailer: ", "1\r\nx\r\n1;"}) {
        RawConnection client(server.port());
        client.send(
            request_text("POST", "/echo", {}, "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n") +
            start);
        std::size_t sent = 0;
        while (sent < (8u << 20) && client.send(std::string(10'000, 'a'))) sent += 10'000;
        const auto response = client.read_response();
        ASSERT_TRUE(response) << start;
        EXPECT_EQ(response->status, 400) << start;
        EXPECT_EQ(response->header("connection"), "close");
    }
    EXPECT_EQ(server.echoes(), 0u);
}

TEST(HttpLimits, what_stands_around_small_chunks_may_be_little_more_than_they_are) {
    TestServer server;
    const auto chunked = [&](const std::string& chunk) {
        RawConnection client(server.port());
        client.send(
            request_text("POST", "/echo", {}, "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"));
        std::string chunks;
        for (int i = 0; i < 10'000; ++i) chunks += chunk;
        client.send(chunks + "0\r\n\r\n");
        const auto response = client.read_response();
        return response ? response->status : 0;
    };
    EXPECT_EQ(chunked("1\r\nx\r\n"), 200);
    EXPECT_EQ(chunked("00000001\r\nx\r\n"), 200);
    EXPECT_EQ(chunked("1;" + std::string(100, 'a') + "\r\nx\r\n"), 400);
}

TEST(HttpLimits, a_body_that_no_route_wants_is_small_or_refused) {
    TestServer server;
    RawConnection client(server.port());
    EXPECT_EQ(client.ask(request_text("GET", "/hello", "{}"))->status, 200);
    EXPECT_EQ(client.ask("GET /hello HTTP/1.1\r\nHost: test\r\nContent-Length: 104857600\r\n\r\n")->status, 413);
    EXPECT_TRUE(eventually([&] { return server.server().load().body_bytes == 0; }));
}

TEST(HttpLimits, a_header_that_comes_too_slowly_is_408) {
    TestServer server({.limits = {.header_timeout = 100ms}});
    for (const auto& start : {"", "G", "GET /hello HTTP/1.1\r\nHost: te"}) {
        RawConnection client(server.port());
        client.send(start);
        const auto response = client.read_response();
        ASSERT_TRUE(response) << start;
        EXPECT_EQ(response->status, 408) << start;
        EXPECT_TRUE(client.ends()) << start;
    }
}

// The connection still lingers when the rest of the header comes: it must not be taken for a request any more.
TEST(HttpLimits, what_comes_after_408_is_thrown_away) {
    TestServer server({.limits = {.header_timeout = 100ms, .body_grace = 100ms, .linger_timeout = 1min}});
    const std::string text = request_text("POST", "/echo", R"({"a":1})");
    for (const std::size_t cut : {std::size_t{20}, text.size() - 3}) {
        RawConnection client(server.port());
        client.send(text.substr(0, cut));
        const auto response = client.read_response();
        ASSERT_TRUE(response);
        EXPECT_EQ(response->status, 408);
        client.send(text.substr(cut));
        for (int i = 0; i < 20; ++i) client.send(text + std::string(20'000, 'x'));
        client.shutdown_send();
        EXPECT_TRUE(client.ends());
    }
    EXPECT_TRUE(eventually([&] { return server.server().load().connections == 0; }));
    EXPECT_EQ(server.echoes(), 0u);
    EXPECT_EQ(server.observed().size(), 2u);
}

// At a MiB a second; the system's buffers take some more.
TEST(HttpLimits, what_comes_after_a_refusal_is_read_slowly) {
    TestServer server({.limits = {.linger_timeout = 500ms, .linger_rate_max = 1u << 20}});
    RawConnection client(server.port());
    client.send("POST /nowhere HTTP/1.1\r\nHost: test\r\nContent-Length: 1000000000\r\n\r\n");
    const auto response = client.read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 404);
    const std::string piece(1u << 20, 'x');
    std::size_t sent = 0;
    while (sent < (64u << 20) && client.send(piece)) sent += piece.size();
    EXPECT_LT(sent, 32u << 20);
}

TEST(HttpLimits, a_body_below_the_least_rate_is_408) {
    TestServer server({.limits = {.body_grace = 100ms, .body_rate_min = 1u << 30}});
    RawConnection client(server.port());
    client.send(
        "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n" +
        std::string(50'000, 'x'));
    const auto response = client.read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 408);
    EXPECT_TRUE(client.ends());
}

TEST(HttpLimits, a_body_has_an_absolute_time) {
    TestServer server({.limits = {.body_timeout = 100ms}});
    for (const auto& framing : {"Content-Length: 100", "Transfer-Encoding: chunked"}) {
        RawConnection client(server.port());
        client.send(std::string("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n") + framing +
                    "\r\n\r\n5\r\nab");
        const auto response = client.read_response();
        ASSERT_TRUE(response);
        EXPECT_EQ(response->status, 408);
    }
}

TEST(HttpLimits, idle_connections_are_closed_without_a_word) {
    TestServer server({.limits = {.idle_timeout = 100ms}});
    RawConnection client(server.port());
    ASSERT_TRUE(client.ask(request_text("GET", "/hello")));
    EXPECT_TRUE(client.ends());
}

TEST(HttpLimits, a_client_that_does_not_read_its_answer_is_dropped) {
    TestServer server({.limits = {.response_timeout = 100ms}});
    RawConnection client(server.port(), 4096);
    ASSERT_TRUE(client.send(request_text("GET", "/large?bytes=50000000")));
    EXPECT_TRUE(eventually([&] { return server.server().load().connections == 0; }));
    RawConnection other(server.port());
    EXPECT_TRUE(other.ask(request_text("GET", "/hello")));
}

TEST(HttpLimits, a_handler_may_take_longer_than_all_of_these) {
    TestServer server({.limits = {.header_timeout = 10ms,
                                  .idle_timeout = 10ms,
                                  .body_timeout = 10ms,
                                  .body_grace = 10ms,
                                  .response_timeout = 10ms}});
    RawConnection client(server.port());
    ASSERT_TRUE(client.send(request_text("GET", "/later")));
    auto waiting = server.take_waiting(1);
    ASSERT_EQ(waiting.size(), 1u);
    EXPECT_FALSE(client.readable_within(600ms));  // Two sweeps.
    waiting.front().second({.status = 200, .body = "done"});
    EXPECT_EQ(client.read_response()->body, "done");
}

TEST(HttpLimits, connections_over_the_limit_get_503_and_room_is_made_again) {
    TestServer server({.limits = {.connections_max = 2}});
    RawConnection first(server.port());
    RawConnection second(server.port());
    ASSERT_TRUE(first.ask(request_text("GET", "/hello")));
    ASSERT_TRUE(second.ask(request_text("GET", "/hello")));
    RawConnection third(server.port());
    const auto refused = third.read_response();
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, 503);
    EXPECT_EQ(refused->header("retry-after"), "1");
    EXPECT_TRUE(third.ends());
    EXPECT_TRUE(first.ask(request_text("GET", "/hello")));
    second.close();
    EXPECT_TRUE(eventually([&] {
        RawConnection again(server.port());
        const auto response = again.ask(request_text("GET", "/hello"));
        return response && response->status == 200;
    }));
}

TEST(HttpLimits, bodies_of_all_connections_together_have_a_limit) {
    TestServer server({.limits = {.body_bytes_total_max = 1'000'000}});
    const std::string head =
        "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: 600000\r\n\r\n";
    RawConnection first(server.port());
    first.send(head + "x");
    ASSERT_TRUE(eventually([&] { return server.server().load().body_bytes == 600'000; }));
    RawConnection second(server.port());
    const auto refused = second.ask(head);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, 503);
    EXPECT_EQ(refused->header("retry-after"), "1");
    EXPECT_EQ(server.server().load().body_bytes, 600'000u) << "a refused body holds nothing";
    EXPECT_TRUE(second.ends());
    RawConnection small(server.port());
    EXPECT_EQ(small.ask(request_text("POST", "/echo", "{}"))->status, 200);
    first.send(std::string(599'999, 'x'));
    EXPECT_EQ(first.read_response()->status, 200);
    RawConnection third(server.port());
    EXPECT_EQ(third.ask(head + std::string(600'000, 'x'))->status, 200);
}

TEST(HttpLimits, chunked_bodies_count_towards_that_limit_as_they_grow) {
    TestServer server({.limits = {.body_bytes_total_max = 300'000}});
    RawConnection client(server.port());
    client.send(
        "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 12; ++i) {
        if (!client.send("10000\r\n" + std::string(0x10000, 'x') + "\r\n")) break;
    }
    const auto response = client.read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 503);
}

TEST(HttpLimits, expect_100_continue_is_answered_before_the_body_or_refused_at_once) {
    TestServer server;
    RawConnection client(server.port());
    const auto go_on = client.ask(
        "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nExpect: "
        "100-continue\r\nContent-Length: 2\r\n\r\n");
    ASSERT_TRUE(go_on);
    EXPECT_EQ(go_on->status, 100);
    EXPECT_EQ(client.ask("{}")->body, "{}");
    const auto refused = client.ask(
        "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nExpect: "
        "100-continue\r\nContent-Length: 99999999\r\n\r\n");
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, 413);
}

TEST(HttpLimits, content_types_that_the_route_does_not_take_are_415) {
    TestServer server;
    const auto with_type = [&](const std::string& header) {
        RawConnection client(server.port());
        return client.ask("POST /echo HTTP/1.1\r\nHost: test\r\n" + header + "Content-Length: 2\r\n\r\n{}")->status;
    };
    EXPECT_EQ(with_type("Content-Type: application/json; charset=utf-8\r\n"), 200);
    EXPECT_EQ(with_type("Content-Type: Application/JSON\r\n"), 200);
    EXPECT_EQ(with_type("Content-Type: application/x-ndjson\r\n"), 200);
    EXPECT_EQ(with_type("Content-Type: text/plain\r\n"), 415);
    EXPECT_EQ(with_type("Content-Type: application/jsonx\r\n"), 415);
    EXPECT_EQ(with_type(""), 415);
    EXPECT_EQ(with_type("Content-Type: application/json\r\nContent-Encoding: br\r\n"), 415);
    EXPECT_EQ(with_type("Content-Type: application/json\r\nContent-Encoding: gzip, gzip\r\n"), 415);
    EXPECT_EQ(server.echoes(), 3u);
}

}  // namespace
}  // namespace sf::http
