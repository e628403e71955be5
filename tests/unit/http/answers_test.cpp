// Answers that come from elsewhere, late, in a crowd, never, or while the server stops.
#include "unit/http/test_server.hpp"

#include <future>

namespace sf::http {
namespace {

using namespace testing;
using namespace std::chrono_literals;

Deadline in(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

TEST(HttpAnswers, another_thread_may_answer) {
    TestServer server;
    RawConnection client(server.port());
    for (int i = 0; i < 20; ++i) {
        client.send(request_text("POST", "/later", "{\"n\":" + std::to_string(i) + "}"));
        auto waiting = server.take_waiting(1);
        ASSERT_EQ(waiting.size(), 1u);
        waiting.front().second({.status = 202, .body = waiting.front().first});
        const auto response = client.read_response();
        ASSERT_TRUE(response);
        EXPECT_EQ(response->status, 202);
        EXPECT_EQ(response->body, "{\"n\":" + std::to_string(i) + "}");
    }
}

TEST(HttpAnswers, hundreds_at_once_reach_each_its_own_client) {
    TestServer server({.threads = 2});
    std::vector<RawConnection> clients;
    for (int i = 0; i < 200; ++i) {
        clients.emplace_back(server.port());
        ASSERT_TRUE(clients.back().send(request_text("GET", "/later?n=" + std::to_string(i))));
    }
    auto waiting = server.take_waiting(200);
    ASSERT_EQ(waiting.size(), 200u);
    std::vector<std::thread> committers;
    for (std::size_t part = 0; part < 2; ++part) {
        committers.emplace_back([&, part] {
            for (std::size_t i = part; i < waiting.size(); i += 2)
                waiting[i].second({.status = 200, .body = waiting[i].first});
        });
    }
    for (std::thread& committer : committers) committer.join();
    for (int i = 0; i < 200; ++i)
        EXPECT_EQ(clients[static_cast<std::size_t>(i)].read_response()->body, std::to_string(i));
}

TEST(HttpAnswers, a_forgotten_request_is_answered_500) {
    TestServer server;
    RawConnection client(server.port());
    EXPECT_EQ(client.ask(request_text("GET", "/forgets"))->status, 500);
    client.send(request_text("GET", "/later"));
    {
        const auto dropped = server.take_waiting(1);
    }
    const auto response = client.read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 500);
    EXPECT_EQ(client.ask(request_text("GET", "/hello"))->body, "hello");
}

TEST(HttpAnswers, a_handler_that_throws_costs_its_own_request_only) {
    TestServer server;
    RawConnection client(server.port());
    const auto response = client.ask(request_text("GET", "/throws"));
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 500);
    EXPECT_EQ(response->body.find("a bug"), std::string::npos) << "what is wrong inside is not for the client";
    EXPECT_EQ(client.ask(request_text("GET", "/hello"))->body, "hello");
}

TEST(HttpAnswers, a_client_that_has_gone_is_no_trouble) {
    TestServer server;
    {
        RawConnection client(server.port());
        client.send(request_text("GET", "/later"));
        ASSERT_TRUE(server.wait_for_waiting(1));
        client.reset();
    }
    auto waiting = server.take_waiting(1);
    waiting.front().second({.status = 200, .body = std::string(5'000'000, 'x')});
    EXPECT_TRUE(eventually([&] { return server.server().load().connections == 0; }));
    RawConnection other(server.port());
    EXPECT_TRUE(other.ask(request_text("GET", "/hello")));
}

TEST(HttpAnswers, large_answers_arrive_whole_at_a_slow_reader) {
    TestServer server;
    RawConnection client(server.port(), 4096);
    const auto response = client.ask(request_text("GET", "/large?bytes=20000000"));
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, std::string(20'000'000, 'x'));
    EXPECT_EQ(client.ask(request_text("GET", "/hello"))->body, "hello");
}

TEST(HttpAnswers, stop_lets_running_requests_finish_and_takes_no_new_ones) {
    TestServer server({.threads = 2});
    RawConnection idle(server.port());
    ASSERT_TRUE(idle.ask(request_text("GET", "/hello")));
    RawConnection busy(server.port());
    busy.send(request_text("GET", "/later"));
    auto waiting = server.take_waiting(1);
    ASSERT_EQ(waiting.size(), 1u);

    auto stopped = std::async(std::launch::async, [&] { server.server().stop(in(20s)); });
    EXPECT_TRUE(idle.ends());
    EXPECT_TRUE(eventually([&] { return !RawConnection(server.port()).connected(); }));
    EXPECT_EQ(stopped.wait_for(0s), std::future_status::timeout);
    waiting.front().second({.status = 200, .body = "done"});
    const auto response = busy.read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, "done");
    EXPECT_EQ(response->header("connection"), "close");
    EXPECT_TRUE(busy.ends());
    busy.close();
    EXPECT_EQ(stopped.wait_for(RawConnection::kPatience), std::future_status::ready);
    server.server().stop(in(0s));  // A second time: nothing.
}

TEST(HttpAnswers, stop_finishes_a_body_that_is_on_its_way) {
    TestServer server;
    RawConnection client(server.port());
    const std::string text = request_text("POST", "/echo", std::string(100'000, 'x'));
    client.send(text.substr(0, 50'000));
    ASSERT_TRUE(eventually([&] { return server.server().load().body_bytes == 100'000; }));
    auto stopped = std::async(std::launch::async, [&] { server.server().stop(in(20s)); });
    EXPECT_TRUE(eventually([&] { return !RawConnection(server.port()).connected(); }));
    client.send(text.substr(50'000));
    const auto response = client.read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body.size(), 100'000u);
    EXPECT_EQ(response->header("connection"), "close");
    client.close();
    EXPECT_EQ(stopped.wait_for(RawConnection::kPatience), std::future_status::ready);
}

TEST(HttpAnswers, stop_gives_up_at_its_deadline) {
    TestServer server;
    RawConnection client(server.port());
    client.send(request_text("GET", "/later"));
    ASSERT_TRUE(server.wait_for_waiting(1));
    const auto start = std::chrono::steady_clock::now();
    server.server().stop(in(50ms));
    EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
    EXPECT_TRUE(client.ends());
}

TEST(HttpAnswers, an_answer_after_the_server_has_gone_is_dropped) {
    TestServer server({.threads = 2});
    std::vector<RawConnection> clients;
    for (int i = 0; i < 4; ++i) {
        clients.emplace_back(server.port());
        clients.back().send(request_text("GET", "/later"));
    }
    auto waiting = server.take_waiting(4);
    ASSERT_EQ(waiting.size(), 4u);
    server.server().stop(in(10ms));
    waiting[0].second({.status = 200, .body = "too late"});
    server.destroy();
    waiting[1].second({.status = 200, .body = "far too late"});
    waiting.clear();  // The others uncalled.
    for (RawConnection& client : clients) EXPECT_TRUE(client.ends());
}

TEST(HttpAnswers, a_server_that_never_started_can_be_stopped) {
    Server server({.listens = {{.service = "test"}}}, {});
    server.stop(in(0s));
    Server wrong({.listens = {{.service = "test"}, {.service = "test", .host = "no address"}}}, {});
    const Result<> started = wrong.start();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, ErrorCode::invalid_input);
    wrong.stop(in(0s));
}

// Everything at once, for the sanitizers: clients that vanish at any moment, answers from other threads, a stop in the
// middle.
TEST(HttpAnswers, chaos) {
    for (int round = 0; round < 3; ++round) {
        TestServer server({.threads = 2});
        std::atomic<bool> over = false;
        std::thread committer([&] {
            while (!over) {
                if (!server.wait_for_waiting(0)) break;
                for (auto& [text, respond] : server.take_waiting(0)) {
                    if (text != "drop") respond({.status = 200, .body = std::move(text)});
                }
            }
        });
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&, t] {
                for (int i = 0; i < 100; ++i) {
                    RawConnection client(server.port());
                    if (!client.connected()) return;
                    client.send(request_text("GET", "/later?n=" + std::to_string(i)) +
                                request_text("GET", i % 7 == 0 ? "/later?n=drop" : "/hello"));
                    if ((i + t) % 5 == 0) client.reset();
                    else if ((i + t) % 5 == 1) client.shutdown_send();
                    if ((i + t) % 3 == 0) continue;
                    for (int answer = 0; answer < 2; ++answer) {
                        if (!client.connected() || !client.read_response()) break;
                    }
                }
            });
        }
        if (round == 2) server.server().stop(in(20ms));
        for (std::thread& thread : threads) thread.join();
        if (round != 2) {
            EXPECT_TRUE(eventually([&] { return server.server().load().connections == 0; }));
        }
        over = true;
        committer.join();
    }
}

}  // namespace
}  // namespace sf::http
