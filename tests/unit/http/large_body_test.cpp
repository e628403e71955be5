// Large bodies, also those that only become so once they are inflated, hold nobody up.
#include "unit/http/test_server.hpp"

#include <zstd.h>

#include <latch>

namespace sf::http {
namespace {

using namespace testing;

constexpr std::size_t kLarge = 3u << 20;

std::string packed(std::string_view text) {
    std::string out(::ZSTD_compressBound(text.size()), '\0');
    out.resize(::ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 1));
    return out;
}

// One worker, and a route whose handler takes as long as the test wants.
class LargeBody : public ::testing::TestWithParam<bool> {
protected:
    static ServerOptions one_worker() {
        ServerOptions options;
        options.threads = 1;
        return options;
    }

    RouteTable held_route() {
        Route route{.method = Method::post,
                    .pattern = "/held",
                    .service = "test",
                    .summary = "Answers the size once it may",
                    .role = Role::none};
        route.bodies = {{"application/json", "{}", ""}};
        route.body_bytes_max = kLarge;
        route.handler = [this](Request request, Responder respond) {
            begun_.count_down();
            release_.wait();
            respond({.status = 200, .body = std::to_string(request.body.size())});
        };
        return {route};
    }

    std::latch begun_{1};
    std::latch release_{1};
};

TEST_P(LargeBody, holds_nobody_up) {
    TestServer server(one_worker(), held_route());
    const std::string text(kLarge, ' ');
    RawConnection large(server.port());
    ASSERT_TRUE(large.send(GetParam() ? request_text("POST", "/held", packed(text), "Content-Encoding: zstd\r\n")
                                      : request_text("POST", "/held", text)));
    begun_.wait();
    RawConnection small(server.port());
    const auto answer = small.ask(request_text("GET", "/hello"));
    release_.count_down();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "hello");
    const auto sizes = large.read_response();
    ASSERT_TRUE(sizes);
    EXPECT_EQ(sizes->status, 200);
    EXPECT_EQ(sizes->body, std::to_string(kLarge));
    // The connection goes on, and what the body has reserved is free.
    EXPECT_EQ(large.ask(request_text("GET", "/hello"))->body, "hello");
    EXPECT_EQ(server.server().load().body_bytes, 0u);
}

INSTANTIATE_TEST_SUITE_P(As, LargeBody, ::testing::Bool(),
                         [](const auto& form) { return form.param ? "inflated" : "sent"; });

TEST(LargeBodyLimit, a_byte_more_than_the_route_takes_is_413) {
    TestServer server;
    RawConnection client(server.port());
    const std::string most(kEchoBytesMax, ' ');
    const auto taken = client.ask(request_text("POST", "/echo", packed(most), "Content-Encoding: zstd\r\n"));
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->status, 200);
    EXPECT_EQ(taken->body, most);
    const auto refused = client.ask(request_text("POST", "/echo", packed(most + ' '), "Content-Encoding: zstd\r\n"));
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, 413);
    EXPECT_EQ(server.echoes(), 1u);
    EXPECT_EQ(client.ask(request_text("GET", "/hello"))->status, 200);
}

}  // namespace
}  // namespace sf::http
