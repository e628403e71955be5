// What views have in common is folded once.

#include "engine/partial_fold.hpp"
#include "unit/engine/engine_run.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace sf::engine::testing {
namespace {

ViewPtr per_source(ViewNumber number, const std::string& select, const std::string& rest = "") {
    return view_of("CREATE MATERIALIZED VIEW v" + std::to_string(number) + " AS SELECT source, window_start, " +
                       select + " FROM TUMBLE(events, timestamp, INTERVAL '10 s') " + rest,
                   number);
}

const models::EventBatchPtr& some_events() {
    static const auto batch =
        batch_of({{.at = 1, .data = R"({"x":2})"}, {.at = 2, .source = "app", .data = R"({"x":3})"}});
    return batch;
}

TEST(PartialFold, equal_aggregates_of_views_that_group_and_cut_alike_have_one_state) {
    PartialFold fold(0, {});
    fold.add(per_source(1, "count(*) AS n, sum(data.x) AS s", "GROUP BY source, window_start"));
    fold.add(per_source(2, "sum(data.x) / count(*) AS mean", "GROUP BY 1, 2 HAVING count(*) > 1"));
    const FramePtr frame = fold.fold(0, *some_events());
    ASSERT_EQ(frame->partials.size(), 2u);
    const Partials &first = frame->partials[0], &second = frame->partials[1];
    EXPECT_EQ(first.cells, second.cells);
    ASSERT_EQ(first.states.size(), 2u);
    ASSERT_EQ(second.states.size(), 2u);
    EXPECT_EQ(first.states[0], second.states[1]);
    EXPECT_EQ(first.states[1], second.states[0]);
}

TEST(PartialFold, what_differs_is_not_shared) {
    PartialFold fold(0, {});
    const std::string by = "GROUP BY source, window_start";
    fold.add(per_source(1, "count(*) AS n", by));
    fold.add(per_source(2, "count(data.x) AS n", by));
    fold.add(per_source(3, "count(*) FILTER (WHERE data.x > 2) AS n", by));
    fold.add(per_source(4, "count(*) AS n", "WHERE data.x > 2 " + by));
    fold.add(
        view_of("CREATE MATERIALIZED VIEW v5 AS SELECT source, window_start, count(*) AS n "
                "FROM TUMBLE(events, timestamp, INTERVAL '20 s') " +
                    by,
                5));
    const FramePtr frame = fold.fold(0, *some_events());
    ASSERT_EQ(frame->partials.size(), 5u);
    for (std::size_t a = 0; a < 5; ++a) {
        for (std::size_t b = a + 1; b < 5; ++b) EXPECT_NE(frame->partials[a].states[0], frame->partials[b].states[0]);
    }
}

TEST(PartialFold, records_that_are_folded_as_one_are_merged_as_one) {
    PartialFold fold(0, {});
    const ViewPtr view = per_source(1, "count(*) AS n", "GROUP BY source, window_start");
    fold.add(view);
    Shard shard({});
    shard.add(view);
    shard.merge(*fold.fold(0, *some_events()));
    const FramePtr both = fold.fold(1, 2, *some_events());
    shard.merge(*both);
    shard.merge(*both);
    EXPECT_EQ(shard.next_offset(0), 3u);
    EXPECT_EQ(shard.counters(1)->events, 4u);
}

TEST(PartialFold, knows_where_plans_begin_and_end) {
    PartialFold fold(0, {});
    EXPECT_EQ(fold.next_change(0), UINT64_MAX);
    fold.add(per_source(1, "count(*) AS n", "GROUP BY source, window_start"), {.from = 5, .until = 9});
    EXPECT_EQ(fold.next_change(0), 5u);
    EXPECT_EQ(fold.next_change(5), 9u);
}

TEST(PartialFold, a_view_that_goes_leaves_the_others_what_they_shared) {
    PartialFold fold(0, {});
    const std::string select = "sum(data.x) FILTER (WHERE data.x > 2) AS s", by = "GROUP BY source, window_start";
    fold.add(per_source(1, select, by));
    fold.add(per_source(2, select, by));
    static_cast<void>(fold.fold(0, *some_events()));
    fold.remove(1);
    const FramePtr frame = fold.fold(1, *some_events());
    ASSERT_EQ(frame->partials.size(), 1u);
    EXPECT_EQ(frame->partials[0].states[0].use_count(), 2);  // The frame's, and the fold's until the next record.
    fold.remove(2);
    EXPECT_TRUE(fold.fold(2, *some_events())->partials.empty());
    EXPECT_EQ(frame->partials[0].states[0].use_count(), 1);
}

TEST(PartialFold, each_view_counts_the_failures_of_what_it_shares) {
    PartialFold fold(0, {});
    const std::string select = "sum(1 / length(source)) AS s", by = "GROUP BY window_start";
    for (const ViewNumber number : {1u, 2u}) {
        fold.add(view_of("CREATE MATERIALIZED VIEW v" + std::to_string(number) + " AS SELECT " + select +
                             " FROM TUMBLE(events, timestamp, INTERVAL '10 s') " + by,
                         number));
    }
    for (const Offset offset : {0u, 1u}) {
        const FramePtr frame = fold.fold(offset, *batch_of({{.at = 1, .source = ""}, {.at = 1}}));
        ASSERT_EQ(frame->partials.size(), 2u);
        EXPECT_EQ(frame->partials[0].events_failed, 1u);
        EXPECT_EQ(frame->partials[1].events_failed, 1u);
    }
}

}  // namespace
}  // namespace sf::engine::testing
