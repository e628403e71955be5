// What views have in common is folded once.

#include "engine/partial_fold.hpp"
#include "unit/engine/engine_run.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

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
    const FramePtr frame = fold.fold(0, *some_events());
    ASSERT_EQ(frame->partials.size(), 4u);
    for (std::size_t a = 0; a < 4; ++a) {
        for (std::size_t b = a + 1; b < 4; ++b) EXPECT_NE(frame->partials[a].states[0], frame->partials[b].states[0]);
    }
}

TEST(PartialFold, views_that_cut_time_otherwise_share_states_while_a_record_is_in_one_pane_of_each) {
    PartialFold fold(0, {});
    fold.add(per_source(1, "count(*) AS n", "GROUP BY source, window_start"));
    fold.add(
        view_of("CREATE MATERIALIZED VIEW v2 AS SELECT source, window_start, count(*) AS n "
                "FROM TUMBLE(events, timestamp, INTERVAL '20 s') GROUP BY source, window_start",
                2));
    const FramePtr one_pane = fold.fold(0, *some_events());
    EXPECT_NE(one_pane->partials[0].cells, one_pane->partials[1].cells);
    EXPECT_EQ(one_pane->partials[0].states[0], one_pane->partials[1].states[0]);
    const FramePtr two_panes = fold.fold(1, *batch_of({{.at = 5}, {.at = 15}}));
    EXPECT_EQ(two_panes->partials[0].cells->key.size(), 2u);
    EXPECT_EQ(two_panes->partials[1].cells->key.size(), 1u);
    EXPECT_NE(two_panes->partials[0].states[0], two_panes->partials[1].states[0]);
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

TEST(PartialFold, a_filter_that_is_unknown_takes_nothing) {
    EngineRun engine({view_of("CREATE MATERIALIZED VIEW v AS SELECT source, count(*) FILTER (WHERE data.x > 1 AND "
                              "data.y > 1) AS n FROM events GROUP BY source")},
                     {});
    engine.events({{.data = R"({"x":2})"}, {.data = R"({"x":2,"y":3})"}, {.data = R"({"y":2})"}});
    engine.flush();
    EXPECT_EQ(engine.rows(), std::vector<std::string>{R"({"source":"shop"} -..- {"n":1} final)"});
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

// So many events of so many users in turn, of which the last comes from the first user.
std::vector<TestEvent> events_of_users(std::size_t events, std::size_t users) {
    std::vector<TestEvent> made;
    for (std::size_t i = 0; i < events; ++i)
        made.push_back({.at = 1, .user = "user-" + std::to_string(i + 1 < events ? i % users : 0)});
    return made;
}

ViewPtr by_user(const std::string& options = "") {
    return view_of("CREATE MATERIALIZED VIEW v " + options +
                   " AS SELECT user_id, window_start, count(*) AS n FROM TUMBLE(events, timestamp, INTERVAL '10 s') "
                   "GROUP BY user_id, window_start");
}

TEST(PartialFold, groups_are_told_apart_where_they_come_again) {
    PartialFold fold(0, {});
    fold.add(by_user());
    for (const std::size_t users : {1u, 100u, 900u}) {
        const FramePtr frame = fold.fold(users, *batch_of(events_of_users(4000, users)));
        ASSERT_EQ(frame->partials.size(), 1u);
        EXPECT_EQ(frame->partials[0].cells->keys->ends.size(), users);
        EXPECT_EQ(frame->partials[0].cells->key.size(), users);
    }
}

TEST(PartialFold, groups_of_nearly_one_event_each_keep_their_keys_and_a_replay_repeats_that) {
    const auto batch = batch_of(events_of_users(4000, 3999));
    PartialFold fold(0, {}), again(0, {});
    fold.add(by_user());
    again.add(by_user());
    static_cast<void>(fold.fold(0, *batch_of(events_of_users(4000, 10))));  // What came before does not matter.
    const FramePtr frame = fold.fold(1, *batch), repeated = again.fold(1, *batch);
    ASSERT_EQ(frame->partials.size(), 1u);
    const CellBlock& cells = *frame->partials[0].cells;
    EXPECT_EQ(cells.key.size(), 4000u);
    EXPECT_EQ(cells.keys->key(0), cells.keys->key(3999));
    EXPECT_EQ(cells.keys->bytes, repeated->partials[0].cells->keys->bytes);
    EXPECT_EQ(cells.keys->ends, repeated->partials[0].cells->keys->ends);
    EXPECT_EQ(cells.keys->hashes, repeated->partials[0].cells->keys->hashes);
    EXPECT_EQ(cells.key, repeated->partials[0].cells->key);
}

TEST(PartialFold, a_group_whose_key_comes_again_in_a_record_is_one_group) {
    const ViewPtr sessions = view_of(
        "CREATE MATERIALIZED VIEW s AS SELECT user_id, window_start, window_end, count(*) AS n FROM SESSION(events, "
        "timestamp, INTERVAL '9 s') GROUP BY user_id, window_start, window_end");
    for (const auto& [view, end] : {std::pair{by_user(), "0..10"}, std::pair{sessions, "1..10"}}) {
        for (const std::size_t shards : {1u, 2u}) {
            EngineRun run({view}, {.shards = shards});
            run.events(events_of_users(4000, 3999));
            run.flush();
            const std::vector<std::string> rows = run.rows();
            EXPECT_EQ(rows.size(), 3999u);
            const auto times = [&](int user, int n) {
                return std::ranges::count(rows,
                                          fmt::format(R"({{"user_id":"user-{}"}} {} {{"n":{}}} final)", user, end, n));
            };
            EXPECT_EQ(times(0, 2), 1);
            EXPECT_EQ(times(1, 1), 1);
        }
    }
}

TEST(PartialFold, a_group_that_is_refused_is_counted_once_a_record) {
    EngineRun run({by_user("WITH (keys_max = 10)")}, {});
    run.events(events_of_users(4000, 3900));  // 100 users of those that there is room for or not come twice.
    run.flush();
    EXPECT_EQ(run.rows().size(), 10u);
    EXPECT_EQ(run.counters().groups_refused, 3890u);
}

}  // namespace
}  // namespace sf::engine::testing
