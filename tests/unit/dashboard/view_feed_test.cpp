// One client's subscription to a view, step by step.
#include "services/dashboard/live/view_feed.hpp"
#include "unit/dashboard/dashboard_fixture.hpp"

#include <random>

namespace sf::dashboard {
namespace {

using namespace testing;
using namespace std::chrono_literals;

LiveRowPtr row(std::string_view source, int value, std::uint64_t version,
               std::string_view start = "2026-01-31T12:00:00Z", bool deleted = false) {
    models::MetricPoint made = point(source, start, value, version);
    made.deleted = deleted;
    return std::make_shared<const LiveRow>(made);
}

ViewFeed feed_of(WatchView watch = {.view = "errors"}) { return {"a", std::move(watch), {.table = errors_table()}}; }

// "type source=value ..." of a frame; a row that is gone has no value.
std::string shown(const std::string& frame) {
    if (frame.empty()) return "nothing";
    const Json json(frame);
    EXPECT_EQ(json.text("/id"), "a");
    std::string out = json.text("/type");
    for (std::size_t i = 0; i < json.size("/rows"); ++i) {
        const std::string at = "/rows/" + std::to_string(i);
        out += ' ' + json.text(at + "/keys/source") + '=';
        bool deleted = false;
        if (json.root().at_pointer(at + "/deleted").get(deleted) == simdjson::SUCCESS) out += "gone";
        else out += std::to_string(json.number(at + "/values/errors"));
    }
    return out;
}

class ViewFeedTest : public ::testing::Test {
protected:
    std::string next() { return shown(feed.take_frame(now += 100ms)); }
    void begin(std::vector<LiveRowPtr> rows = {}) {
        feed.asked();
        feed.snapshot(std::move(rows));
        (void)next();
    }

    ViewFeed feed = feed_of();
    ViewFeed::TimePoint now{1h};
};

TEST_F(ViewFeedTest, begins_with_a_snapshot_even_if_it_is_empty) {
    EXPECT_TRUE(feed.wants_snapshot());
    EXPECT_EQ(next(), "nothing");
    feed.asked();
    EXPECT_FALSE(feed.wants_snapshot());
    EXPECT_EQ(next(), "nothing");
    feed.snapshot({});
    const std::string frame = feed.take_frame(now += 100ms);
    const Json json(frame);
    EXPECT_EQ(json.text("/type"), "snapshot");
    EXPECT_EQ(json.text("/view"), "errors");
    EXPECT_EQ(json.text("/columns/0/kind"), "key");
    EXPECT_EQ(json.size("/rows"), 0u);
    EXPECT_EQ(next(), "nothing");
}

TEST_F(ViewFeedTest, of_several_changes_of_a_row_the_newest_is_sent) {
    begin();
    feed.offer(row("a", 1, 1));
    feed.offer(row("b", 5, 2));
    feed.offer(row("a", 3, 3));
    feed.offer(row("a", 2, 2));  // Older than what is there.
    EXPECT_EQ(next(), "rows a=3 b=5");
    EXPECT_EQ(next(), "nothing");
    feed.offer(row("b", 6, 4, "2026-01-31T12:00:00Z", true));
    EXPECT_EQ(next(), "rows b=gone");
}

TEST_F(ViewFeedTest, a_later_epoch_counts_whatever_its_version) {
    begin();
    models::MetricPoint after = point("a", "2026-01-31T12:00:00Z", 9, 1, 2);
    feed.offer(std::make_shared<const LiveRow>(after));
    feed.offer(row("a", 1, 1000));
    EXPECT_EQ(next(), "rows a=9");
}

TEST_F(ViewFeedTest, windows_and_keys_are_different_rows) {
    begin();
    feed.offer(row("a", 1, 1, "2026-01-31T12:00:00Z"));
    feed.offer(row("a", 2, 1, "2026-01-31T12:00:10Z"));
    EXPECT_EQ(next(), "rows a=1 a=2");
}

TEST_F(ViewFeedTest, at_most_ten_frames_a_second) {
    begin();
    feed.offer(row("a", 1, 1));
    EXPECT_EQ(shown(feed.take_frame(now + 99ms)), "nothing");
    EXPECT_EQ(shown(feed.take_frame(now + 100ms)), "rows a=1");
    feed.offer(row("a", 2, 2));
    EXPECT_EQ(shown(feed.take_frame(now + 199ms)), "nothing");
    EXPECT_EQ(shown(feed.take_frame(now + 200ms)), "rows a=2");
}

TEST_F(ViewFeedTest, changes_while_the_snapshot_is_read_are_neither_lost_nor_repeated) {
    feed.offer(row("a", 1, 1));  // Before anybody asked: the snapshot will have it.
    feed.asked();
    feed.offer(row("a", 2, 2));
    feed.offer(row("b", 1, 2));
    feed.offer(row("c", 1, 2));
    feed.snapshot({row("a", 1, 1), row("b", 1, 2)});
    EXPECT_EQ(next(), "snapshot a=1 b=1");
    EXPECT_EQ(next(), "rows a=2 c=1");
}

TEST_F(ViewFeedTest, filters_by_time_and_by_keys) {
    feed.~ViewFeed();
    new (&feed) ViewFeed(feed_of({.view = "errors",
                                  .from = at("2026-01-31T12:00:10Z"),
                                  .to = at("2026-01-31T12:00:03Z"),
                                  .keys = {{"source", "a"}}}));
    begin();
    feed.offer(row("a", 1, 1, "2026-01-31T12:00:00Z"));  // Ends at `from`.
    feed.offer(row("a", 2, 1, "2026-01-31T12:00:01Z"));
    feed.offer(row("b", 3, 1, "2026-01-31T12:00:01Z"));
    feed.offer(row("a", 5, 1, "2026-01-31T12:00:03Z"));  // Begins at `to`.
    models::MetricPoint total = point("a", "2026-01-31T12:00:00Z", 4, 1);
    total.window_start.reset();
    total.window_end.reset();
    feed.offer(std::make_shared<const LiveRow>(total));
    EXPECT_EQ(next(), "rows a=2 a=4");
}

TEST_F(ViewFeedTest, a_large_snapshot_comes_in_pieces_before_all_changes) {
    std::vector<LiveRowPtr> rows;
    for (int i = 0; i < 20'000; ++i) rows.push_back(row("s" + std::to_string(i), i, 1));
    feed.asked();
    feed.snapshot(std::move(rows));
    EXPECT_GT(feed.backlog_bytes(), 1u << 20);
    feed.offer(row("s19999", -1, 2));
    std::size_t seen = 0;
    std::string last;
    for (int frames = 0; frames < 100; ++frames) {
        const std::string frame = feed.take_frame(now += 100ms);
        if (frame.empty()) break;
        EXPECT_LT(frame.size(), ViewFeed::kFrameBytes + 1000);
        const Json json(frame);
        EXPECT_EQ(json.text("/type"), frames == 0 ? "snapshot" : "rows");
        seen += json.size("/rows");
        EXPECT_EQ(frame.ends_with(R"(],"more":true})"), seen < 20'000) << "all but the last one of the snapshot";
        EXPECT_TRUE(seen <= 20'000 || json.size("/rows") == 1) << "changes have a frame of their own";
        last = frame;
    }
    EXPECT_EQ(seen, 20'001u);
    EXPECT_EQ(feed.backlog_bytes(), 0u);
    EXPECT_NE(last.find(R"("errors":-1)"), std::string::npos);
}

TEST_F(ViewFeedTest, a_client_that_takes_nothing_is_given_the_view_anew) {
    begin();
    for (int i = 0; i < 1000; ++i) feed.offer(row("s" + std::to_string(i), i, 1));
    feed.hold_back();
    EXPECT_FALSE(feed.wants_snapshot());  // So much is kept.
    feed.offer(row("one more", 1, 1));
    feed.hold_back();
    EXPECT_TRUE(feed.wants_snapshot());
    EXPECT_EQ(next(), "nothing");
    feed.asked();
    feed.snapshot({row("a", 1, 9)});
    EXPECT_EQ(next(), "snapshot a=1");
}

TEST_F(ViewFeedTest, more_changes_than_anybody_may_owe_are_not_kept) {
    begin();
    for (int i = 0; i <= 20'000; ++i) feed.offer(row("s" + std::to_string(i), i, 1));
    EXPECT_TRUE(feed.wants_snapshot());
    feed.asked();
    for (int i = 0; i <= 20'000; ++i) feed.offer(row("s" + std::to_string(i), i, 2));
    feed.snapshot({});
    EXPECT_TRUE(feed.wants_snapshot());  // Changes were missed while it was read: once more.
}

TEST(ViewFeed, whatever_the_pace_the_client_ends_with_the_state_of_the_view) {
    for (unsigned seed = 1; seed <= 50; ++seed) {
        std::mt19937 random(seed);
        const auto below = [&](unsigned n) { return static_cast<int>(random() % n); };
        ViewFeed feed = feed_of();
        std::map<std::string, LiveRowPtr> store;    // What the store has, tombstones included,
        std::map<std::string, std::string> client;  // and what the client has, as the page keeps it.
        std::vector<LiveRowPtr> read;
        bool reading = false;
        ViewFeed::TimePoint now{1h};
        const auto live_rows = [&] {
            std::vector<LiveRowPtr> rows;
            for (const auto& [id, one] : store) {
                if (one->json().find(R"("deleted":true)") == std::string::npos) rows.push_back(one);
            }
            return rows;
        };
        const auto hear = [&](const std::string& frame) {
            if (frame.empty()) return;
            const Json json(frame);
            if (json.text("/type") == "snapshot") client.clear();
            for (std::size_t i = 0; i < json.size("/rows"); ++i) {
                const std::string at = "/rows/" + std::to_string(i);
                const std::string source = json.text(at + "/keys/source");
                if (json.text(at + "/window_end").empty()) client.erase(source);
                else client[source] = std::to_string(json.number(at + "/version"));
            }
        };
        std::uint64_t version = 0;
        const auto step = [&](int what) {
            if (what < 6) {
                const auto changed =
                    row("s" + std::to_string(below(30)), below(100), ++version, "2026-01-31T12:00:00Z", below(4) == 0);
                store[changed->identity()] = changed;
                feed.offer(changed);
            } else if (what < 7 && feed.wants_snapshot() && !reading) {
                feed.asked();
                reading = true;
                read = live_rows();
            } else if (what < 8 && reading) {
                feed.snapshot(std::move(read));
                reading = false;
            } else if (what < 9) {
                hear(feed.take_frame(now += 100ms));
            } else if (below(20) == 0 && !reading) {
                feed.start_over();
            }
        };
        for (int i = 0; i < 2000; ++i) step(below(10));
        for (int i = 0; i < 10; ++i) {
            step(6);
            step(7);
            step(8);
        }
        std::map<std::string, std::string> expected;
        for (const LiveRowPtr& one : live_rows()) {
            const Json json(one->json());
            expected[json.text("/keys/source")] = std::to_string(json.number("/version"));
        }
        ASSERT_EQ(client, expected) << "seed " << seed;
    }
}

}  // namespace
}  // namespace sf::dashboard
