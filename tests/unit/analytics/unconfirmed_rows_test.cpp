#include "services/analytics/unconfirmed_rows.hpp"

#include "messaging/testing/memory_log.hpp"
#include "services/analytics/point_publisher.hpp"

#include <gtest/gtest.h>

#include <stop_token>

namespace sf::analytics {
namespace {

using models::MetricPoint;

class UnconfirmedRowsTest : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(log_.start());
        ASSERT_TRUE(log_.ensure_topic(kMetricsTopic, 1));
    }
    static MetricPoint row(std::string view, std::string keys, std::uint32_t epoch, std::uint64_t version) {
        return {.view = std::move(view),
                .keys = std::move(keys),
                .window_start = timestamp_from_micros(0),
                .values = R"({"n":1})",
                .epoch = epoch,
                .version = version};
    }
    void give(std::uint32_t shard, std::vector<MetricPoint> rows) {
        publisher_.publish(shard, {.points = std::move(rows), .late_events = {}}, never_.get_token());
        ASSERT_TRUE(publisher_.wait_durable(publisher_.ticket(), never_.get_token()));
    }
    void collect(std::map<std::uint32_t, RowMark> marks) {
        ASSERT_TRUE(rows_.collect(log_, marks, [](std::string_view view) { return view == "v"; }));
    }
    std::vector<std::string> taken_back() {
        std::vector<std::string> keys;
        for (const MetricPoint& point : rows_.take_back(9)) {
            EXPECT_TRUE(point.deleted);
            EXPECT_EQ(point.epoch, 9u);
            EXPECT_EQ(point.version, 0u);
            keys.push_back(point.keys);
        }
        return keys;
    }

    messaging::testing::MemoryLog log_;
    PointPublisher publisher_{log_, system_clock()};
    std::stop_source never_;
    UnconfirmedRows rows_;
};

using Keys = std::vector<std::string>;

TEST_F(UnconfirmedRowsTest, rows_behind_the_mark_that_do_not_come_again_are_taken_back) {
    give(0, {row("v", "before", 1, 5)});
    give(0, {row("v", "again", 1, 6), row("v", "not again", 1, 7), row("other", "not concerned", 1, 8)});
    collect({{0, {.from = 0, .epoch = 1, .version = 5}}});
    EXPECT_FALSE(rows_.empty());
    rows_.confirm(std::vector{row("v", "again", 2, 1)});
    EXPECT_EQ(taken_back(), Keys{"not again"});
    EXPECT_TRUE(rows_.empty());
    EXPECT_EQ(taken_back(), Keys{});
}

TEST_F(UnconfirmedRowsTest, final_rows_and_tombstones_are_in_no_doubt) {
    MetricPoint final_row = row("v", "final", 1, 3);
    final_row.final = true;
    MetricPoint tombstone = row("v", "gone", 1, 4);
    tombstone.deleted = true;
    give(0, {row("v", "final", 1, 1), row("v", "gone", 1, 2), final_row, tombstone});
    collect({{0, {}}});
    EXPECT_TRUE(rows_.empty());
}

TEST_F(UnconfirmedRowsTest, every_shard_has_a_mark_of_its_own) {
    give(0, {row("v", "of 0", 1, 10)});
    give(1, {row("v", "of 1", 1, 10)});
    give(2, {row("v", "of 2, without a mark", 1, 10)});
    collect({{0, {.from = 0, .epoch = 1, .version = 9}}, {1, {.from = 2, .epoch = 1, .version = 10}}});
    EXPECT_EQ(taken_back(), Keys{"of 0"});
}

TEST_F(UnconfirmedRowsTest, a_crash_before_the_next_checkpoint_leaves_the_rows_of_both_runs_in_doubt) {
    give(0, {row("v", "first run", 1, 6)});
    give(0, {row("v", "second run", 2, 1)});
    collect({{0, {.from = 0, .epoch = 1, .version = 5}}});
    EXPECT_EQ(taken_back(), (Keys{"first run", "second run"}));
}

TEST_F(UnconfirmedRowsTest, what_was_taken_back_stays_so) {
    give(0, {row("v", "k", 1, 6)});
    collect({{0, {}}});
    give(0, rows_.take_back(2));
    UnconfirmedRows next;
    ASSERT_TRUE(next.collect(log_, {{0, {}}}, [](std::string_view) { return true; }));
    EXPECT_TRUE(next.empty());
}

}  // namespace
}  // namespace sf::analytics
