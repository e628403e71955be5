// Two hundred clients, half of which never read: memory stays bounded, and the others notice nothing.
#include "unit/dashboard/dashboard_fixture.hpp"
#include "unit/http/raw_websocket.hpp"

namespace sf::dashboard {
namespace {

using namespace testing;
using namespace std::chrono_literals;

constexpr std::size_t kClients = 100;  // Of each kind.

std::vector<models::MetricPoint> emission(std::uint64_t version, std::size_t padding = 300) {
    std::vector<models::MetricPoint> points;
    for (int i = 0; i < 200; ++i) {
        models::MetricPoint changed = point("source-" + std::to_string(i), "2026-01-31T12:00:00Z", i, version);
        changed.values = R"({"errors":1,"padding":")" + std::string(padding, 'x') + "\"}";
        // New windows all the time: what is owed to a client would grow without bounds if it were kept.
        *changed.window_start += std::chrono::seconds{10} * (version / 4);
        *changed.window_end += std::chrono::seconds{10} * (version / 4);
        points.push_back(std::move(changed));
    }
    return points;
}

TEST(LiveCrowd, clients_that_never_read_cost_nobody_else_anything) {
    Dashboard dashboard;
    std::uint64_t version = 1;
    dashboard.emit(emission(version));
    std::vector<http::testing::RawWebSocket> deaf;
    std::vector<LiveClient> listening;
    for (std::size_t i = 0; i < kClients; ++i) {
        deaf.emplace_back(dashboard.port(), "/api/v1/live", "Authorization: Bearer viewer\r\n", 4096);
        ASSERT_TRUE(deaf.back().open());
        for (const auto& id : {"a", "b", "c"})
            deaf.back().text(R"({"type":"subscribe","id":")" + std::string(id) + R"(","view":"errors"})");
        deaf.back().text(R"({"type":"subscribe","id":"t","tail":{}})");
        listening.emplace_back(dashboard.port());
        listening.back().say(R"({"type":"subscribe","id":"a","view":"errors","keys":{"source":"source-7"}})");
    }
    ASSERT_TRUE(dashboard.wait_for_subscriptions(kClients * 5));
    for (LiveClient& client : listening) (void)client.hear("snapshot");

    std::size_t most = 0;
    std::uint64_t most_backlog = 0;
    for (int round = 0; round < 30; ++round) {
        dashboard.emit(emission(++version));
        // The last of those who listen gets it, although everybody else is in front of it.
        const Json rows = listening.back().hear("rows");
        EXPECT_EQ(rows.number("/rows/" + std::to_string(rows.size("/rows") - 1) + "/version"),
                  static_cast<std::int64_t>(version));
        most = std::max(most, dashboard.server().load().websocket_bytes);
        most_backlog = std::max(most_backlog, dashboard.service().live().backlog_bytes);
    }
    EXPECT_GT(most, kClients * (256u << 10)) << "they have to be slow for this to say anything";
    // Each may have a frame more than what makes it count as slow.
    EXPECT_LT(most, kClients * ((256u << 10) + ViewFeed::kFrameBytes + 4096));
    EXPECT_LT(most_backlog, 80u << 20);
    for (LiveClient& client : listening) {
        // The newest state is in what came, however many emissions were made of it.
        std::int64_t newest = 0;
        while (newest < static_cast<std::int64_t>(version)) {
            const Json rows = client.hear("rows");
            for (std::size_t i = 0; i < rows.size("/rows"); ++i)
                newest = std::max(newest, rows.number("/rows/" + std::to_string(i) + "/version"));
            if (::testing::Test::HasFailure()) return;
        }
        if (&client == &listening[listening.size() - 2]) break;  // The last one has heard it already.
    }
    deaf.clear();
    EXPECT_TRUE(dashboard.wait_for_subscriptions(kClients));
    EXPECT_TRUE(eventually([&] { return dashboard.server().load().websockets == kClients; }));
}

TEST(LiveCrowd, a_slow_client_gets_fewer_and_newer_rows_and_in_the_end_all_of_them) {
    Dashboard dashboard({.live = {.client_bytes_max = 64u << 10}, .caught_up = {}, .limits = {}});
    http::testing::RawWebSocket slow(dashboard.port(), "/api/v1/live", "Authorization: Bearer viewer\r\n", 4096);
    slow.text(R"({"type":"subscribe","id":"a","view":"errors"})");
    ASSERT_TRUE(dashboard.wait_for_subscriptions(1));
    // Until the client is behind, and then some.
    std::uint64_t version = 0;
    ASSERT_TRUE(eventually([&] {
        dashboard.emit(emission(++version, 3000));
        return dashboard.server().load().websocket_bytes > 64u << 10;
    }));
    for (int i = 0; i < 200; ++i) dashboard.emit(emission(++version));
    // Now it reads: everything it is shown leads to the state of the store.
    std::map<std::string, std::int64_t> seen;
    std::size_t rows_heard = 0;
    std::map<std::string, std::int64_t> expected;
    const auto stored = dashboard.points.latest_points("errors", {.from = {}, .to = {}, .keys = {}, .limit = 1000});
    for (const models::MetricPoint& one : stored.value())
        expected[one.keys + format_rfc3339(*one.window_start)] = static_cast<std::int64_t>(one.version);
    const auto complete = [&] {
        return std::ranges::all_of(expected, [&](const auto& row) {
            const auto found = seen.find(row.first);
            return found != seen.end() && found->second == row.second;
        });
    };
    while (!complete()) {
        auto text = slow.read_text();
        ASSERT_TRUE(text);
        const Json frame(std::move(*text));
        if (frame.text("/type") == "snapshot") seen.clear();
        rows_heard += frame.size("/rows");
        for (std::size_t i = 0; i < frame.size("/rows"); ++i) {
            const std::string at = "/rows/" + std::to_string(i);
            seen[R"({"source":")" + frame.text(at + "/keys/source") + "\"}" + frame.text(at + "/window_start")] =
                frame.number(at + "/version");
        }
    }
    EXPECT_LT(rows_heard, version * 200 / 2) << "it was shown every change";
}

}  // namespace
}  // namespace sf::dashboard
