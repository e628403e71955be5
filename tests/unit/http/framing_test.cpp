// Requests that two servers might read differently, and bytes that are no request at all: refused, the connection
// closed, and nothing of what follows taken for a request. RFC 9112, sections 3, 5, 6 and 7.
#include "unit/http/test_server.hpp"

#include <random>

namespace sf::http {
namespace {

using namespace testing;

constexpr std::string_view kSmuggled =
    "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

struct Vector {
    const char* name;
    std::string text;
    int status = 400;
};

std::string post(std::string_view framing, std::string_view body) {
    return "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n" + std::string(framing) +
           "\r\n\r\n" + std::string(body);
}

class HttpFramingVectors : public ::testing::TestWithParam<Vector> {};

TEST_P(HttpFramingVectors, is_refused_and_nothing_after_it_is_read) {
    TestServer server;
    RawConnection client(server.port());
    const auto response = client.ask(GetParam().text + std::string(kSmuggled));
    client.shutdown_send();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, GetParam().status);
    EXPECT_EQ(response->header("connection"), "close");
    EXPECT_EQ(response->header("content-type"), "application/problem+json");
    EXPECT_TRUE(client.ends());
    EXPECT_EQ(server.echoes(), 0u);
}

const Vector kVectors[] = {
    {"length_and_chunked", post("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n")},
    {"chunked_and_length", post("Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n")},
    {"length_and_chunked_in_other_letters", post("content-length: 5\r\nTRANSFER-ENCODING: Chunked", "0\r\n\r\n")},
    {"two_lengths", post("Content-Length: 2\r\nContent-Length: 3", "{}")},
    {"two_equal_lengths", post("Content-Length: 2\r\nContent-Length: 2", "")},
    {"list_of_lengths", post("Content-Length: 2, 2", "")},
    {"list_of_unequal_lengths", post("Content-Length: 2, 3", "")},
    {"negative_length", post("Content-Length: -2", "")},
    {"length_with_a_sign", post("Content-Length: +2", "")},
    {"hexadecimal_length", post("Content-Length: 0x2", "")},
    {"length_with_a_fraction", post("Content-Length: 2.0", "")},
    {"length_with_a_space", post("Content-Length: 1 2", "")},
    {"empty_length", post("Content-Length: ", "")},
    {"length_that_overflows", post("Content-Length: 18446744073709551618", "")},
    {"length_with_a_nul", post(std::string("Content-Length: 2\0", 18), "")},
    {"identity_coding", post("Transfer-Encoding: identity", "")},
    {"unknown_coding", post("Transfer-Encoding: cow", "")},
    {"gzip_coding", post("Transfer-Encoding: gzip, chunked", "0\r\n\r\n")},
    {"chunked_twice", post("Transfer-Encoding: chunked, chunked", "0\r\n\r\n")},
    {"chunked_in_two_fields", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n")},
    {"chunked_then_identity", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "0\r\n\r\n")},
    {"chunked_not_last", post("Transfer-Encoding: chunked, gzip", "0\r\n\r\n")},
    {"chunked_in_quotes", post("Transfer-Encoding: \"chunked\"", "0\r\n\r\n")},
    {"chunked_with_a_vertical_tab", post("Transfer-Encoding: \vchunked", "0\r\n\r\n")},
    {"xchunked", post("Transfer-Encoding: xchunked", "0\r\n\r\n")},
    {"space_before_the_colon", post("Content-Length : 2", "")},
    {"space_before_the_colon_of_the_coding", post("Transfer-Encoding : chunked", "0\r\n\r\n")},
    {"space_before_a_name", post("X: 1\r\n : 2", "")},
    {"nul_in_a_name", post(std::string("X\0: 1", 5), "")},
    {"nul_in_a_value", post(std::string("X: \0001", 5), "")},
    {"carriage_return_in_a_value", post("X: 1\rContent-Length: 2", "")},
    {"line_feed_alone", "POST /echo HTTP/1.1\nHost: test\nContent-Length: 2\n\n{}"},
    {"field_without_a_colon", post("NoColon", "")},
    {"field_with_an_empty_name", post(": 1", "")},
    {"no_host", "GET /hello HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"},
    {"two_hosts", "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
    {"no_version", "GET /hello\r\n\r\n"},
    {"version_0_9", "GET /hello HTTP/0.9\r\nHost: a\r\n\r\n"},
    {"version_1_2", "GET /hello HTTP/1.2\r\nHost: a\r\n\r\n"},
    {"version_2_0", "GET /hello HTTP/2.0\r\nHost: a\r\n\r\n"},
    {"version_in_small_letters", "GET /hello http/1.1\r\nHost: a\r\n\r\n"},
    {"preface_of_http_2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
    {"two_spaces", "GET  /hello HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"tab_in_the_request_line", "GET\t/hello HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"no_target", "GET HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"space_in_the_target", "GET /he llo HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"control_in_the_target", "GET /he\x01llo HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"authority_as_target", "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n"},
    {"relative_target", "GET hello HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"parenthesis_in_the_method", "G(T /hello HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"chunk_size_not_hexadecimal", post("Transfer-Encoding: chunked", "xyz\r\n{}\r\n0\r\n\r\n")},
    {"chunk_size_negative", post("Transfer-Encoding: chunked", "-2\r\n{}\r\n0\r\n\r\n")},
    {"chunk_size_with_0x", post("Transfer-Encoding: chunked", "0x2\r\n{}\r\n0\r\n\r\n")},
    {"chunk_size_overflows", post("Transfer-Encoding: chunked", "fffffffffffffffff2\r\n{}\r\n0\r\n\r\n")},
    {"chunk_size_empty", post("Transfer-Encoding: chunked", "\r\n{}\r\n0\r\n\r\n")},
    {"chunk_longer_than_its_size", post("Transfer-Encoding: chunked", "1\r\n{}\r\n0\r\n\r\n")},
    {"chunk_without_its_end", post("Transfer-Encoding: chunked", "2\r\n{}0\r\n\r\n")},
    {"chunks_with_line_feeds_alone", post("Transfer-Encoding: chunked", "2\n{}\n0\n\n")},
    {"tls_hello", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) + "\r\n\r\n"},
    {"json_without_http", "{\"type\":\"web.click\"}\r\n\r\n"},
    {"binary", std::string("\xff\xfe\x00\x01\r\n\r\n", 8)},
};

INSTANTIATE_TEST_SUITE_P(All, HttpFramingVectors, ::testing::ValuesIn(kVectors),
                         [](const auto& instance) { return std::string(instance.param.name); });

// Refused for another reason, with a body that looks like a request: the body is never read as one.
TEST(HttpFraming, the_body_of_a_refused_request_is_not_the_next_request) {
    TestServer server;
    const std::string length =
        "Content-Length: " + std::to_string(kSmuggled.size()) + "\r\n\r\n" + std::string(kSmuggled);
    for (const auto& start :
         {"POST /nowhere HTTP/1.1\r\nHost: test\r\n", "DELETE /echo HTTP/1.1\r\nHost: test\r\n",
          "GET /views HTTP/1.1\r\nHost: test\r\n", "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Type: text/plain\r\n",
          "POST /echo HTTP/1.1\r\n", "POST /e%zz HTTP/1.1\r\nHost: test\r\n",
          "OPTIONS /echo HTTP/1.1\r\nHost: test\r\n"}) {
        RawConnection client(server.port());
        const auto response = client.ask(start + length);
        ASSERT_TRUE(response) << start;
        client.shutdown_send();
        EXPECT_TRUE(client.ends()) << start;
    }
    EXPECT_EQ(server.echoes(), 0u);
}

TEST(HttpFraming, chunked_bodies_are_put_together) {
    TestServer server;
    RawConnection client(server.port());
    const auto response = client.ask(post(
        "Transfer-Encoding: chunked", "2\r\n{\"\r\n1;name=value\r\na\r\n00000004\r\n\":1}\r\n0\r\nTrailer: x\r\n\r\n"));
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, R"({"a":1})");
    EXPECT_EQ(client.ask(request_text("GET", "/hello"))->body, "hello");
}

TEST(HttpFraming, every_cut_of_a_request_and_a_closed_connection_leave_nothing_behind) {
    TestServer server;
    const std::string plain = request_text("POST", "/echo", R"({"a":1})");
    const std::string chunked = post("Transfer-Encoding: chunked", "2\r\n{}\r\n0\r\n\r\n");
    for (const std::string& text : {plain, chunked}) {
        for (std::size_t cut = 0; cut < text.size(); ++cut) {
            RawConnection client(server.port());
            ASSERT_TRUE(client.send(text.substr(0, cut)));
            if (cut % 2 == 0) client.reset();
            else client.close();
        }
    }
    EXPECT_TRUE(eventually([&] { return server.server().load().connections == 0; }));
    EXPECT_EQ(server.server().load().body_bytes, 0u);
    EXPECT_EQ(server.echoes(), 0u);
}

// Valid requests with a few random bytes changed, moved or doubled: any answer will do, but each connection must end
// and the server live.
TEST(HttpFraming, damaged_requests_do_no_harm) {
    TestServer server(
        {.threads = 2,
         .limits = {.header_timeout = std::chrono::milliseconds{100}, .body_timeout = std::chrono::milliseconds{100}}});
    std::mt19937 random(20261124);
    const std::string good[] = {
        request_text("POST", "/echo", R"({"a":1})"), post("Transfer-Encoding: chunked", "2\r\n{}\r\n0\r\n\r\n"),
        request_text("GET", "/items/a%20b?x=1&y=%32", {}, "Accept: */*\r\nAuthorization: Bearer viewer\r\n")};
    for (int round = 0; round < 2000; ++round) {
        std::string text = good[random() % 3] + good[random() % 3];
        for (unsigned i = 0; i <= random() % 4; ++i) {
            const std::size_t at = random() % text.size();
            switch (random() % 4) {
                case 0: text[at] = static_cast<char>(random()); break;
                case 1: text.erase(at, random() % 5); break;
                case 2: text.insert(at, text.substr(random() % text.size(), random() % 9)); break;
                default: std::swap(text[at], text[random() % text.size()]); break;
            }
        }
        RawConnection client(server.port());
        client.send(text);
        client.shutdown_send();
        while (const auto response = client.read_response()) ASSERT_LT(response->status, 500) << text;
    }
    RawConnection client(server.port());
    EXPECT_EQ(client.ask(request_text("GET", "/hello"))->body, "hello");
    client.close();
    EXPECT_TRUE(eventually([&] { return server.server().load().connections == 0; }));
    EXPECT_EQ(server.server().load().body_bytes, 0u);
}

}  // namespace
}  // namespace sf::http
