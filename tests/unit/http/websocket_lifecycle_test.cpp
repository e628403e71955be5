// Sending, slow clients, floods, and all the ways in which a connection ends.
#include "unit/http/socket_server.hpp"

#include <barrier>

namespace sf::http {
namespace {

using namespace testing;
using namespace std::chrono_literals;

// Does not wait long for a client to hang up.
ServerOptions impatient() {
    ServerOptions options;
    options.limits.websocket.close_timeout = 100ms;
    return options;
}

constexpr int kSmallBuffer = 4096;  // SO_RCVBUF of clients that don't read: the kernel holds little for them.

TEST(WebSocketSend, any_thread_and_each_threads_messages_in_order) {
    SocketServer server;
    RawWebSocket client(server.port());
    const WebSocketPtr socket = server.sockets().front();
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 500; ++i)
                EXPECT_EQ(socket->send(std::to_string(t) + ' ' + std::to_string(i)), WebSocket::Sent::queued);
        });
    }
    std::array<int, 4> next{};
    for (int i = 0; i < 2000; ++i) {
        const auto text = client.read_text();
        ASSERT_TRUE(text);
        const auto thread = static_cast<std::size_t>(text->front() - '0');
        EXPECT_EQ(text->substr(2), std::to_string(next[thread]++));
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_TRUE(eventually([&] { return socket->buffered_bytes() == 0; }));
    EXPECT_EQ(server.load().websocket_bytes, 0u);
}

TEST(WebSocketSend, one_text_goes_to_many_without_a_copy) {
    SocketServer server;
    std::vector<RawWebSocket> clients;
    for (int i = 0; i < 50; ++i) clients.emplace_back(server.port());
    const auto text = std::make_shared<const std::string>(std::string(1000, 'x'));
    for (const WebSocketPtr& socket : server.sockets(50)) EXPECT_EQ(socket->send(text), WebSocket::Sent::queued);
    for (RawWebSocket& client : clients) EXPECT_EQ(client.read_text(), *text);
    EXPECT_TRUE(eventually([&] { return text.use_count() == 1; }));
}

TEST(WebSocketSend, says_full_at_the_routes_limit_and_goes_on_when_the_client_reads) {
    SocketServer server({.route = {.queue_bytes_max = 256u << 10}});
    RawWebSocket slow(server.port(), "/socket", {}, kSmallBuffer);
    RawWebSocket other(server.port());
    const WebSocketPtr socket = server.sockets(2).front();
    const std::string text(10'000, 'x');
    std::size_t sent = 0;
    WebSocket::Sent outcome = WebSocket::Sent::queued;
    // The system's buffers take some megabytes first.
    while ((outcome = socket->send(text)) == WebSocket::Sent::queued) ++sent;
    EXPECT_EQ(outcome, WebSocket::Sent::full);
    EXPECT_LE(socket->buffered_bytes(), 256u << 10);
    // The connection still writes what the client's system takes.
    EXPECT_TRUE(eventually([&] { return server.load().websocket_bytes == socket->buffered_bytes(); }));
    other.text("hello");
    EXPECT_EQ(other.read_text(), "echo hello");  // Nobody else notices.
    for (std::size_t i = 0; i < sent; ++i) ASSERT_EQ(slow.read_text(), text);
    EXPECT_TRUE(eventually([&] { return socket->buffered_bytes() == 0; }));
    EXPECT_EQ(socket->send("again"), WebSocket::Sent::queued);
    EXPECT_EQ(slow.read_text(), "again");
}

TEST(WebSocketSend, a_message_larger_than_the_queue_is_refused_and_empty_ones_cost_something) {
    SocketServer server({.route = {.queue_bytes_max = 10'000}});
    RawWebSocket client(server.port(), "/socket", {}, kSmallBuffer);
    const WebSocketPtr socket = server.sockets().front();
    EXPECT_EQ(socket->send(std::string(10'000, 'x')), WebSocket::Sent::full);
    EXPECT_EQ(socket->send(std::string(9'000, 'x')), WebSocket::Sent::queued);
    std::size_t empty = 0;
    while (empty < 100'000'000 && socket->send("") == WebSocket::Sent::queued) ++empty;
    EXPECT_LT(empty, 100'000'000u);
}

TEST(WebSocketFlood, a_client_that_sends_and_does_not_read_is_not_listened_to) {
    SocketServer server({.route = {.queue_bytes_max = 1u << 20}});
    RawWebSocket flooding(server.port(), "/socket", {}, kSmallBuffer);
    const WebSocketPtr socket = server.sockets().front();
    // Each message is echoed; nobody reads the echoes. Once the server stops reading, the system's buffers fill up.
    std::jthread flood([&](const std::stop_token& stop) {
        const std::string message = frame(kText, std::string(10'000, 'x'));
        while (!stop.stop_requested() && flooding.connection().send(message)) {
        }
    });
    EXPECT_TRUE(eventually([&] { return socket->buffered_bytes() > 512u << 10; }));
    RawWebSocket other(server.port());
    for (int i = 0; i < 100; ++i) {
        other.text("hello");
        ASSERT_EQ(other.read_text(), "echo hello");
        EXPECT_LT(socket->buffered_bytes(), 540u << 10) << "at half of the limit reading stops";
    }
    EXPECT_EQ(server.endings(0).size(), 0u);
    flood.request_stop();
    flooding.connection().shutdown_both();
    flood.join();
    flooding.connection().close();
    EXPECT_EQ(server.endings().size(), 1u);
    EXPECT_EQ(server.load().websocket_bytes, 0u);
}

TEST(WebSocketFlood, pings_of_a_client_that_does_not_read_the_pongs_hold_no_memory) {
    SocketServer server;
    RawWebSocket flooding(server.port(), "/socket", {}, kSmallBuffer);
    std::jthread flood([&](const std::stop_token& stop) {
        std::string many;
        for (int i = 0; i < 1000; ++i) many += frame(kPing, std::string(125, 'x'));
        while (!stop.stop_requested() && flooding.connection().send(many)) {
        }
    });
    RawWebSocket other(server.port());
    for (int i = 0; i < 1000; ++i) {
        other.text("hello");
        ASSERT_EQ(other.read_text(), "echo hello");
    }
    EXPECT_TRUE(eventually([&] { return server.load().websocket_bytes == 0; }));
    flood.request_stop();
    flooding.connection().shutdown_both();
}

TEST(WebSocketClose, sends_what_is_queued_first_and_nothing_afterwards) {
    SocketServer server({.server = impatient()});
    RawWebSocket client(server.port());
    const WebSocketPtr socket = server.sockets().front();
    for (int i = 0; i < 100; ++i) EXPECT_EQ(socket->send(std::to_string(i)), WebSocket::Sent::queued);
    socket->close(CloseCode::try_again_later, "too many of you");
    socket->close(CloseCode::normal, "a second time");
    EXPECT_EQ(socket->send("late"), WebSocket::Sent::closed);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(client.read_text(), std::to_string(i));
    const auto goodbye = client.read();
    ASSERT_TRUE(goodbye);
    EXPECT_EQ(goodbye->code(), 1013);
    EXPECT_EQ(goodbye->payload.substr(2), "too many of you");
    client.text("not heard");
    client.send(kClose, goodbye->payload);
    EXPECT_TRUE(client.connection().ends());
    EXPECT_EQ(server.endings(), std::vector<std::string>{"1013 too many of you"});
    EXPECT_EQ(server.messages(), 0u);
}

TEST(WebSocketClose, long_reasons_are_cut_between_characters) {
    SocketServer server;
    RawWebSocket client(server.port());
    std::string reason(122, 'x');
    server.sockets().front()->close(CloseCode::policy, reason + "\xE2\x82\xAC");
    const auto goodbye = client.read();
    ASSERT_TRUE(goodbye);
    EXPECT_EQ(goodbye->payload.substr(2), reason);
}

TEST(WebSocketClose, by_the_client_is_answered_with_its_code) {
    SocketServer server({.server = impatient()});
    {
        RawWebSocket client(server.port());
        client.send(kClose, close_payload(1000, "bye"));
        EXPECT_EQ(client.read_close(), 1000);
        EXPECT_TRUE(client.connection().ends());
    }
    EXPECT_EQ(server.endings(), std::vector<std::string>{"1000 bye"});
    RawWebSocket silent(server.port());
    silent.send(kClose, "");
    const auto goodbye = silent.read();
    ASSERT_TRUE(goodbye);
    EXPECT_EQ(goodbye->opcode, kClose);
    EXPECT_EQ(server.endings(2).back(), "1005 ");
    EXPECT_EQ(server.sockets().front()->send("late"), WebSocket::Sent::closed);
}

TEST(WebSocketClose, a_client_that_does_not_answer_or_hang_up_is_left_behind) {
    SocketServer server({.server = impatient()});
    RawWebSocket no_answer(server.port());
    server.sockets().front()->close(CloseCode::policy, "go");
    EXPECT_EQ(no_answer.read_close(), 1008);
    EXPECT_EQ(server.endings().front(), "1008 go");
    RawWebSocket no_hanging_up(server.port());
    no_hanging_up.send(3, "a protocol error");
    EXPECT_EQ(no_hanging_up.read_close(), 1002);
    EXPECT_EQ(server.endings(2).size(), 2u);
    RawWebSocket not_reading(server.port(), "/socket", {}, kSmallBuffer);
    const WebSocketPtr socket = server.sockets(3).back();
    while (socket->send(std::string(100'000, 'x')) == WebSocket::Sent::queued) {
    }
    socket->close(CloseCode::try_again_later, "too slow");
    EXPECT_EQ(server.endings(3).back(), "1013 too slow");
    EXPECT_EQ(server.load().websocket_bytes, 0u);
}

TEST(WebSocketClose, a_lost_connection_is_1006) {
    SocketServer server;
    RawWebSocket hangs_up(server.port());
    ASSERT_TRUE(hangs_up.open());
    hangs_up.connection().close();
    EXPECT_EQ(server.endings().front().substr(0, 5), "1006 ");
    RawWebSocket resets(server.port());
    ASSERT_TRUE(resets.open());
    resets.connection().reset();
    EXPECT_EQ(server.endings(2).back().substr(0, 5), "1006 ");
    RawWebSocket in_a_frame(server.port());
    in_a_frame.connection().send(frame(kText, "half of it").substr(0, 8));
    in_a_frame.connection().close();
    EXPECT_EQ(server.endings(3).back().substr(0, 5), "1006 ");
}

TEST(WebSocketClose, both_sides_at_once_many_times) {
    SocketServer server;
    constexpr std::size_t kTimes = 200;
    for (std::size_t i = 1; i <= kTimes; ++i) {
        RawWebSocket client(server.port());
        const WebSocketPtr socket = server.sockets(i).back();
        std::barrier start(3);
        std::jthread closer([&] {
            start.arrive_and_wait();
            socket->close(CloseCode::going_away, "server");
        });
        std::jthread sender([&] {
            start.arrive_and_wait();
            for (int k = 0; k < 20; ++k) (void)socket->send("noise");
        });
        start.arrive_and_wait();
        client.text("noise");
        client.send(kClose, close_payload(1000, "client"));
        if (i % 3 == 0) client.connection().reset();
        else (void)client.read_until_close();
    }
    EXPECT_EQ(server.endings(kTimes).size(), kTimes) << "each exactly once";
    EXPECT_TRUE(eventually([&] { return server.load().connections == 0; }));
    EXPECT_EQ(server.load().websocket_bytes, 0u);
}

TEST(WebSocketClose, from_inside_a_message_and_by_a_handler_that_fails) {
    SocketServer server({.on_message = [](const WebSocketPtr& socket, std::string_view text) {
        if (text == "throw") throw std::runtime_error("a bug");
        socket->send("goodbye");
        socket->close(CloseCode::normal, "as you wished");
    }});
    RawWebSocket client(server.port());
    client.connection().send(frame(kText, "close") + frame(kText, "close"));
    EXPECT_EQ(client.read_text(), "goodbye");
    EXPECT_EQ(client.read_close(), 1000);
    EXPECT_EQ(server.messages(), 1u);
    RawWebSocket unlucky(server.port());
    unlucky.text("throw");
    EXPECT_EQ(unlucky.read_close(), 1011);
    RawWebSocket next(server.port());
    next.text("close");
    EXPECT_EQ(next.read_text(), "goodbye");
}

TEST(WebSocketPing, silent_clients_are_asked_and_dropped_when_they_do_not_answer) {
    ServerOptions options;
    options.limits.websocket.ping_interval = 50ms;  // The sweep looks every 250 ms.
    SocketServer server({.server = options});
    RawWebSocket answers(server.port());
    RawWebSocket dead(server.port());
    std::size_t answered = 0;
    while (answered < 4) {
        const auto ping = answers.read();
        ASSERT_TRUE(ping);
        ASSERT_EQ(ping->opcode, kPing);
        answers.send(kPong, ping->payload);
        ++answered;
    }
    EXPECT_EQ(server.endings().front().substr(0, 5), "1006 ");
    EXPECT_EQ(dead.read_until_close(), 1006);
    answers.text("hello");
    EXPECT_EQ(answers.read_text(), "echo hello");
    EXPECT_EQ(server.endings().size(), 1u);
}

// Such a client is not silent, and yet holds what waits for it.
TEST(WebSocketPing, a_client_that_answers_pings_and_reads_no_message_is_dropped) {
    ServerOptions options;
    options.limits.websocket.ping_interval = 50ms;
    options.limits.response_timeout = 500ms;
    SocketServer server({.server = options});
    RawWebSocket client(server.port(), "/socket", {}, kSmallBuffer);
    const WebSocketPtr socket = server.sockets().front();
    while (socket->send(std::string(100'000, 'x')) == WebSocket::Sent::queued) {
    }
    std::jthread answering([&](const std::stop_token& stop) {
        while (!stop.stop_requested() && client.send(kPong, "")) std::this_thread::yield();
    });
    EXPECT_EQ(server.endings().front().substr(0, 5), "1006 ");
    EXPECT_EQ(server.load().websocket_bytes, 0u);
    answering.request_stop();
    client.connection().shutdown_both();
}

TEST(WebSocketDrain, open_connections_are_closed_with_1001) {
    SocketServer server;
    std::vector<RawWebSocket> clients;
    for (int i = 0; i < 5; ++i) clients.emplace_back(server.port());
    const WebSocketPtr socket = server.sockets(5).front();
    EXPECT_EQ(socket->send("the last word"), WebSocket::Sent::queued);
    std::jthread stopping([&] { server.test().server().stop(std::chrono::steady_clock::now() + 20s); });
    EXPECT_EQ(clients.front().read_text(), "the last word");
    for (RawWebSocket& client : clients) {
        const auto goodbye = client.read();
        ASSERT_TRUE(goodbye);
        EXPECT_EQ(goodbye->code(), 1001);
        client.send(kClose, goodbye->payload);
    }
    stopping.join();
    EXPECT_EQ(server.endings(5), std::vector<std::string>(5, "1001 the server is stopping"));
    server.destroy();
    EXPECT_EQ(socket->send("too late"), WebSocket::Sent::closed);
    socket->close(CloseCode::normal, "too late");
    EXPECT_EQ(socket->buffered_bytes(), 0u);
}

TEST(WebSocketDrain, does_not_wait_for_clients_that_do_not_answer) {
    SocketServer server;
    RawWebSocket no_answer(server.port());
    RawWebSocket no_token(server.port(), "/private");
    RawWebSocket not_reading(server.port(), "/socket", {}, kSmallBuffer);
    const WebSocketPtr socket = server.sockets(2).back();
    while (socket->send(std::string(100'000, 'x')) == WebSocket::Sent::queued) {
    }
    const auto begun = std::chrono::steady_clock::now();
    server.test().server().stop(begun + 20s);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
    EXPECT_EQ(server.endings(2).size(), 2u);
}

TEST(WebSocketDrain, a_server_that_is_stopped_at_once_still_tells_its_handlers) {
    SocketServer server;
    RawWebSocket client(server.port());
    const WebSocketPtr socket = server.sockets().front();
    std::atomic<bool> ready = false;
    std::jthread sender([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            (void)socket->send("noise");
            ready = true;
        }
    });
    EXPECT_TRUE(eventually([&] { return ready.load(); }));
    server.test().server().stop(std::chrono::steady_clock::now());
    EXPECT_EQ(server.endings().size(), 1u);
    server.destroy();
}

}  // namespace
}  // namespace sf::http
