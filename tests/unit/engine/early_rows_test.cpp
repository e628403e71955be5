// Early rows where views change more of them than there is room for.
#include "engine/early_rows.hpp"

#include "unit/engine/engine_run.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sf::engine::testing {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

std::size_t rows_of(const std::vector<models::MetricPoint>& points, std::string_view view) {
    return static_cast<std::size_t>(std::ranges::count(points, view, &models::MetricPoint::view));
}

TEST(EarlyRows, what_fits_is_not_limited) {
    EarlyRows rows(100);
    EXPECT_TRUE(rows.begin(0));
    rows.share(0, {60, 40});
    EXPECT_TRUE(std::isinf(rows.share_of_one()));
    EXPECT_EQ(rows.take(60), 0);
}

TEST(EarlyRows, who_asks_for_little_gets_it_and_the_rest_is_shared) {
    EarlyRows rows(100);
    EXPECT_TRUE(rows.begin(0));
    rows.share(0, {500, 10, 1000});
    EXPECT_EQ(rows.share_of_one(), 45);
    EXPECT_EQ(rows.take(90), 2 * kSecond);
}

TEST(EarlyRows, after_too_many_rows_there_is_room_again_within_a_second) {
    EarlyRows rows(100);
    EXPECT_TRUE(rows.begin(0));
    rows.share(0, {1'000'000});
    EXPECT_GT(rows.take(1'000'000), 60 * kSecond);
    EXPECT_FALSE(rows.has_room());
    EXPECT_FALSE(rows.begin(kSecond / 2));  // Too soon to share anew.
    EXPECT_FALSE(rows.has_room());
    EXPECT_TRUE(rows.begin(kSecond + kSecond / 10));
    EXPECT_TRUE(rows.has_room());
}

TEST(EarlyRows, without_a_limit_there_is_always_room) {
    EarlyRows rows(0);
    EXPECT_FALSE(rows.begin(0));
    EXPECT_EQ(rows.take(1'000'000'000), 0);
    EXPECT_TRUE(rows.has_room());
}

TEST(EarlyRows, a_view_of_many_groups_gives_them_less_often_and_a_small_one_as_ever) {
    const std::string select =
        " AS k, window_start, count(*) AS n FROM TUMBLE(events, timestamp, INTERVAL '1 h') "
        "GROUP BY 1, window_start";
    EngineRun engine({view_of("CREATE MATERIALIZED VIEW small AS SELECT source" + select, 1),
                      view_of("CREATE MATERIALIZED VIEW large AS SELECT user_id" + select, 2)},
                     {.early_rows_max = 50});
    std::vector<TestEvent> events;
    for (int user = 0; user < 200; ++user) events.push_back({.at = 1, .user = std::to_string(user)});
    std::size_t small = 0, large = 0;
    for (int tenth = 0; tenth < 300; ++tenth) {
        if (tenth % 10 == 0) engine.events(events);
        engine.clock(tenth / 10.0);
        const auto given = engine.take();
        small += rows_of(given, "small");
        large += rows_of(given, "large");
    }
    EXPECT_GE(small, 25u);
    EXPECT_GE(large, 5 * 200u);
    EXPECT_LE(large, 8 * 200u);  // Of 30 times, had there been no limit.
    engine.flush();
    const auto last = engine.take();
    EXPECT_EQ(rows_of(last, "large"), 200u);
    EXPECT_NE(text_of(last.back()).find(R"({"n":30} final)"), std::string::npos) << text_of(last.back());
}

TEST(EarlyRows, a_view_with_ranks_takes_what_it_looks_at) {
    EngineRun engine({view_of("CREATE MATERIALIZED VIEW best AS SELECT user_id, n FROM (SELECT user_id, count(*) AS n, "
                              "row_number() OVER (ORDER BY count(*) DESC) AS place FROM events GROUP BY user_id) AS g "
                              "WHERE place <= 1",
                              1)},
                     {.early_rows_max = 50});
    std::vector<TestEvent> events;
    for (int user = 0; user < 500; ++user) events.push_back({.at = 1, .user = std::to_string(user)});
    engine.events(events);
    std::size_t given = 0;
    for (int tenth = 0; tenth < 300; ++tenth) {
        engine.events({{.at = 2, .user = "7"}});
        engine.clock(tenth / 10.0);
        given += rows_of(engine.take(), "best");
    }
    EXPECT_GE(given, 2u);
    EXPECT_LE(given, 6u);  // 500 groups are ten seconds' room; had only rows counted, it would be 30.
}

TEST(EarlyRows, what_changed_before_a_snapshot_is_given_after_it) {
    const auto view = [] {
        return view_of(
            "CREATE MATERIALIZED VIEW v AS SELECT source, window_start, count(*) AS n FROM TUMBLE(events, timestamp, "
            "INTERVAL '10 s') GROUP BY source, window_start HAVING count(*) < 3");
    };
    EngineRun first({view()}, {});
    first.events({{.at = 1}, {.at = 1, .source = "app"}});
    first.clock(1);
    EXPECT_EQ(first.taken().size(), 2u);
    first.events({{.at = 2}, {.at = 2, .source = "app"}, {.at = 2, .source = "app"}});
    const auto saved = first.save();
    EXPECT_TRUE(first.take().empty());
    EngineRun second({view()}, {.epoch = 2}, saved);
    second.clock(2);
    EXPECT_EQ(second.taken(),
              (std::vector<std::string>{R"({"source":"shop"} 0..10 {"n":2})", R"({"source":"app"} 0..10 deleted)"}));
    second.clock(3);
    EXPECT_TRUE(second.take().empty());
}

}  // namespace
}  // namespace sf::engine::testing
