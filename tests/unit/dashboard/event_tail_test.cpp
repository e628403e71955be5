// The tail of events: what matches, what is shown of it.
#include "services/dashboard/live/event_tail.hpp"
#include "unit/dashboard/dashboard_fixture.hpp"

namespace sf::dashboard {
namespace {

using namespace testing;

struct Sent {
    std::string name;
    std::string type = "web.click";
    std::string source = "shop";
    std::string user = {};
    models::Severity severity = models::Severity::low;
    std::int64_t received = 1000;
    std::string data = "{}";
};

models::EventBatchPtr batch_of(const std::vector<Sent>& events) {
    models::EventBatchBuilder builder;
    for (const Sent& event : events) {
        models::EventRow row;
        row.id = uuid_from_name(event.name);
        row.type = event.type;
        row.source = event.source;
        row.has_user_id = !event.user.empty();
        row.user_id = event.user;
        row.severity = event.severity;
        row.received_at = event.received;
        row.data = event.data;
        builder.append(row);
    }
    return builder.seal();
}

std::vector<std::string> names(const EventTail::News& news, const std::vector<std::string>& known) {
    std::vector<std::string> found;
    for (const EventTextPtr& event : news.events) {
        const std::string id = Json(*event).text("/id");
        for (const std::string& name : known) {
            if (to_string(uuid_from_name(name)) == id) found.push_back(name);
        }
    }
    return found;
}

TEST(EventJson, has_every_member) {
    models::EventBatchBuilder builder;
    models::EventRow row;
    row.id = uuid_from_name("a");
    row.type = "web.click";
    row.source = "the \"shop\"";
    row.timestamp = to_micros(at("2026-01-31T12:00:00.5Z"));
    row.received_at = to_micros(at("2026-01-31T12:00:01Z"));
    row.severity = models::Severity::high;
    row.has_user_id = true;
    row.user_id = "u1";
    row.tags_encoded = std::string_view("\x03\x00one\x02\x00\"2", 9);
    row.data = R"({"n": 1})";
    builder.append(row);
    const auto batch = builder.seal();
    std::string out;
    append_event(out, *batch, 0);
    EXPECT_EQ(
        out,
        R"({"id":")" + to_string(uuid_from_name("a")) +
            R"(","type":"web.click","source":"the \"shop\"","timestamp":"2026-01-31T12:00:00.5Z","received_at":"2026-01-31T12:00:01Z",)"
            R"("severity":"high","user_id":"u1","correlation_id":null,"tags":["one","\"2"],"data":{"n": 1}})");
}

TEST(EventTail, filters) {
    const auto batch = batch_of({{.name = "a"},
                                 {.name = "b", .type = "web.view"},
                                 {.name = "c", .type = "webby"},
                                 {.name = "d", .source = "app"},
                                 {.name = "e", .user = "u1"},
                                 {.name = "f", .severity = models::Severity::critical}});
    const auto matching = [&](EventFilter filter) {
        EventTail tail(std::move(filter));
        tail.look(batch);
        const auto news = tail.take();
        EXPECT_EQ(news.matched, news.events.size());
        std::string out;
        for (const std::string& name : names(news, {"a", "b", "c", "d", "e", "f"})) out += name;
        return out;
    };
    EXPECT_EQ(matching({}), "abcdef");
    EXPECT_EQ(matching({.type = "web.click"}), "adef");
    EXPECT_EQ(matching({.type = "web.*"}), "abdef");
    EXPECT_EQ(matching({.type = "web*"}), "abcdef");
    EXPECT_EQ(matching({.type = "*"}), "abcdef");
    EXPECT_EQ(matching({.type = "web"}), "");
    EXPECT_EQ(matching({.source = "app"}), "d");
    EXPECT_EQ(matching({.user_id = "u1"}), "e");
    EXPECT_EQ(matching({.severity = models::Severity::critical}), "f");
    EXPECT_EQ(matching({.severity = models::Severity::low}), "abcde");
    EXPECT_EQ(matching({.type = "web.click", .source = "shop", .user_id = "u1", .severity = models::Severity::low}),
              "e");
    EXPECT_EQ(matching({.type = "web.view", .source = "app"}), "");
}

TEST(EventTail, shows_the_newest_and_counts_the_rest) {
    EventTail tail({});
    std::vector<std::string> all;
    std::int64_t received = 0;
    for (int b = 0; b < 300; ++b) {
        std::vector<Sent> events;
        for (int i = 0; i < 100; ++i) {
            all.push_back(std::to_string(b) + '-' + std::to_string(i));
            events.push_back({.name = all.back(), .received = ++received});
        }
        tail.look(batch_of(events));
    }
    const auto news = tail.take();
    EXPECT_EQ(news.matched, 30'000u);
    EXPECT_EQ(names(news, {all.end() - 60, all.end()}), std::vector<std::string>(all.end() - 50, all.end()));
    EXPECT_EQ(tail.take().matched, 0u);
    EXPECT_TRUE(tail.take().events.empty());
}

TEST(EventTail, partitions_are_merged_by_the_time_they_were_received) {
    EventTail tail({});
    tail.look(batch_of({{.name = "a", .received = 1}, {.name = "c", .received = 3}}));
    tail.look(batch_of({{.name = "b", .received = 2}, {.name = "d", .received = 4}}));
    EXPECT_EQ(names(tail.take(), {"a", "b", "c", "d"}), (std::vector<std::string>{"a", "b", "c", "d"}));
}

TEST(EventTail, holds_no_batch_once_its_events_were_taken) {
    EventTail tail({});
    auto batch = batch_of({{.name = "a"}});
    tail.look(batch);
    EXPECT_GT(batch.use_count(), 1);
    (void)tail.take();
    EXPECT_EQ(batch.use_count(), 1);
}

EventTail::News news_of(std::size_t first, std::size_t count, std::uint64_t matched, std::size_t bytes = 10) {
    EventTail::News news{.events = {}, .matched = matched};
    for (std::size_t i = first; i < first + count; ++i)
        news.events.push_back(std::make_shared<const std::string>(R"({"n":)" + std::to_string(i) + R"(,"x":")" +
                                                                  std::string(bytes, 'x') + "\"}"));
    return news;
}

TEST(TailFeed, a_frame_has_the_newest_since_the_last_one) {
    TailFeed feed("t", {.filter = {}, .limit = 3});
    EXPECT_EQ(feed.take_frame(), "");
    feed.offer(news_of(0, 2, 2));
    feed.offer(news_of(2, 3, 10));
    const Json json(feed.take_frame());
    EXPECT_EQ(json.text("/type"), "events");
    EXPECT_EQ(json.text("/id"), "t");
    EXPECT_EQ(json.size("/events"), 3u);
    EXPECT_EQ(json.number("/events/0/n"), 2);
    EXPECT_EQ(json.number("/events/2/n"), 4);
    EXPECT_EQ(json.number("/skipped"), 9);
    EXPECT_EQ(feed.take_frame(), "");
    feed.offer(news_of(5, 1, 1));
    EXPECT_EQ(Json(feed.take_frame()).number("/skipped"), 0);
}

TEST(TailFeed, large_events_of_a_client_that_takes_nothing_give_way_to_newer_ones) {
    TailFeed feed("t", {});
    for (std::size_t i = 0; i < 100; ++i) feed.offer(news_of(i, 1, 1, 200u << 10));
    const std::string frame = feed.take_frame();
    EXPECT_LT(frame.size(), 600u << 10);
    const Json json(frame);
    EXPECT_EQ(json.size("/events"), 2u);
    EXPECT_EQ(json.number("/events/1/n"), 99);
    EXPECT_EQ(json.number("/skipped"), 98);
}

}  // namespace
}  // namespace sf::dashboard
