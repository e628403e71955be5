// Views without groups: each event that is selected is a row, at once and for good.
#include "unit/engine/engine_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sf::engine::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const char* const kRows =
    "CREATE MATERIALIZED VIEW v AS SELECT source, data.x * 2 AS twice, 1 / nullif(length(source), 2) AS one "
    "FROM events WHERE data.x > 1";

Uuid id_of(int number) {
    Uuid id;
    id.bytes[15] = static_cast<std::uint8_t>(number);
    return id;
}

TEST(EventRows, come_at_once_and_final) {
    EngineRun engine({view_of(kRows)}, {});
    engine.events({{.at = 5, .source = "a", .data = R"({"x":2})", .id = id_of(1)},
                   {.at = 6, .source = "b", .data = R"({"x":1})", .id = id_of(2)},
                   {.at = 4, .source = "ab", .data = R"({"x":3})", .id = id_of(3)}});
    EXPECT_THAT(
        engine.taken(),
        ElementsAre(
            R"({"id":"00000000-0000-0000-0000-000000000001"} 5..5 {"source":"a","twice":4,"one":1} final)",
            R"({"id":"00000000-0000-0000-0000-000000000003"} 4..4 {"source":"ab","twice":6,"one":null} final)"));
    EXPECT_EQ(engine.counters().events, 2u);
    engine.flush();
    EXPECT_THAT(engine.taken(), IsEmpty());
}

// No event is late, and an expression that fails is NULL, counted for the rows that are given alone.
TEST(EventRows, late_and_failed) {
    EngineRun engine(
        {view_of("CREATE MATERIALIZED VIEW v AS SELECT 1 / length(data->>'t') AS q FROM events WHERE type = 'x'")}, {});
    engine.events({{.at = 1e6, .data = R"({"t":""})", .type = "y"}});
    engine.events({{.at = 1, .data = R"({"t":""})", .type = "x", .id = id_of(1)}});
    EXPECT_THAT(engine.taken(), ElementsAre(R"({"id":"00000000-0000-0000-0000-000000000001"} 1..1 {"q":null} final)"));
    EXPECT_EQ(engine.counters().events_failed, 1u);
    EXPECT_THAT(engine.late(), IsEmpty());
}

TEST(EventRows, over_shards_and_a_restart_each_is_given_once) {
    const auto view = view_of("CREATE MATERIALIZED VIEW v AS SELECT source FROM events");
    EngineRun first({view}, {.partitions = 2, .shards = 3});
    first.events({{.at = 1, .id = id_of(1)}}, 0);
    first.events({{.at = 2, .id = id_of(2)}}, 1);
    EXPECT_EQ(first.take().size(), 2u);
    EXPECT_EQ(first.counters().events, 2u);
    const auto saved = first.save();
    EngineRun second({view}, {.partitions = 2, .shards = 3, .epoch = 2}, saved);
    second.events({{.at = 3, .id = id_of(3)}}, 0);
    const auto points = second.take();
    ASSERT_EQ(points.size(), 1u);
    EXPECT_EQ(points[0].epoch, 2u);
    EXPECT_EQ(second.counters().events, 3u);
}

}  // namespace
}  // namespace sf::engine::testing
