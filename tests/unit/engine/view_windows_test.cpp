// Every sentence about time and windows: docs/views.md.
#include "unit/engine/engine_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sf::engine::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const char* const kTumble =
    "CREATE MATERIALIZED VIEW v WITH (emit = 'on close', lateness = '10 s', out_of_orderness = '5 s') AS "
    "SELECT source, window_start, window_end, count(*) AS n FROM TUMBLE(events, timestamp, INTERVAL '10 s') "
    "GROUP BY source, window_start, window_end";

EngineRun run(const std::string& sql, EngineRun::Options options = {}) { return EngineRun({view_of(sql)}, options); }

TEST(Windows, start_is_inside_and_end_is_not) {
    EngineRun engine = run(kTumble);
    engine.events({{.at = 0}, {.at = 9.999999}, {.at = 10}});
    engine.flush();
    EXPECT_THAT(engine.rows(),
                ElementsAre(R"({"source":"shop"} 0..10 {"n":2} final)", R"({"source":"shop"} 10..20 {"n":1} final)"));
}

TEST(Windows, align_to_the_epoch_and_floor_negative_times) {
    EngineRun engine = run(kTumble);
    engine.events({{.at = -0.5}, {.at = -10}, {.at = -10.5}});
    engine.flush();
    EXPECT_THAT(engine.rows(), ElementsAre(R"({"source":"shop"} -20..-10 {"n":1} final)",
                                           R"({"source":"shop"} -10..0 {"n":2} final)"));
}

TEST(Windows, take_an_offset) {
    EngineRun engine =
        run("CREATE MATERIALIZED VIEW v AS SELECT window_start, window_end, count(*) AS n "
            "FROM TUMBLE(events, timestamp, INTERVAL '10 s', INTERVAL '3 s') GROUP BY window_start, window_end");
    engine.events({{.at = 2}, {.at = 3}, {.at = 12.9}});
    engine.flush();
    EXPECT_THAT(engine.rows(), ElementsAre("{} -7..3 {\"n\":1} final", "{} 3..13 {\"n\":2} final"));
}

TEST(Windows, close_when_the_watermark_passes_their_end) {
    EngineRun engine = run(kTumble);
    engine.events({{.at = 1}, {.at = 14.9}});  // Watermark 9.9.
    EXPECT_THAT(engine.taken(), IsEmpty());
    engine.events({{.at = 15}});  // Watermark 10.
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} 0..10 {"n":1})"));
    engine.events({{.at = 25}});  // Watermark 20: the window's lateness is over too.
    EXPECT_THAT(engine.taken(),
                ElementsAre(R"({"source":"shop"} 10..20 {"n":2})", R"({"source":"shop"} 0..10 {"n":1} final)"));
}

TEST(Windows, a_late_event_inside_the_lateness_corrects_the_result) {
    EngineRun engine = run(kTumble);
    engine.events({{.at = 1}, {.at = 16}});
    (void)engine.taken();
    engine.events({{.at = 2}});
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} 0..10 {"n":2})"));
    EXPECT_THAT(engine.late(), IsEmpty());
}

TEST(Windows, a_late_event_inside_the_lateness_opens_a_window_that_was_empty) {
    for (const std::string lateness : {"20 s", "infinity"}) {
        for (const std::string emit : {"on close", "on change", "every 1 s"}) {
            EngineRun engine =
                run("CREATE MATERIALIZED VIEW v WITH (emit = '" + emit + "', lateness = '" + lateness +
                    "', out_of_orderness = '5 s') AS SELECT source, window_start, window_end, count(*) AS n "
                    "FROM TUMBLE(events, timestamp, INTERVAL '10 s') GROUP BY source, window_start, window_end");
            // Watermark 41: the window 30..40 is closed, the one before was passed without an event.
            engine.events({{.at = 30}, {.at = 46}});
            engine.clock(1);
            (void)engine.taken();
            engine.events({{.at = 25}});
            engine.clock(2);
            EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} 20..30 {"n":1})")) << emit << ' ' << lateness;
            engine.events({{.at = 26, .source = "web"}});
            engine.clock(3);
            EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"web"} 20..30 {"n":1})")) << emit << ' ' << lateness;
        }
    }
}

TEST(Windows, views_of_other_sizes_judge_late_events_by_their_own) {
    const auto view = [](const char* size, const char* lateness, ViewNumber number) {
        return view_of(std::string("CREATE MATERIALIZED VIEW v") + std::to_string(number) +
                           " WITH (emit = 'on close', lateness = '" + lateness +
                           "', out_of_orderness = '0 s') AS SELECT window_start, window_end, count(*) AS n "
                           "FROM HOP(events, timestamp, INTERVAL '1 min', INTERVAL '" +
                           size + "') GROUP BY window_start, window_end",
                       number);
    };
    // Both take an event until five minutes after the begin of the first window that it is in.
    for (const bool other_first : {false, true}) {
        const ViewPtr two = view("2 min", "3 min", 2), four = view("4 min", "1 min", 4);
        EngineRun engine(other_first ? std::vector{four, two} : std::vector{two, four}, {});
        engine.events({{.at = 100 * 60}, {.at = 97.5 * 60}});
        engine.flush();
        std::vector<std::string> of_two;
        for (const auto& [name, point] : engine.latest()) {
            if (point.view == "v2" && *point.window_start < timestamp_from_micros(99'000'000LL * 60))
                of_two.push_back(text_of(point));
        }
        EXPECT_THAT(of_two, ElementsAre("{} 5760..5880 {\"n\":1} final", "{} 5820..5940 {\"n\":1} final"));
        EXPECT_EQ(engine.late().size(), 1u) << "of the windows of four minutes two were closed";
    }
}

TEST(Windows, an_event_beyond_the_lateness_is_counted_and_listed) {
    EngineRun engine = run(kTumble);
    engine.events({{.at = 1}, {.at = 24.9}});  // Watermark 19.9: the window that ends at 10 is open until 20.
    engine.events({{.at = 2}});
    EXPECT_EQ(engine.counters().events_late, 0u);
    engine.events({{.at = 25}, {.at = 3}});  // Watermark 20.
    EXPECT_EQ(engine.counters().events_late, 1u);
    ASSERT_EQ(engine.late().size(), 1u);
    EXPECT_EQ(to_micros(engine.late()[0].closed_until), 10'000'000);
    engine.flush();
    EXPECT_EQ(engine.rows().front(), R"({"source":"shop"} 0..10 {"n":2} final)");
}

// The watermark moves with each event, not with each batch.
TEST(Windows, disorder_inside_one_request_is_judged_event_by_event) {
    EngineRun engine = run(kTumble);
    engine.events({{.at = 2}, {.at = 100}, {.at = 3}, {.at = 101}});
    EXPECT_EQ(engine.counters().events_late, 1u);
    engine.flush();
    EXPECT_EQ(engine.rows().front(), R"({"source":"shop"} 0..10 {"n":1} final)");
}

TEST(Windows, an_event_too_late_for_some_windows_counts_in_the_others) {
    EngineRun engine = run(
        "CREATE MATERIALIZED VIEW v WITH (emit = 'on close', lateness = '0 s', out_of_orderness = '0 s') AS "
        "SELECT window_start, window_end, count(*) AS n FROM HOP(events, timestamp, INTERVAL '10 s', INTERVAL '30 s') "
        "GROUP BY window_start, window_end");
    engine.events({{.at = 5}, {.at = 12}});  // Watermark 12: the window -20..10 is closed.
    engine.events({{.at = 6}});
    EXPECT_EQ(engine.counters().events_late, 0u);
    ASSERT_EQ(engine.late().size(), 1u);
    EXPECT_EQ(to_micros(engine.late()[0].closed_until), 10'000'000);
    engine.flush();
    EXPECT_THAT(engine.rows(), ElementsAre("{} -20..10 {\"n\":1} final", "{} -10..20 {\"n\":3} final",
                                           "{} 0..30 {\"n\":3} final", "{} 10..40 {\"n\":1} final"));
}

TEST(Windows, a_clock_that_is_ahead_does_not_close_windows) {
    EngineRun engine = run(kTumble);
    engine.events({{.at = 1, .received = 1}, {.at = 200, .received = 2}});
    EXPECT_THAT(engine.taken(), IsEmpty());
    engine.events({{.at = 3, .received = 3}});
    EXPECT_EQ(engine.counters().events_late, 0u);
}

TEST(Windows, wait_for_the_slowest_partition) {
    EngineRun engine = run(kTumble, {.partitions = 2});
    engine.events({{.at = 1}, {.at = 60}}, 0);
    EXPECT_THAT(engine.taken(), IsEmpty());
    engine.events({{.at = 2}}, 1);
    EXPECT_THAT(engine.taken(), IsEmpty());
    engine.events({{.at = 15}}, 1);
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} 0..10 {"n":2})"));
}

TEST(Windows, an_idle_partition_moves_on_with_ticks) {
    EngineRun engine = run(kTumble, {.partitions = 2});
    engine.events({{.at = 1}, {.at = 60}}, 0);
    engine.tick_record(60, 60, 1);
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} 0..10 {"n":1} final)"));
}

TEST(Windows, gaps_make_no_rows) {
    EngineRun engine = run(kTumble);
    engine.events({{.at = 1}, {.at = 1e9}});
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} 0..10 {"n":1} final)"));
}

TEST(Windows, a_slide_that_does_not_divide_the_size) {
    EngineRun engine =
        run("CREATE MATERIALIZED VIEW v AS SELECT window_start, window_end, count(*) AS n "
            "FROM HOP(events, timestamp, INTERVAL '10 s', INTERVAL '25 s') GROUP BY window_start, window_end");
    engine.events({{.at = 4}, {.at = 6}});
    engine.flush();
    EXPECT_THAT(engine.rows(),
                ElementsAre("{} -20..5 {\"n\":1} final", "{} -10..15 {\"n\":2} final", "{} 0..25 {\"n\":2} final"));
}

TEST(Windows, over_processing_time_use_received_at) {
    EngineRun engine =
        run("CREATE MATERIALIZED VIEW v WITH (emit = 'on close', lateness = '0 s') AS SELECT window_start, window_end, "
            "count(*) AS n "
            "FROM TUMBLE(events, received_at, INTERVAL '10 s') GROUP BY window_start, window_end");
    engine.events({{.at = -500, .received = 1}, {.at = 2, .received = 9}, {.at = 3, .received = 10}});
    EXPECT_THAT(engine.taken(), ElementsAre("{} 0..10 {\"n\":2} final"));
}

TEST(Windows, infinite_lateness_never_ends) {
    EngineRun engine =
        run("CREATE MATERIALIZED VIEW v WITH (emit = 'on close', lateness = 'infinity') AS SELECT window_start, "
            "window_end, count(*) AS n "
            "FROM TUMBLE(events, timestamp, INTERVAL '10 s') GROUP BY window_start, window_end");
    engine.events({{.at = 1}, {.at = 1e9}});
    EXPECT_THAT(engine.taken(), ElementsAre("{} 0..10 {\"n\":1}"));
    engine.events({{.at = 2}});
    EXPECT_THAT(engine.taken(), ElementsAre("{} 0..10 {\"n\":2}"));
    EXPECT_EQ(engine.counters().events_late, 0u);
}

TEST(Emission, every_second_shows_what_has_changed) {
    EngineRun engine =
        run("CREATE MATERIALIZED VIEW v AS SELECT source, window_start, window_end, count(*) AS n "
            "FROM TUMBLE(events, timestamp, INTERVAL '1 min') GROUP BY source, window_start, window_end");
    engine.events({{.at = 1, .source = "a"}, {.at = 2, .source = "b"}});
    EXPECT_THAT(engine.taken(), IsEmpty());
    engine.clock(1);
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"a"} 0..60 {"n":1})", R"({"source":"b"} 0..60 {"n":1})"));
    engine.clock(2);
    EXPECT_THAT(engine.taken(), IsEmpty());
    engine.events({{.at = 3, .source = "b"}});
    engine.clock(2.5);
    EXPECT_THAT(engine.taken(), IsEmpty());
    engine.clock(3);
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"b"} 0..60 {"n":2})"));
}

TEST(Emission, on_change_shows_every_record_at_once) {
    EngineRun engine = run("CREATE MATERIALIZED VIEW v WITH (emit = 'on change') AS SELECT count(*) AS n FROM events");
    engine.events({{.at = 1}});
    EXPECT_THAT(engine.taken(), ElementsAre("{} -..- {\"n\":1}"));
    engine.events({{.at = 2}, {.at = 3}});
    EXPECT_THAT(engine.taken(), ElementsAre("{} -..- {\"n\":3}"));
}

TEST(Emission, long_hops_show_early_results_of_the_window_that_ends_next) {
    EngineRun engine =
        run("CREATE MATERIALIZED VIEW v AS SELECT window_start, window_end, count(*) AS n "
            "FROM HOP(events, timestamp, INTERVAL '1 s', INTERVAL '1 h') GROUP BY window_start, window_end");
    engine.events({{.at = 10'000.5}});
    engine.clock(1);
    EXPECT_THAT(engine.taken(), ElementsAre("{} 6401..10001 {\"n\":1}"));
    engine.events({{.at = 10'001.5}});
    engine.clock(2);
    EXPECT_THAT(engine.taken(), ElementsAre("{} 6402..10002 {\"n\":2}"));
    engine.flush();
    EXPECT_EQ(engine.rows().size(), 3601u);
}

TEST(Emission, long_hops_show_everything_when_they_close) {
    EngineRun engine =
        run("CREATE MATERIALIZED VIEW v WITH (out_of_orderness = '5 s') AS SELECT source, window_start, window_end, "
            "count(*) AS n FROM HOP(events, timestamp, INTERVAL '1 s', INTERVAL '1 h') GROUP BY source, window_start, "
            "window_end");
    engine.events({{.at = 10'000.5}});
    engine.clock(1);
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} 6401..10001 {"n":1})"));
    engine.events({{.at = 10'000.9}, {.at = 10'000.95, .source = "web"}, {.at = 10'001.5}});
    engine.clock(2);
    EXPECT_THAT(engine.taken(),
                ElementsAre(R"({"source":"shop"} 6402..10002 {"n":3})", R"({"source":"web"} 6402..10002 {"n":1})"));
    engine.events({{.at = 10'006}});  // Watermark 10001.
    const auto latest = engine.rows();
    EXPECT_THAT(latest, ::testing::Contains(R"({"source":"shop"} 6401..10001 {"n":2})"));
    EXPECT_THAT(latest, ::testing::Contains(R"({"source":"web"} 6401..10001 {"n":1})"));
}

TEST(Emission, a_row_that_having_no_longer_lets_through_is_retracted) {
    EngineRun engine =
        run("CREATE MATERIALIZED VIEW v WITH (emit = 'on change') AS SELECT source, count(*) AS n FROM events "
            "GROUP BY source HAVING count(*) < 3");
    engine.events({{.at = 1}, {.at = 2}});
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} -..- {"n":2})"));
    engine.events({{.at = 3}});
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} -..- deleted)"));
    engine.events({{.at = 4}});
    EXPECT_THAT(engine.taken(), IsEmpty());
    EXPECT_THAT(engine.rows(), IsEmpty());
}

TEST(Emission, a_flush_closes_all_windows_and_later_events_correct_them) {
    EngineRun engine = run(kTumble, {.partitions = 2});
    engine.events({{.at = 1}}, 0);
    engine.events({{.at = 12}}, 1);
    engine.flush();
    EXPECT_THAT(engine.taken(),
                ElementsAre(R"({"source":"shop"} 0..10 {"n":1} final)", R"({"source":"shop"} 10..20 {"n":1} final)"));
    engine.events({{.at = 2}}, 0);
    engine.flush();
    EXPECT_EQ(engine.rows().front(), R"({"source":"shop"} 0..10 {"n":2} final)");
}

TEST(State, groups_beyond_the_limit_are_left_out_and_counted) {
    EngineRun engine = run(
        "CREATE MATERIALIZED VIEW v WITH (keys_max = 2) AS SELECT source, count(*) AS n FROM events GROUP BY source");
    engine.events(
        {{.at = 1, .source = "a"}, {.at = 1, .source = "b"}, {.at = 1, .source = "c"}, {.at = 2, .source = "a"}});
    engine.flush();
    EXPECT_THAT(engine.rows(),
                ElementsAre(R"({"source":"a"} -..- {"n":2} final)", R"({"source":"b"} -..- {"n":1} final)"));
    EXPECT_EQ(engine.counters().groups_refused, 1u);
}

TEST(State, the_limit_is_that_of_all_shards_together) {
    EngineRun engine({view_of("CREATE MATERIALIZED VIEW v WITH (keys_max = 1000) AS SELECT source, count(*) AS n FROM "
                              "events GROUP BY source")},
                     {.shards = 4});
    const auto number = [&](int from, int to) {
        std::vector<TestEvent> events;
        for (int i = from; i < to; ++i) events.push_back({.at = 1, .source = "s" + std::to_string(i)});
        engine.events(events);
    };
    number(0, 1000);
    EXPECT_EQ(engine.counters().groups_refused, 0u);
    number(1000, 5000);
    engine.flush();
    EXPECT_GE(engine.rows().size(), 1000u);
    EXPECT_LE(engine.rows().size(), 1000u + 4 * 6 * 16);
}

TEST(State, a_group_that_has_nothing_but_late_events_takes_no_room) {
    EngineRun engine =
        run("CREATE MATERIALIZED VIEW v WITH (keys_max = 1, lateness = '0 s', out_of_orderness = '0 s') AS "
            "SELECT source, window_start, window_end, count(*) AS n FROM TUMBLE(events, timestamp, INTERVAL '10 s') "
            "GROUP BY source, window_start, window_end");
    engine.events({{.at = 100, .source = "a"}, {.at = 1, .source = "late"}});
    EXPECT_EQ(engine.counters().events_late, 1u);
    EXPECT_EQ(engine.counters().groups_refused, 0u);
    EXPECT_EQ(engine.shard(0).groups(1), 1u);
}

TEST(State, groups_of_closed_windows_make_room_for_new_ones) {
    EngineRun engine =
        run("CREATE MATERIALIZED VIEW v WITH (keys_max = 20, lateness = '0 s', out_of_orderness = '0 s') AS "
            "SELECT source, window_start, window_end, count(*) AS n FROM TUMBLE(events, timestamp, INTERVAL '10 s') "
            "GROUP BY source, window_start, window_end");
    for (int i = 0; i < 1000; ++i) engine.events({{.at = i * 10.0, .source = "s" + std::to_string(i)}});
    EXPECT_EQ(engine.counters().groups_refused, 0u);
    EXPECT_EQ(engine.rows().size(), 999u);
}

TEST(State, groups_make_room_also_where_each_is_in_many_panes) {
    EngineRun engine =
        run("CREATE MATERIALIZED VIEW v WITH (keys_max = 40, lateness = '0 s', out_of_orderness = '0 s') AS "
            "SELECT source, window_start, window_end, count(*) AS n FROM HOP(events, timestamp, INTERVAL '1 s', "
            "INTERVAL '20 s') "
            "GROUP BY source, window_start, window_end");
    // Each source is seen in twenty seconds and then never again: five are alive at any time.
    for (int second = 0; second < 2000; ++second) {
        std::vector<TestEvent> events;
        for (int age = 0; age < 5; ++age)
            events.push_back({.at = second + 0.5, .source = "s" + std::to_string(second / 4 - age)});
        engine.events(events);
        engine.clock(second);
    }
    EXPECT_EQ(engine.counters().groups_refused, 0u);
}

TEST(Failures, a_value_that_can_not_be_computed_is_null_and_counted) {
    EngineRun engine =
        run("CREATE MATERIALIZED VIEW v AS SELECT sum((data->>'n')::bigint) AS s, count(*) AS n FROM events");
    engine.events(
        {{.at = 1, .data = R"({"n":"4"})"}, {.at = 2, .data = R"({"n":"four"})"}, {.at = 3, .data = R"({"n":5})"}});
    engine.flush();
    EXPECT_THAT(engine.rows(), ElementsAre("{} -..- {\"s\":9,\"n\":3} final"));
    EXPECT_EQ(engine.counters().events_failed, 1u);
}

TEST(Failures, an_expression_over_a_group_that_can_not_be_computed_is_null_and_counted) {
    EngineRun engine =
        run("CREATE MATERIALIZED VIEW v AS SELECT source, 10 / (count(*) - 1) AS ratio FROM events GROUP BY source");
    engine.events({{.at = 1, .source = "a"}, {.at = 1, .source = "b"}, {.at = 1, .source = "b"}});
    engine.flush();
    EXPECT_THAT(engine.rows(), ElementsAre(R"({"source":"a"} -..- {"ratio":null} final)",
                                           R"({"source":"b"} -..- {"ratio":10} final)"));
    EXPECT_EQ(engine.counters().rows_failed, 1u);
}

TEST(Failures, a_sum_beyond_its_type_is_null_and_counted) {
    EngineRun engine = run("CREATE MATERIALIZED VIEW v AS SELECT sum((data->>'n')::numeric) AS s FROM events");
    const std::string huge = R"({"n":"99999999999999999999999999999999999999"})";
    engine.events({{.at = 1, .data = huge}, {.at = 2, .data = huge}});
    engine.flush();
    EXPECT_THAT(engine.rows(), ElementsAre("{} -..- {\"s\":null} final"));
    EXPECT_EQ(engine.counters().rows_failed, 1u);
}

TEST(Failures, a_having_that_can_not_be_computed_keeps_the_row_back_and_is_counted) {
    EngineRun engine =
        run("CREATE MATERIALIZED VIEW v AS SELECT source, count(*) AS n FROM events GROUP BY source "
            "HAVING 10 / (count(*) - 1) > 3");
    engine.events({{.at = 1, .source = "a"}, {.at = 1, .source = "b"}, {.at = 1, .source = "b"}});
    engine.flush();
    EXPECT_THAT(engine.rows(), ElementsAre(R"({"source":"b"} -..- {"n":2} final)"));
    EXPECT_EQ(engine.counters().rows_failed, 1u);
}

}  // namespace
}  // namespace sf::engine::testing
