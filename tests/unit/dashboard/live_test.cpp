// WS /api/v1/live through a real server: what a page sees.
#include "unit/dashboard/dashboard_fixture.hpp"
#include "unit/http/raw_websocket.hpp"

#include <random>
#include <set>

namespace sf::dashboard {
namespace {

using namespace testing;
using namespace std::chrono_literals;

constexpr const char* kWatch = R"({"type":"subscribe","id":"a","view":"errors"})";

models::EventBatchPtr events(const std::vector<std::string>& sources) {
    models::EventBatchBuilder builder;
    for (const std::string& source : sources) {
        models::EventRow row;
        row.id = uuid_from_name(source);
        row.type = "web.click";
        row.source = source;
        row.data = "{}";
        builder.append(row);
    }
    return builder.seal();
}

TEST(Live, greets_shows_what_is_there_and_then_what_changes) {
    Dashboard dashboard;
    dashboard.emit({point("a", "2026-01-31T12:00:00Z", 1, 1), point("b", "2026-01-31T12:00:00Z", 2, 1)});
    LiveClient client(dashboard.port());
    const Json ready = client.hear();
    EXPECT_EQ(ready.whole(), R"({"type":"ready","version":"9.9"})");
    client.say(kWatch);
    const Json snapshot = client.hear();
    EXPECT_EQ(snapshot.text("/type"), "snapshot");
    EXPECT_EQ(snapshot.text("/id"), "a");
    EXPECT_EQ(snapshot.size("/columns"), 4u);
    EXPECT_EQ(snapshot.size("/rows"), 2u);
    dashboard.emit({point("a", "2026-01-31T12:00:00Z", 5, 2)});
    const Json rows = client.hear();
    EXPECT_EQ(rows.text("/type"), "rows");
    EXPECT_EQ(rows.number("/rows/0/values/errors"), 5);
    models::MetricPoint gone = point("b", "2026-01-31T12:00:00Z", 0, 3);
    gone.deleted = true;
    dashboard.emit({gone});
    EXPECT_NE(client.hear().whole().find(
                  R"("rows":[{"keys":{"source":"b"},"window_start":"2026-01-31T12:00:00Z","deleted":true)"),
              std::string::npos);
}

TEST(Live, the_token_may_come_as_the_first_message) {
    Dashboard dashboard;
    LiveClient client(dashboard.port(), "");
    client.say(R"({"type":"auth","token":"viewer"})");
    EXPECT_EQ(client.hear().text("/type"), "ready");
    LiveClient stranger(dashboard.port(), "");
    stranger.say(kWatch);
    EXPECT_FALSE(stranger.socket().receive(soon()));
    EXPECT_EQ(stranger.socket().closed()->code, http::CloseCode::policy);
}

TEST(Live, filters_and_limits_of_a_view) {
    Dashboard dashboard;
    for (int i = 0; i < 10; ++i) dashboard.emit({point("a", "2026-01-31T12:00:" + std::to_string(10 + i) + "Z", i, 1)});
    dashboard.emit({point("b", "2026-01-31T12:00:10Z", 7, 1)});
    LiveClient client(dashboard.port());
    client.say(R"({"type":"subscribe","id":"a","view":"errors","limit":3,"keys":{"source":"a"},)"
               R"("from":"2026-01-31T12:00:00Z","to":"2026-01-31T12:00:15Z"})");
    const Json snapshot = client.hear("snapshot");
    EXPECT_EQ(snapshot.size("/rows"), 3u);
    EXPECT_EQ(snapshot.text("/rows/0/window_start"), "2026-01-31T12:00:14Z");
    dashboard.emit({point("b", "2026-01-31T12:00:10Z", 8, 2), point("a", "2026-01-31T11:00:00Z", 9, 2),
                    point("a", "2026-01-31T12:00:10Z", 10, 2)});
    const Json rows = client.hear();
    ASSERT_EQ(rows.size("/rows"), 1u);
    EXPECT_EQ(rows.number("/rows/0/values/errors"), 10);
}

TEST(Live, mistakes_are_answered_and_do_no_harm) {
    Dashboard dashboard;
    LiveClient client(dashboard.port());
    (void)client.hear("ready");
    for (const auto& [said, id, detail] : std::vector<std::tuple<std::string, std::string, std::string>>{
             {"hello", "", ""},
             {R"({"type":"subscribe","id":"x","view":"erors"})", "x",
              "there is no view \"erors\" (did you mean: errors)"},
             {R"({"type":"subscribe","id":"x","view":"errors","colour":"red"})", "x",
              "/colour there is no such member"}}) {
        client.say(said);
        const Json error = client.hear();
        EXPECT_EQ(error.text("/type"), "error");
        EXPECT_EQ(error.text("/id"), id);
        EXPECT_TRUE(detail.empty() || error.text("/detail") == detail) << error.whole();
    }
    client.say(R"({"type":"unsubscribe","id":"unknown"})");  // Nothing to say about it.
    client.say(kWatch);
    EXPECT_EQ(client.hear().text("/type"), "snapshot");
    client.say(kWatch);
    EXPECT_EQ(client.hear().text("/detail"), "there is a subscription of this id already");
    client.say(R"({"type":"unsubscribe","id":"a"})");
    EXPECT_TRUE(dashboard.wait_for_subscriptions(0));
    dashboard.emit({point("a", "2026-01-31T12:00:00Z", 1, 1)});
    client.say(kWatch);
    EXPECT_EQ(client.hear().text("/type"), "snapshot");  // No rows of the subscription that had ended.
}

TEST(Live, subscriptions_and_tails_have_a_limit) {
    Dashboard dashboard;
    LiveClient client(dashboard.port());
    (void)client.hear("ready");
    for (int i = 0; i < 10; ++i) client.say(R"({"type":"subscribe","id":"t)" + std::to_string(i) + R"(","tail":{}})");
    client.say(R"({"type":"subscribe","id":"t10","tail":{}})");
    EXPECT_EQ(client.hear("error").text("/detail"), "a connection has at most 10 tails");
    for (int i = 0; i < 90; ++i)
        client.say(R"({"type":"subscribe","id":"v)" + std::to_string(i) + R"(","view":"errors"})");
    client.say(kWatch);
    EXPECT_EQ(client.hear("error").text("/detail"), "a connection has at most 100 subscriptions");
    EXPECT_TRUE(dashboard.wait_for_subscriptions(100));
    client.socket().close(soon());
    EXPECT_TRUE(dashboard.wait_for_subscriptions(0));
    EXPECT_TRUE(eventually([&] { return dashboard.service().live().connections == 0; }));
}

TEST(Live, a_view_that_is_dropped_or_replaced_is_gone) {
    Dashboard dashboard;
    dashboard.catalog.set({{.table = errors_table()}, {.table = errors_table("other")}});
    LiveClient client(dashboard.port());
    client.say(kWatch);
    client.say(R"({"type":"subscribe","id":"b","view":"other"})");
    (void)client.hear("snapshot");
    (void)client.hear("snapshot");
    dashboard.catalog.set({{.table = errors_table(), .revision = 1}, {.table = errors_table("other")}});
    EXPECT_EQ(client.hear("gone").text("/id"), "a");
    client.say(kWatch);
    EXPECT_EQ(client.hear("snapshot").text("/id"), "a");
    dashboard.catalog.set({{.table = errors_table(), .revision = 1}});
    EXPECT_EQ(client.hear("gone").text("/id"), "b");
    EXPECT_TRUE(dashboard.wait_for_subscriptions(1));
}

TEST(Live, a_snapshot_that_can_not_be_read_ends_the_subscription) {
    Dashboard dashboard;
    dashboard.points.fail_reads(Error{ErrorCode::corrupt, "a file is damaged"});
    LiveClient client(dashboard.port());
    client.say(kWatch);
    EXPECT_EQ(client.hear("error").text("/detail"), "a file is damaged");
    EXPECT_TRUE(dashboard.wait_for_subscriptions(0));
    dashboard.points.fail_reads(std::nullopt);
    client.say(kWatch);
    EXPECT_EQ(client.hear().text("/type"), "snapshot");
}

TEST(Live, a_snapshot_that_can_not_be_read_just_now_comes_later) {
    Dashboard dashboard({.live = {.snapshot_retry = 50ms}, .caught_up = {}, .limits = {}});
    LiveClient client(dashboard.port());
    (void)client.hear("ready");
    std::size_t reads = 0;
    for (const ErrorCode code : {ErrorCode::unavailable, ErrorCode::timed_out}) {
        dashboard.points.fail_reads(Error{code, "the store of points lags behind"});
        if (reads == 0) client.say(kWatch);
        EXPECT_TRUE(eventually([&] { return dashboard.points.reads() >= reads + 2; }));
        reads = dashboard.points.reads();
    }
    EXPECT_EQ(dashboard.service().live().subscriptions, 1u);
    dashboard.points.put(point("a", "2026-01-31T12:00:00Z", 1, 1));
    dashboard.points.fail_reads(std::nullopt);
    const Json snapshot = client.hear();
    EXPECT_EQ(snapshot.text("/type"), "snapshot");
    EXPECT_EQ(snapshot.size("/rows"), 1u);
}

TEST(Live, the_overview_comes_at_once_and_then_each_second) {
    Dashboard dashboard;
    LiveClient client(dashboard.port());
    client.say(R"({"type":"subscribe","id":"o","overview":true})");
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_EQ(client.hear("overview").number("/overview/events/stored"), 42);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(client.hear("overview").text("/id"), "o");
    const auto took = std::chrono::steady_clock::now() - begun;
    EXPECT_GT(took, 900ms);
    EXPECT_LT(took, 4s);
}

TEST(Live, tails_show_what_comes_after_them) {
    Dashboard dashboard;
    dashboard.send_events(events({"before"}));
    LiveClient client(dashboard.port());
    client.say(R"({"type":"subscribe","id":"t","tail":{}})");
    client.say(R"({"type":"subscribe","id":"some","tail":{"source":"two"}})");
    EXPECT_TRUE(dashboard.wait_for_subscriptions(2));
    // The tail begins with the first look at the log: until it shows something, send again.
    std::string all;
    EXPECT_TRUE(eventually([&] {
        dashboard.send_events(events({"one"}), 0);
        dashboard.send_events(events({"two"}), 1);
        const auto text = client.socket().receive(std::chrono::steady_clock::now() + 300ms);
        if (text) all += *text;
        return all.find(R"("id":"t","events")") != std::string::npos &&
               all.find(R"("id":"some","events")") != std::string::npos;
    }));
    EXPECT_EQ(all.find("before"), std::string::npos);
    EXPECT_NE(all.find(R"("source":"one")"), std::string::npos);
    EXPECT_NE(all.find(R"("source":"two")"), std::string::npos);
}

TEST(Live, a_tail_takes_at_most_five_frames_a_second_and_counts_what_it_skips) {
    Dashboard dashboard;
    LiveClient client(dashboard.port());
    client.say(R"({"type":"subscribe","id":"t","tail":{"limit":2}})");
    EXPECT_TRUE(dashboard.wait_for_subscriptions(1));
    std::atomic<std::int64_t> sent = 0;
    std::jthread sender([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            dashboard.send_events(events({"a", "b", "c", "d", "e"}));
            sent += 5;
            std::this_thread::yield();
        }
    });
    std::int64_t seen = 0;
    const auto begun = std::chrono::steady_clock::now();
    (void)client.hear("events");
    for (int i = 0; i < 5; ++i) {
        const Json frame = client.hear("events");
        EXPECT_EQ(frame.size("/events"), 2u);
        EXPECT_GT(frame.number("/skipped"), 0);
        seen += 2 + frame.number("/skipped");
    }
    EXPECT_GT(std::chrono::steady_clock::now() - begun, 800ms);
    EXPECT_LE(seen, sent);
}

TEST(Live, many_tails_of_large_events_do_not_end_a_client_that_reads) {
    Dashboard dashboard;
    LiveClient client(dashboard.port());
    (void)client.hear("ready");
    for (int i = 0; i < 10; ++i) client.say(R"({"type":"subscribe","id":"t)" + std::to_string(i) + R"(","tail":{}})");
    ASSERT_TRUE(dashboard.wait_for_subscriptions(10));
    models::EventBatchBuilder builder;
    for (int i = 0; i < 40; ++i) {
        models::EventRow row;
        row.id = uuid_from_name(std::to_string(i));
        row.type = "web.click";
        row.source = "shop";
        const std::string data = R"({"text":")" + std::string(15'000, 'x') + "\"}";
        row.data = data;
        builder.append(row);
    }
    const models::EventBatchPtr large = builder.seal();
    // All of them at once are more than may wait for one client. The tails begin with the first look at the log.
    std::set<std::string> heard;
    EXPECT_TRUE(eventually([&] {
        dashboard.send_events(large);
        while (const auto text = client.socket().receive(std::chrono::steady_clock::now() + 300ms))
            heard.insert(Json(*text).text("/id"));
        return heard.size() == 10 || client.socket().closed();
    }));
    EXPECT_EQ(heard.size(), 10u);
    EXPECT_FALSE(client.socket().closed());
}

// The store lags behind the log by what the hub has seen already: the snapshot has to wait for it.
TEST(Live, nothing_falls_between_snapshot_and_changes_when_the_store_lags) {
    std::atomic<bool> caught_up = false;
    Dashboard dashboard({.live = {},
                         .caught_up =
                             [&](std::chrono::milliseconds patience) {
                                 const auto enough = std::chrono::steady_clock::now() + patience;
                                 while (!caught_up && std::chrono::steady_clock::now() < enough)
                                     std::this_thread::yield();
                                 return caught_up.load();
                             },
                         .limits = {}});
    LiveClient first(dashboard.port());
    first.say(kWatch);
    EXPECT_TRUE(dashboard.wait_for_subscriptions(1));
    dashboard.append({point("a", "2026-01-31T12:00:00Z", 1, 1)});  // In the log, not in the store.
    LiveClient second(dashboard.port());
    second.say(kWatch);
    EXPECT_TRUE(dashboard.wait_for_subscriptions(2));
    dashboard.points.put(point("a", "2026-01-31T12:00:00Z", 1, 1));
    caught_up = true;
    EXPECT_EQ(second.hear("snapshot").size("/rows"), 1u);
}

TEST(Live, a_stream_of_changes_ends_with_the_state_of_the_store) {
    Dashboard dashboard;
    std::jthread writer([&] {
        std::mt19937 random(7);
        for (std::uint64_t version = 1; version <= 3000; ++version) {
            models::MetricPoint changed = point("s" + std::to_string(random() % 50), "2026-01-31T12:00:00Z",
                                                static_cast<int>(random() % 100), version);
            changed.deleted = random() % 5 == 0;
            dashboard.emit({changed});
            if (version % 10 == 0) std::this_thread::yield();
        }
    });
    LiveClient client(dashboard.port());
    client.say(kWatch);
    std::map<std::string, std::int64_t> seen;
    const auto take = [&](const Json& frame) {
        for (std::size_t i = 0; i < frame.size("/rows"); ++i) {
            const std::string at = "/rows/" + std::to_string(i);
            if (frame.text(at + "/window_end").empty()) seen.erase(frame.text(at + "/keys/source"));
            else seen[frame.text(at + "/keys/source")] = frame.number(at + "/version");
        }
    };
    take(client.hear("snapshot"));
    writer.join();
    std::map<std::string, std::int64_t> expected;
    const auto stored = dashboard.points.latest_points("errors", {});
    for (const models::MetricPoint& one : stored.value())
        expected[one.keys.substr(11, one.keys.size() - 13)] = static_cast<std::int64_t>(one.version);
    EXPECT_TRUE(eventually([&] {
        if (auto text = client.socket().receive(std::chrono::steady_clock::now() + 200ms)) take(Json(std::move(*text)));
        return seen == expected;
    })) << seen.size()
        << " of " << expected.size();
}

TEST(Live, a_hub_that_has_lost_its_place_begins_anew) {
    Dashboard dashboard;
    LiveClient client(dashboard.port());
    client.say(kWatch);
    (void)client.hear("snapshot");
    // More than the hub can have read, and all of it gone from the log.
    EXPECT_TRUE(eventually([&] {
        for (int i = 0; i < 1000; ++i)
            dashboard.append({point("a", "2026-01-31T12:00:00Z", i, static_cast<std::uint64_t>(i))});
        EXPECT_TRUE(dashboard.log.trim("metrics", 0, dashboard.log.range("metrics", 0)->end));
        while (auto text = client.socket().receive(std::chrono::steady_clock::now() + 1ms)) {
            if (text->find(R"("type":"snapshot")") != std::string::npos) return true;
        }
        return false;
    }));
    dashboard.emit({point("b", "2026-01-31T12:00:00Z", 1, 1'000'000)});
    std::string heard;
    while (heard.find(R"({"source":"b"})") == std::string::npos) heard = client.hear().whole();
}

TEST(Live, a_hub_that_is_too_far_behind_begins_anew) {
    Dashboard dashboard({.live = {.points_behind_max = 5}, .caught_up = {}, .limits = {}});
    LiveClient client(dashboard.port());
    client.say(kWatch);
    (void)client.hear("snapshot");
    std::atomic<bool> entered = false;
    std::atomic<bool> released = false;
    dashboard.catalog.before_views = [&] {
        entered = true;
        EXPECT_TRUE(eventually([&] { return released.load(); }));
    };
    EXPECT_TRUE(eventually([&] { return entered.load(); }));  // The hub looks for views that are gone.
    for (std::uint64_t version = 1; version <= 10; ++version)
        dashboard.emit({point("a", "2026-01-31T12:00:00Z", 7, version)});
    released = true;
    const Json anew = client.hear();
    EXPECT_EQ(anew.text("/type"), "snapshot");
    EXPECT_EQ(anew.number("/rows/0/version"), 10);
}

TEST(Live, whoever_says_too_much_at_once_is_shown_out_and_what_it_said_counts_no_more) {
    Dashboard dashboard({.live = {.messages_waiting_max = 20}, .caught_up = {}, .limits = {}});
    std::atomic<bool> entered = false;
    std::atomic<bool> released = false;
    dashboard.catalog.before_views = [&] {
        entered = true;
        EXPECT_TRUE(eventually([&] { return released.load(); }));
    };
    http::testing::RawWebSocket client(dashboard.port(), "/api/v1/live", "Authorization: Bearer viewer\r\n");
    client.text(kWatch);
    EXPECT_TRUE(eventually([&] { return entered.load(); }));  // The hub is busy with the first message.
    for (int i = 0; i < 25; ++i) client.text(R"({"type":"subscribe","id":")" + std::to_string(i) + R"(","tail":{}})");
    EXPECT_EQ(client.read_until_close(), 1008);
    released = true;
    LiveClient other(dashboard.port());
    other.say(kWatch);
    (void)other.hear("snapshot");
    EXPECT_EQ(dashboard.service().live().subscriptions, 1u);
}

TEST(Live, whoever_vanishes_leaves_nothing_behind) {
    Dashboard dashboard;
    for (int i = 0; i < 200; ++i) {
        http::testing::RawWebSocket client(dashboard.port(), "/api/v1/live", "Authorization: Bearer viewer\r\n");
        for (const auto& what : {R"("view":"errors")", R"("tail":{})", R"("overview":true)"})
            client.text(R"({"type":"subscribe","id":")" + std::string(what, 6).substr(1, 4) + "\"," + what + '}');
        if (i % 2 == 0) client.connection().reset();
    }
    EXPECT_TRUE(eventually([&] {
        const LiveHubStatistics live = dashboard.service().live();
        return live.connections == 0 && live.subscriptions == 0 && live.backlog_bytes == 0;
    }));
    LiveClient client(dashboard.port());
    client.say(kWatch);
    EXPECT_EQ(client.hear("snapshot").text("/id"), "a");
}

TEST(Live, stopping_ends_everybody) {
    auto dashboard = std::make_unique<Dashboard>();
    LiveClient client(dashboard->port());
    client.say(kWatch);
    (void)client.hear("snapshot");
    std::jthread emitting([&, log = &dashboard->log](const std::stop_token& stop) {
        while (!stop.stop_requested()) dashboard->append({point("a", "2026-01-31T12:00:00Z", 1, 1)});
    });
    dashboard->server().stop(soon());
    emitting.request_stop();
    emitting.join();
    dashboard->service().stop();
    dashboard->service().stop();
    while (client.socket().receive(soon())) {
    }
    EXPECT_EQ(client.socket().closed()->code, http::CloseCode::going_away);
}

}  // namespace
}  // namespace sf::dashboard
