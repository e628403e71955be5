// Every sentence about sessions: docs/views.md, docs/decisions/0008.
#include "unit/engine/engine_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sf::engine::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::string sessions(const std::string& options = "", const std::string& having = "", const char* time = "timestamp") {
    return "CREATE MATERIALIZED VIEW v WITH (out_of_orderness = '0 s'" + (options.empty() ? "" : ", " + options) +
           ") AS SELECT source, window_start, window_end, count(*) AS n FROM SESSION(events, " + time +
           ", INTERVAL '10 s') GROUP BY source, window_start, window_end" + having;
}

EngineRun engine_of(const std::string& sql, EngineRun::Options options = {}) {
    return EngineRun({view_of(sql)}, options);
}

const char* const kOnClose = "emit = 'on close', lateness = '20 s'";

// What a session is ------------------------------------------------------------------------------------------------

TEST(Sessions, begin_with_their_first_event_and_end_a_gap_after_the_last) {
    EngineRun engine = engine_of(sessions());
    engine.events({{.at = 3}, {.at = 7}, {.at = 30}});
    engine.flush();
    EXPECT_THAT(engine.rows(),
                ElementsAre(R"({"source":"shop"} 3..17 {"n":2} final)", R"({"source":"shop"} 30..40 {"n":1} final)"));
}

TEST(Sessions, events_exactly_one_gap_apart_share_one) {
    EngineRun engine = engine_of(sessions());
    engine.events({{.at = 0}, {.at = 10}, {.at = 20.000001}});
    engine.events({{.at = 30.000001}});  // The same across records.
    engine.events({{.at = 40.000002}});
    engine.flush();
    EXPECT_THAT(engine.rows(), ElementsAre(R"({"source":"shop"} 0..20 {"n":2} final)",
                                           R"({"source":"shop"} 20.000001..40.000001 {"n":2} final)",
                                           R"({"source":"shop"} 40.000002..50.000002 {"n":1} final)"));
}

TEST(Sessions, are_those_of_a_group) {
    EngineRun engine = engine_of(sessions());
    engine.events({{.at = 0}, {.at = 8, .source = "app"}, {.at = 16}, {.at = 17, .source = "app"}});
    engine.flush();
    EXPECT_THAT(engine.rows(),
                ElementsAre(R"({"source":"shop"} 0..10 {"n":1} final)", R"({"source":"app"} 8..27 {"n":2} final)",
                            R"({"source":"shop"} 16..26 {"n":1} final)"));
}

TEST(Sessions, without_keys_are_those_of_all_events) {
    EngineRun engine = engine_of(
        "CREATE MATERIALIZED VIEW v AS SELECT window_start, window_end, window_end - window_start AS length, count(*) "
        "AS n FROM SESSION(events, timestamp, '10 s') GROUP BY window_start");
    engine.events({{.at = 0}, {.at = 8, .source = "app"}, {.at = 16}, {.at = -30.5}});
    engine.flush();
    EXPECT_THAT(engine.rows(), ElementsAre(R"({} -30.5..-20.5 {"length":"00:00:10","n":1} final)",
                                           R"({} 0..26 {"length":"00:00:26","n":3} final)"));
}

TEST(Sessions, of_processing_time_go_by_received_at) {
    EngineRun engine = engine_of(sessions("emit = 'on close', lateness = '0 s'", "", "received_at"));
    engine.events({{.at = 500, .received = 1}, {.at = 0, .received = 9}});
    engine.events({{.at = 3, .received = 20}});  // Watermark 20: the first session is closed at 19, final at 29.
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} 1..19 {"n":2})"));
    engine.events({{.at = 4, .received = 29}});
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} 1..19 {"n":2} final)"));
}

TEST(Sessions, are_the_same_however_their_events_are_ordered_and_cut) {
    const std::vector<TestEvent> events = {{.at = 30}, {.at = 0}, {.at = 21}, {.at = 9}, {.at = 50}, {.at = 41}};
    for (std::size_t cut = 0; cut <= events.size(); ++cut) {
        EngineRun engine = engine_of(sessions("lateness = '1 h'"), {.partitions = 2});
        const auto at = events.begin() + static_cast<std::ptrdiff_t>(cut);
        if (cut > 0) engine.events({events.begin(), at}, 1);
        if (cut < events.size()) engine.events({at, events.end()}, 0);
        engine.flush();
        EXPECT_THAT(engine.rows(),
                    ElementsAre(R"({"source":"shop"} 0..19 {"n":2} final)", R"({"source":"shop"} 21..40 {"n":2} final)",
                                R"({"source":"shop"} 41..60 {"n":2} final)"))
            << cut;
    }
}

// The events and results of Apache Flink's WindowAggregateITCase.testEventTimeSessionWindow (a gap of 5 s), and the
// counts of its test of the same name over group windows (3 s, where an event is late).
TEST(Sessions, are_those_that_another_engine_publishes) {
    const auto published = [](const std::string& gap) {
        EngineRun engine = engine_of(
            "CREATE MATERIALIZED VIEW v WITH (lateness = '0 s', out_of_orderness = '1 s') AS SELECT user_id AS name, "
            "window_start, window_end, count(*) AS n, sum((data->>'b')::numeric) AS s, max(data.d) AS d, min(data.f) "
            "AS "
            "f, count(DISTINCT data->>'s') AS k FROM SESSION(events, timestamp, INTERVAL '" +
            gap + "') GROUP BY user_id, window_start, window_end");
        const std::vector<TestEvent> events = {
            {.at = 1, .data = R"({"d":1,"f":1,"b":1.11,"s":"Hi"})", .user = "a"},
            {.at = 2, .data = R"({"d":2,"f":2,"b":2.22,"s":"Comment#1"})", .user = "a"},
            {.at = 3, .data = R"({"d":2,"f":2,"b":2.22,"s":"Comment#1"})", .user = "a"},
            {.at = 4, .data = R"({"d":5,"f":5,"b":5.55})", .user = "a"},
            {.at = 7, .data = R"({"d":3,"f":3,"s":"Hello"})", .user = "b"},
            {.at = 6, .data = R"({"d":6,"f":6,"b":6.66,"s":"Hi"})", .user = "b"},
            {.at = 8, .data = R"({"f":3,"b":3.33,"s":"Comment#2"})", .user = "a"},
            {.at = 4, .data = R"({"d":5,"b":5.55,"s":"Hi"})", .user = "a"},
            {.at = 16, .data = R"({"d":4,"f":4,"b":4.44,"s":"Hi"})", .user = "b"},
            {.at = 32, .data = R"({"d":7,"f":7,"b":7.77})"},
            {.at = 34, .data = R"({"d":3,"f":3,"b":3.33,"s":"Comment#3"})", .user = "b"}};
        for (const TestEvent& event : events) engine.events({event});
        engine.flush();
        return engine.rows();
    };
    EXPECT_THAT(published("5 s"),
                UnorderedElementsAre(R"({"name":"a"} 1..13 {"n":6,"s":19.98,"d":5,"f":1,"k":3} final)",
                                     R"({"name":"b"} 6..12 {"n":2,"s":6.66,"d":6,"f":3,"k":2} final)",
                                     R"({"name":"b"} 16..21 {"n":1,"s":4.44,"d":4,"f":4,"k":1} final)",
                                     R"({"name":"b"} 34..39 {"n":1,"s":3.33,"d":3,"f":3,"k":1} final)",
                                     R"({"name":null} 32..37 {"n":1,"s":7.77,"d":7,"f":7,"k":0} final)"));
    std::vector<std::string> counts;
    for (const std::string& row : published("3 s")) counts.push_back(row.substr(0, row.find(",\"s\"")));
    EXPECT_THAT(counts, UnorderedElementsAre(R"({"name":"a"} 1..7 {"n":4)", R"({"name":"a"} 8..11 {"n":1)",
                                             R"({"name":"b"} 6..10 {"n":2)", R"({"name":"b"} 16..19 {"n":1)",
                                             R"({"name":"b"} 34..37 {"n":1)", R"({"name":null} 32..35 {"n":1)"));
}

// Merging ------------------------------------------------------------------------------------------------------------

TEST(Sessions, an_event_between_two_makes_them_one_and_the_later_row_goes) {
    for (const std::string emit : {"on change", "every 1 s"}) {
        EngineRun engine = engine_of(sessions("emit = '" + emit + "'"));
        engine.events({{.at = 0}, {.at = 15}});
        engine.clock(1);
        EXPECT_THAT(engine.taken(),
                    UnorderedElementsAre(R"({"source":"shop"} 0..10 {"n":1})", R"({"source":"shop"} 15..25 {"n":1})"));
        engine.events({{.at = 8}});
        engine.clock(2);
        EXPECT_THAT(engine.taken(),
                    ElementsAre(R"({"source":"shop"} 0..25 {"n":3})", R"({"source":"shop"} 15..25 deleted)"))
            << emit;
        engine.flush();
        EXPECT_THAT(engine.rows(), ElementsAre(R"({"source":"shop"} 0..25 {"n":3} final)"));
    }
}

TEST(Sessions, one_that_begins_earlier_than_was_known_moves) {
    EngineRun engine = engine_of(sessions("emit = 'on change'"));
    engine.events({{.at = 15}});
    (void)engine.taken();
    engine.events({{.at = 8}});
    EXPECT_THAT(engine.taken(),
                ElementsAre(R"({"source":"shop"} 8..25 {"n":2})", R"({"source":"shop"} 15..25 deleted)"));
    engine.events({{.at = 6}});
    EXPECT_THAT(engine.taken(),
                ElementsAre(R"({"source":"shop"} 6..25 {"n":3})", R"({"source":"shop"} 8..25 deleted)"));
    EXPECT_THAT(engine.rows(), ElementsAre(R"({"source":"shop"} 6..25 {"n":3})"));
}

TEST(Sessions, a_row_that_no_reader_had_needs_no_tombstone) {
    EngineRun engine = engine_of(sessions("emit = 'every 1 s'"));
    engine.events({{.at = 0, .received = 0}, {.at = 15, .received = 0}});  // The watermark stays at 0.
    engine.events({{.at = 8, .received = 0}, {.at = -1, .received = 0}});
    engine.clock(1);
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} -1..25 {"n":4})"));
}

TEST(Sessions, one_record_may_join_many) {
    EngineRun engine = engine_of(sessions("emit = 'on change', lateness = '1 h'"));
    engine.events({{.at = 0}, {.at = 20}, {.at = 40}, {.at = 60}, {.at = 80}});
    (void)engine.taken();
    engine.events({{.at = 70}, {.at = 30}, {.at = 10}, {.at = 50}});
    EXPECT_THAT(engine.taken(),
                UnorderedElementsAre(R"({"source":"shop"} 0..90 {"n":9})", R"({"source":"shop"} 20..90 deleted)",
                                     R"({"source":"shop"} 40..90 deleted)", R"({"source":"shop"} 60..90 deleted)",
                                     R"({"source":"shop"} 80..90 deleted)"));
}

TEST(Sessions, tombstones_of_one_that_is_taken_over_twice_are_not_forgotten) {
    EngineRun engine = engine_of(sessions("emit = 'every 1 s', lateness = '1 h'"));
    engine.events({{.at = 40}});
    engine.clock(1);
    (void)engine.taken();
    engine.events({{.at = 35}});  // Owes the tombstone of 40,
    engine.events({{.at = 20}});
    engine.events({{.at = 27}});  // and is taken over before it was given.
    engine.clock(2);
    EXPECT_THAT(engine.taken(),
                ElementsAre(R"({"source":"shop"} 20..50 {"n":4})", R"({"source":"shop"} 40..50 deleted)"));
}

TEST(Sessions, all_aggregates_merge) {
    EngineRun engine = engine_of(
        "CREATE MATERIALIZED VIEW v WITH (lateness = '1 h') AS SELECT window_start, window_end, count(*) AS n, "
        "sum(data.v) AS s, min(source) AS a, max(source) AS z, count(DISTINCT user_id) AS users "
        "FROM SESSION(events, timestamp, INTERVAL '10 s') GROUP BY window_start, window_end");
    engine.events({{.at = 0, .source = "b", .data = R"({"v":1})", .user = "u"}});
    engine.events({{.at = 15, .source = "c", .data = R"({"v":2})", .user = "u"}});
    engine.events({{.at = 30, .source = "a", .data = R"({"v":4})", .user = "w"}});
    engine.events({{.at = 22, .source = "b", .data = R"({"v":8})", .user = "x"}, {.at = 8, .data = R"({"v":16})"}});
    engine.flush();
    EXPECT_THAT(engine.rows(), ElementsAre(R"({} 0..40 {"n":5,"s":31,"a":"a","z":"shop","users":3} final)"));
}

// Late events --------------------------------------------------------------------------------------------------------

TEST(Sessions, an_event_is_late_when_a_session_of_its_own_would_be_closed) {
    EngineRun engine = engine_of(sessions(kOnClose));
    engine.events({{.at = 100}, {.at = 70.000001}});  // [70.000001, 80.000001) takes events until watermark 100.000001.
    EXPECT_EQ(engine.counters().events_late, 0u);
    engine.events({{.at = 70}});
    EXPECT_EQ(engine.counters().events_late, 1u);
    ASSERT_EQ(engine.late().size(), 1u);
    EXPECT_EQ(to_micros(engine.late()[0].timestamp), 70'000'000);
    EXPECT_EQ(to_micros(engine.late()[0].closed_until), 80'000'000);
    engine.flush();
    EXPECT_THAT(engine.rows(), ElementsAre(R"({"source":"shop"} 70.000001..80.000001 {"n":1} final)",
                                           R"({"source":"shop"} 100..110 {"n":1} final)"));
}

// Whether a session that is still open could take it does not matter: that would depend on what came before.
TEST(Sessions, a_late_event_is_left_out_of_an_open_session_too) {
    EngineRun engine = engine_of(sessions("emit = 'on close', lateness = '0 s'"));
    engine.events({{.at = 0}, {.at = 9}, {.at = 18}, {.at = 5}, {.at = 8.5}});  // Watermark 18: late are times up to 8.
    EXPECT_EQ(engine.counters().events_late, 1u);
    engine.flush();
    EXPECT_THAT(engine.rows(), ElementsAre(R"({"source":"shop"} 0..28 {"n":4} final)"));
}

TEST(Sessions, late_events_are_judged_by_the_watermark_of_their_own_partition) {
    EngineRun engine = engine_of(sessions("lateness = '0 s'"), {.partitions = 2});
    engine.events({{.at = 100}}, 0);
    engine.events({{.at = 5}}, 1);
    engine.events({{.at = 6}}, 0);
    EXPECT_EQ(engine.counters().events_late, 1u);
    engine.flush();
    EXPECT_THAT(engine.rows(),
                ElementsAre(R"({"source":"shop"} 5..15 {"n":1} final)", R"({"source":"shop"} 100..110 {"n":1} final)"));
}

TEST(Sessions, disorder_inside_one_request_is_judged_event_by_event) {
    const std::vector<TestEvent> events = {{.at = 2}, {.at = 100}, {.at = 3}, {.at = 101, .type = "other"}, {.at = 81}};
    EngineRun together = engine_of(sessions(kOnClose)), apart = engine_of(sessions(kOnClose));
    together.events(events);
    for (const TestEvent& event : events) apart.events({event});
    for (EngineRun* engine : {&together, &apart}) {
        EXPECT_EQ(engine->counters().events_late, 1u);
        EXPECT_EQ(engine->counters().events, 4u);
        engine->flush();
    }
    EXPECT_EQ(together.rows(), apart.rows());
}

TEST(Sessions, events_that_where_does_not_select_move_the_watermark) {
    EngineRun engine = engine_of(
        "CREATE MATERIALIZED VIEW v WITH (lateness = '0 s', out_of_orderness = '0 s') AS SELECT window_start, "
        "window_end, count(*) AS n FROM SESSION(events, timestamp, INTERVAL '10 s') WHERE source = 'shop' "
        "GROUP BY window_start, window_end");
    engine.events({{.at = 100, .source = "app"}, {.at = 5}});
    EXPECT_EQ(engine.counters().events_late, 1u);
}

TEST(Sessions, with_infinite_lateness_take_every_event_and_are_never_final) {
    EngineRun engine = engine_of(sessions("emit = 'on close', lateness = 'infinity'"));
    engine.events({{.at = 0}, {.at = 1e6}, {.at = 10}});
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} 0..20 {"n":2})"));
    EXPECT_EQ(engine.counters().events_late, 0u);
}

// When rows are given
// --------------------------------------------------------------------------------------------------

TEST(Sessions, close_at_their_end_and_are_final_a_gap_and_the_lateness_later) {
    EngineRun engine = engine_of(sessions(kOnClose));
    engine.events({{.at = 0}});
    engine.events({{.at = 9.9, .source = "app"}});
    EXPECT_THAT(engine.taken(), IsEmpty());
    engine.events({{.at = 10, .source = "app"}});
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} 0..10 {"n":1})"));
    engine.events({{.at = 15, .source = "app"}, {.at = 25, .source = "app"}, {.at = 35, .source = "app"}});
    engine.events({{.at = 39.9, .source = "app"}});
    EXPECT_THAT(engine.taken(), IsEmpty());
    engine.events({{.at = 40, .source = "app"}});  // 10 + 10 + 20.
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} 0..10 {"n":1} final)"));
}

// The event is not late, so the session must not have been final.
TEST(Sessions, one_is_not_final_while_an_event_that_is_not_late_can_follow_it) {
    EngineRun engine = engine_of(sessions("emit = 'on close', lateness = '0 s'"));
    engine.events({{.at = 0}, {.at = 19.9, .source = "app"}});  // Times up to 9.9 are late.
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} 0..10 {"n":1})"));
    engine.events({{.at = 10}});
    EXPECT_THAT(engine.taken(), IsEmpty()) << "it is open again, and readers have the row until it closes";
    engine.events({{.at = 20, .source = "app"}});
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} 0..20 {"n":2})"));
    engine.events({{.at = 30, .source = "app"}});
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} 0..20 {"n":2} final)"));
}

TEST(Sessions, one_that_grows_closes_at_its_new_end) {
    EngineRun engine = engine_of(sessions(kOnClose));
    for (int at = 0; at <= 30; at += 6) engine.events({{.at = static_cast<double>(at)}});
    engine.events({{.at = 39.9, .source = "app"}});
    EXPECT_THAT(engine.taken(), IsEmpty());
    engine.events({{.at = 40, .source = "app"}});
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} 0..40 {"n":6})"));
}

TEST(Sessions, a_closed_one_is_corrected_at_once) {
    EngineRun engine = engine_of(sessions("emit = 'on close', lateness = '1 min'"));
    engine.events({{.at = 0}, {.at = 30, .source = "app"}});
    (void)engine.taken();
    engine.events({{.at = 5}});
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} 0..15 {"n":2})"));
    engine.events({{.at = -4}});  // Its start moves.
    EXPECT_THAT(engine.taken(),
                ElementsAre(R"({"source":"shop"} -4..15 {"n":3})", R"({"source":"shop"} 0..15 deleted)"));
    engine.events({{.at = -20}});  // One that was over before anything of it was known.
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} -20..-10 {"n":1})"));
}

TEST(Sessions, a_closed_one_that_an_open_one_takes_over_keeps_its_row_until_that_closes) {
    EngineRun engine = engine_of(sessions(kOnClose));
    engine.events({{.at = 0}, {.at = 15}});
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} 0..10 {"n":1})"));
    engine.events({{.at = 3, .source = "app"}, {.at = 8}, {.at = -5}});
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"app"} 3..13 {"n":1})"));
    engine.events({{.at = 25, .source = "web"}});
    EXPECT_THAT(engine.taken(),
                ElementsAre(R"({"source":"shop"} -5..25 {"n":4})", R"({"source":"shop"} 0..25 deleted)"));
}

TEST(Sessions, early_rows_come_with_each_interval_and_only_of_what_changed) {
    EngineRun engine = engine_of(sessions("emit = 'every 1 s'"));
    engine.events({{.at = 0}, {.at = 0, .source = "app"}});
    EXPECT_THAT(engine.taken(), IsEmpty());
    engine.clock(1);
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} 0..10 {"n":1})", R"({"source":"app"} 0..10 {"n":1})"));
    engine.events({{.at = 3}});
    engine.events({{.at = 4}});
    engine.clock(2);
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} 0..14 {"n":3})"));
    engine.clock(3);
    EXPECT_THAT(engine.taken(), IsEmpty());
}

TEST(Sessions, one_that_closes_and_opens_again_is_given_once_a_tick) {
    EngineRun engine = engine_of(sessions("emit = 'every 1 s'"));
    engine.events({{.at = 0}, {.at = 15}});
    engine.events({{.at = 8}});
    engine.clock(1);
    EXPECT_THAT(engine.taken(),
                ElementsAre(R"({"source":"shop"} 0..10 {"n":1})", R"({"source":"shop"} 0..25 {"n":3})"));
}

TEST(Sessions, a_flush_gives_all_as_final_and_later_events_correct_them) {
    EngineRun engine = engine_of(sessions(kOnClose));
    engine.events({{.at = 0}, {.at = 15}});
    (void)engine.taken();
    engine.flush();
    EXPECT_THAT(engine.taken(),
                ElementsAre(R"({"source":"shop"} 0..10 {"n":1} final)", R"({"source":"shop"} 15..25 {"n":1} final)"));
    engine.events({{.at = 7}});
    engine.flush();
    EXPECT_THAT(engine.taken(),
                ElementsAre(R"({"source":"shop"} 0..25 {"n":3} final)", R"({"source":"shop"} 15..25 deleted)"));
}

TEST(Sessions, having_hides_and_brings_back_and_takes_away) {
    EngineRun engine = engine_of(sessions("emit = 'on change', lateness = '1 h'", " HAVING count(*) % 2 = 0"));
    engine.events({{.at = 0}});
    EXPECT_THAT(engine.taken(), IsEmpty());
    engine.events({{.at = 1}});
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} 0..11 {"n":2})"));
    engine.events({{.at = 2}});
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} 0..12 deleted)"));
    engine.events({{.at = 15}, {.at = 16}});
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} 15..26 {"n":2})"));
    engine.events({{.at = 7}, {.at = 8}});  // Seven in one: the row of the later one goes, none comes.
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"source":"shop"} 15..26 deleted)"));
    EXPECT_THAT(engine.rows(), IsEmpty());
}

// State
// ----------------------------------------------------------------------------------------------------------------

TEST(Sessions, state_goes_when_they_are_final) {
    EngineRun engine = engine_of(
        "CREATE MATERIALIZED VIEW v WITH (emit = 'on close', lateness = '0 s', out_of_orderness = '0 s') AS SELECT "
        "user_id, window_start, window_end, count(*) AS n, max(source) AS s FROM SESSION(events, timestamp, INTERVAL "
        "'10 s') GROUP BY user_id, window_start, window_end");
    std::size_t most = 0;
    for (int record = 0; record < 400; ++record) {
        std::vector<TestEvent> events;
        for (int i = 0; i < 500; ++i) {
            events.push_back({.at = record + i / 500.0, .user = std::to_string(record * 500 + i)});
        }
        engine.events(events);
        if (record == 100) most = engine.shard(0).bytes(1);
    }
    EXPECT_EQ(engine.counters().events, 200'000u);
    EXPECT_LT(engine.shard(0).bytes(1), most * 4);
    EXPECT_LT(engine.shard(0).groups(1), 150'000u);
    engine.flush();
    EXPECT_EQ(engine.latest().size(), 200'000u);
    EXPECT_TRUE(std::ranges::all_of(engine.latest(), [](const auto& each) {
        return each.second.values == R"({"n":1,"s":"shop"})" && each.second.final;
    }));
}

TEST(Sessions, groups_beyond_keys_max_are_refused) {
    EngineRun engine = engine_of(sessions("keys_max = 2"));
    engine.events(
        {{.at = 0, .source = "a"}, {.at = 1, .source = "b"}, {.at = 2, .source = "c"}, {.at = 3, .source = "a"}});
    EXPECT_EQ(engine.counters().groups_refused, 1u);
    engine.flush();
    EXPECT_THAT(engine.rows(),
                ElementsAre(R"({"source":"a"} 0..13 {"n":2} final)", R"({"source":"b"} 1..11 {"n":1} final)"));
}

TEST(Sessions, a_restart_gives_no_closed_one_again) {
    const std::vector<ViewPtr> views = {view_of(sessions(kOnClose))};
    EngineRun first(views, {});
    first.events({{.at = 0}, {.at = 15}});
    EXPECT_THAT(first.taken(), ElementsAre(R"({"source":"shop"} 0..10 {"n":1})"));
    EngineRun second(views, {.epoch = 2}, first.save());
    second.events({{.at = 16}});
    EXPECT_THAT(second.taken(), IsEmpty());
    second.events({{.at = 40, .source = "app"}});
    EXPECT_THAT(second.taken(), UnorderedElementsAre(R"({"source":"shop"} 15..26 {"n":2})",
                                                     R"({"source":"shop"} 0..10 {"n":1} final)"));
}

TEST(Sessions, tombstones_that_are_owed_outlive_a_restart) {
    const std::vector<ViewPtr> views = {view_of(sessions(kOnClose))};
    EngineRun closed(views, {});
    closed.events({{.at = 0}, {.at = 15}});
    EXPECT_THAT(closed.taken(), ElementsAre(R"({"source":"shop"} 0..10 {"n":1})"));
    closed.events({{.at = 8}, {.at = -5}});  // An open one has taken the closed one over.
    EngineRun second(views, {.epoch = 2}, closed.save());
    second.events({{.at = 25, .source = "web"}});
    EXPECT_THAT(second.taken(),
                ElementsAre(R"({"source":"shop"} -5..25 {"n":4})", R"({"source":"shop"} 0..25 deleted)"));
}

}  // namespace
}  // namespace sf::engine::testing
