// The rate of events, and the overview's text.
#include "services/dashboard/overview.hpp"
#include "unit/dashboard/dashboard_fixture.hpp"

namespace sf::dashboard {
namespace {

using namespace testing;
using namespace std::chrono_literals;

TEST(RateMeter, is_the_slope_of_the_last_five_seconds) {
    RateMeter meter;
    const RateMeter::TimePoint start{};
    EXPECT_EQ(meter.per_second(), 0);
    meter.sample(start, 1000);
    EXPECT_EQ(meter.per_second(), 0);  // One sample has no slope.
    meter.sample(start + 1s, 1100);
    EXPECT_DOUBLE_EQ(meter.per_second(), 100);
    meter.sample(start + 2s, 1400);
    EXPECT_DOUBLE_EQ(meter.per_second(), 200);
    for (int i = 3; i <= 7; ++i) meter.sample(start + std::chrono::seconds{i}, 1400);
    EXPECT_DOUBLE_EQ(meter.per_second(), 0);  // What was before the last five seconds does not count.
}

TEST(RateMeter, a_total_that_falls_starts_anew) {
    RateMeter meter;
    const RateMeter::TimePoint start{};
    meter.sample(start, 1'000'000);
    meter.sample(start + 1s, 10);
    EXPECT_EQ(meter.per_second(), 0);
    meter.sample(start + 2s, 30);
    EXPECT_DOUBLE_EQ(meter.per_second(), 20);
}

TEST(RateMeter, late_samples_are_no_higher_rate) {
    RateMeter meter;
    const RateMeter::TimePoint start{};
    meter.sample(start, 0);
    meter.sample(start + 4s, 400);
    EXPECT_DOUBLE_EQ(meter.per_second(), 100);
    meter.sample(start + 60s, 500);  // The machine was asleep.
    EXPECT_EQ(meter.per_second(), 0);
}

TEST(Overview, says_what_the_probe_and_the_stores_say) {
    FakePointStore points;
    FakeCatalog catalog;
    catalog.set({{.table = errors_table()}, {.table = errors_table("other")}});
    PipelineState state{
        .events_accepted = 5,
        .events_stored = 123'456'789'012,
        .partitions = {{.partition = 0, .offset = 100, .lag = 0}, {.partition = 1, .offset = 7, .lag = 2}},
        .live_events = 1,
        .live_bytes = 2,
        .file_events = 3,
        .file_bytes = 4,
        .files = 5,
        .log_bytes = 6};
    Overview overview("1.2 \"beta\"", [&] { return state; }, points, catalog, system_clock());
    const Json json(overview.json());
    EXPECT_TRUE(parse_rfc3339(json.text("/time")));
    EXPECT_EQ(json.number("/events/stored"), 123'456'789'012);
    EXPECT_EQ(json.number("/views"), 2);
    EXPECT_EQ(json.number("/late_events"), 7);
    EXPECT_EQ(json.size("/partitions"), 2u);
    EXPECT_EQ(json.number("/partitions/1/partition"), 1);
    EXPECT_EQ(json.number("/partitions/1/offset"), 7);
    EXPECT_EQ(json.number("/partitions/1/lag"), 2);
    EXPECT_EQ(json.number("/storage/live_events"), 1);
    EXPECT_EQ(json.number("/storage/live_bytes"), 2);
    EXPECT_EQ(json.number("/storage/file_events"), 3);
    EXPECT_EQ(json.number("/storage/file_bytes"), 4);
    EXPECT_EQ(json.number("/storage/files"), 5);
    EXPECT_EQ(json.number("/storage/log_bytes"), 6);
    EXPECT_EQ(json.text("/version"), "1.2 \"beta\"");
    EXPECT_NE(json.whole().find(R"("uptime_seconds":)"), std::string::npos);
    EXPECT_NE(json.whole().find(R"("per_second":0.0)"), std::string::npos);
}

}  // namespace
}  // namespace sf::dashboard
