// RFC 6455, section 5: what frames are taken, and with which code the others end a connection.
#include "unit/http/socket_server.hpp"

#include "base/utf8.hpp"

namespace sf::http {
namespace {

using namespace testing;

TEST(WebSocketFrames, messages_of_all_sizes_up_to_the_limit) {
    SocketServer server;
    RawWebSocket client(server.port());
    for (const std::size_t size : {0u, 1u, 125u, 126u, 127u, 4096u, 65535u, 65536u}) {
        const std::string text(size, 'x');
        client.text(text);
        const auto echo = client.read_text();
        ASSERT_TRUE(echo) << size;
        EXPECT_EQ(*echo, "echo " + text) << size;
    }
    client.text(std::string(65537, 'x'));
    EXPECT_EQ(client.read_close(), 1009);
    EXPECT_EQ(server.endings().front().substr(0, 5), "1009 ");
}

TEST(WebSocketFrames, a_size_over_the_limit_is_refused_before_the_message_comes) {
    SocketServer server;
    RawWebSocket client(server.port());
    client.connection().send(std::string("\x81\xFF\x00\x00\x00\x00\x40\x00\x00\x00", 10) +
                             "mask");  // 1 GiB is to follow.
    EXPECT_EQ(client.read_close(), 1009);
}

TEST(WebSocketFrames, the_limit_is_the_routes_and_counts_all_fragments) {
    SocketServer server({.route = {.message_bytes_max = 10}});
    RawWebSocket client(server.port());
    client.send(kText, "12345", {.fin = false});
    client.send(kContinuation, "67890");
    EXPECT_EQ(client.read_text(), "echo 1234567890");
    client.send(kText, "12345", {.fin = false});
    client.send(kContinuation, "67890", {.fin = false});
    client.send(kContinuation, "1");
    EXPECT_EQ(client.read_close(), 1009);
}

TEST(WebSocketFrames, fragments_make_one_message_and_control_frames_may_stand_between) {
    SocketServer server;
    RawWebSocket client(server.port());
    client.send(kText, "one ", {.fin = false});
    client.send(kPing, "still there?");
    client.send(kContinuation, "", {.fin = false});
    client.send(kContinuation, "two ", {.fin = false});
    client.send(kPong, "unasked for");
    client.send(kContinuation, "three");
    const auto pong = client.read();
    ASSERT_TRUE(pong);
    EXPECT_EQ(pong->opcode, kPong);
    EXPECT_EQ(pong->payload, "still there?");
    EXPECT_EQ(client.read_text(), "echo one two three");
}

TEST(WebSocketFrames, byte_by_byte_and_many_at_once) {
    SocketServer server;
    RawWebSocket client(server.port());
    for (const char c : frame(kText, "slow")) ASSERT_TRUE(client.connection().send({&c, 1}));
    EXPECT_EQ(client.read_text(), "echo slow");
    std::string many;
    for (int i = 0; i < 1000; ++i) many += frame(kText, std::to_string(i));
    client.connection().send(many);
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(client.read_text(), "echo " + std::to_string(i));
}

TEST(WebSocketFrames, text_must_be_utf8_across_fragments) {
    SocketServer server;
    RawWebSocket good(server.port());
    good.send(kText, "\xE2\x82", {.fin = false});  // The euro sign, in two pieces.
    good.send(kContinuation, "\xAC");
    EXPECT_EQ(good.read_text(), "echo \xE2\x82\xAC");
    for (const auto& bad : {"\xFF", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "abc\xE2\x82", "\x80"}) {
        RawWebSocket client(server.port());
        client.text(bad);
        EXPECT_EQ(client.read_close(), 1007) << utf8_valid_prefix(bad);
    }
    RawWebSocket fragmented(server.port());
    fragmented.send(kText, "\xE2\x82", {.fin = false});
    fragmented.send(kContinuation, "x");
    EXPECT_EQ(fragmented.read_close(), 1007);
    EXPECT_EQ(server.messages(), 1u);
}

TEST(WebSocketFrames, protocol_errors_are_1002) {
    SocketServer server;
    const std::string too_long(126, 'x');
    const std::vector<std::pair<const char*, std::string>> wrong = {
        {"unmasked", frame(kText, "hello", {.masked = false})},
        {"reserved bit 1", frame(kText, "hello", {.reserved = 4})},
        {"reserved bit 2", frame(kText, "hello", {.reserved = 2})},
        {"reserved bit 3", frame(kText, "hello", {.reserved = 1})},
        {"reserved bit of a ping", frame(kPing, "hello", {.reserved = 4})},
        {"opcode 3", frame(3, "hello")},
        {"opcode 7", frame(7, "hello")},
        {"opcode 11", frame(11, "hello")},
        {"opcode 15", frame(15, "hello")},
        {"fragmented ping", frame(kPing, "hello", {.fin = false})},
        {"fragmented close", frame(kClose, "", {.fin = false})},
        {"long ping", frame(kPing, too_long)},
        {"continuation of nothing", frame(kContinuation, "hello")},
        {"text inside of a message", frame(kText, "a", {.fin = false}) + frame(kText, "b")},
        {"binary inside of a message", frame(kText, "a", {.fin = false}) + frame(kBinary, "b")},
        {"length in 2 bytes that fits in 7 bits", frame(kText, "hello", {.length_bytes = 2})},
        {"length in 8 bytes that fits in 2", frame(kText, too_long, {.length_bytes = 8})},
        {"length with its highest bit", std::string("\x81\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 10) + "mask"},
        {"close with one byte", frame(kClose, "x")},
        {"close with a code that is never sent", frame(kClose, close_payload(1005))},
        {"close with a code of nobody", frame(kClose, close_payload(999))},
    };
    for (const auto& [what, bytes] : wrong) {
        RawWebSocket client(server.port());
        client.connection().send(bytes);
        const int code = client.read_close();
        EXPECT_TRUE(code == 1002 || (code == 1009 && std::string_view(what).find("highest") != std::string_view::npos))
            << what << ' ' << code;
        EXPECT_TRUE(client.connection().ends()) << what;
    }
    EXPECT_EQ(server.messages(), 0u);
    EXPECT_TRUE(eventually([&] { return server.load().websockets == 0; }))
        << "clients that do not hang up are left behind";
}

TEST(WebSocketFrames, binary_messages_are_1003) {
    SocketServer server;
    RawWebSocket client(server.port());
    client.send(kBinary, "hello");
    EXPECT_EQ(client.read_close(), 1003);
}

TEST(WebSocketFrames, messages_are_padded_for_parsers) {
    std::atomic<int> clean = 0;
    SocketServer server({.on_message = [&](const WebSocketPtr& socket, std::string_view text) {
        bool zero = true;
        for (std::size_t i = 0; i < Body::kPadding; ++i) zero &= text.data()[text.size() + i] == '\0';
        clean += zero ? 1 : 0;
        socket->send("ok");
    }});
    RawWebSocket client(server.port());
    for (const std::size_t size : {1u, 65536u, 100u, 65536u}) {
        client.text(std::string(size, 'x'));
        EXPECT_EQ(client.read_text(), "ok");
    }
    EXPECT_EQ(clean, 4);
}

}  // namespace
}  // namespace sf::http
