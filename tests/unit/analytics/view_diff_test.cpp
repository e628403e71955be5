#include "services/analytics/view_diff.hpp"

#include "engine/aggregate.hpp"
#include "sql/planner.hpp"

#include <gtest/gtest.h>

namespace sf::analytics {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

engine::ViewPtr view_of(const std::string& values, const std::string& source) {
    const bool total = source == "events";
    auto plan = sql::plan_view("CREATE MATERIALIZED VIEW v WITH (lateness = '10 s') AS SELECT source, " + values +
                                   " FROM " + source + " GROUP BY source" + (total ? "" : ", window_start"),
                               engine::aggregate_catalog());
    EXPECT_TRUE(plan) << (plan ? "" : plan.error().text());
    return std::make_shared<engine::View>(1, "v", std::move(*plan), std::map<engine::Partition, engine::Offset>{});
}
const std::string kMinute = "TUMBLE(events, timestamp, INTERVAL '1 minute')";

models::MetricPoint row(std::int64_t minute, std::string source, std::string values, bool final = true) {
    return {.view = "v",
            .keys = R"({"source":")" + source + "\"}",
            .window_start = timestamp_from_micros(minute * 60 * kSecond),
            .window_end = timestamp_from_micros((minute + 1) * 60 * kSecond),
            .values = std::move(values),
            .final = final};
}

DiffSide side(std::vector<models::MetricPoint> points, const std::string& values = "count(*) AS n") {
    return {.view = view_of(values, kMinute), .points = std::move(points)};
}

std::string summary(const ViewDiff& diff) {
    return std::to_string(diff.windows) + " windows: " + std::to_string(diff.same) + " same, " +
           std::to_string(diff.only_live) + " live, " + std::to_string(diff.only_shadow) + " shadow, " +
           std::to_string(diff.different) + " different";
}

TEST(ViewDiff, tells_rows_that_are_only_here_only_there_or_different) {
    const DiffSide live = side({row(2, "a", R"({"n":1})"), row(1, "a", R"({"n":2})"), row(1, "b", R"({"n":3})")});
    const DiffSide shadow = side({row(2, "a", R"({"n":1})"), row(1, "a", R"({"n":5})"), row(1, "c", R"({"n":3})")});
    const ViewDiff diff = compare(live, shadow, 10);
    EXPECT_EQ(summary(diff), "2 windows: 1 same, 1 live, 1 shadow, 1 different");
    ASSERT_EQ(diff.different_samples.size(), 1u);
    EXPECT_EQ(diff.different_samples[0].columns, std::vector<std::string>{"n"});
    EXPECT_EQ(diff.different_samples[0].live.values, R"({"n":2})");
    EXPECT_EQ(diff.different_samples[0].shadow.values, R"({"n":5})");
    EXPECT_EQ(diff.only_live_samples[0].keys, R"({"source":"b"})");
    EXPECT_EQ(diff.only_shadow_samples[0].keys, R"({"source":"c"})");
    const ViewDiff none = compare(live, shadow, 0);
    EXPECT_EQ(summary(none), summary(diff));
    EXPECT_TRUE(none.different_samples.empty() && none.only_live_samples.empty() && none.only_shadow_samples.empty());
}

TEST(ViewDiff, compares_windows_that_are_final_in_both) {
    DiffSide live = side({row(3, "a", R"({"n":1})", false), row(2, "a", R"({"n":1})"), row(1, "a", R"({"n":1})")});
    DiffSide shadow =
        side({row(3, "a", R"({"n":2})", false), row(2, "a", R"({"n":2})", false), row(1, "a", R"({"n":2})")});
    EXPECT_EQ(summary(compare(live, shadow, 10)), "1 windows: 0 same, 0 live, 0 shadow, 1 different");
    shadow.watermark = (3 * 60 + 10) * kSecond;  // The end of the second minute and the lateness: no row says so.
    EXPECT_EQ(compare(live, shadow, 10).windows, 2u);
    shadow.watermark -= 1;
    EXPECT_EQ(compare(live, shadow, 10).windows, 1u);
    // A window that only one of them has rows of is final by the watermark of the other.
    live = side({row(1, "a", R"({"n":1})")});
    shadow = side({});
    EXPECT_EQ(compare(live, shadow, 10).only_live, 0u);
    shadow.watermark = 1'000 * kSecond;
    EXPECT_EQ(compare(live, shadow, 10).only_live, 1u);
}

TEST(ViewDiff, leaves_out_windows_that_one_of_them_has_not_seen_whole) {
    const DiffSide live = side({row(3, "a", R"({"n":9})"), row(2, "a", R"({"n":9})")});
    DiffSide shadow = side({row(3, "a", R"({"n":9})"), row(2, "a", R"({"n":1})")});
    shadow.whole_after = 2 * 60 * kSecond;  // An event of its first instant may have come before.
    EXPECT_EQ(summary(compare(live, shadow, 10)), "1 windows: 1 same, 0 live, 0 shadow, 0 different");
    shadow.whole_after -= 1;
    EXPECT_EQ(compare(live, shadow, 10).different, 1u);
    shadow.cut = true;  // More rows of minute 2 may be missing.
    const ViewDiff cut = compare(live, shadow, 10);
    EXPECT_TRUE(cut.cut);
    EXPECT_EQ(cut.windows, 1u);
}

TEST(ViewDiff, compares_the_columns_that_both_have) {
    const ViewDiff diff = compare(side({row(1, "a", R"({"n":1,"old":2})")}, "count(*) AS n, max(data.x) AS old"),
                                  side({row(1, "a", R"({"new":3,"n":1})")}, "min(data.x) AS new, count(*) AS n"), 10);
    EXPECT_EQ(diff.same, 1u);
    EXPECT_EQ(diff.columns_only_live, std::vector<std::string>{"old"});
    EXPECT_EQ(diff.columns_only_shadow, std::vector<std::string>{"new"});
}

TEST(ViewDiff, doubles_may_differ_in_their_last_digits_and_nothing_else_may) {
    const auto same = [](const std::string& a, const std::string& b) {
        return compare(side({row(1, "a", R"({"n":)" + a + "}")}), side({row(1, "a", R"({"n":)" + b + "}")}), 1).same ==
               1;
    };
    EXPECT_TRUE(same("0.30000000000000004", "0.3"));
    EXPECT_FALSE(same("0.3", "0.3001"));
    EXPECT_FALSE(same("1", "null"));
    EXPECT_FALSE(same("0", "null"));
    EXPECT_FALSE(same("\"1\"", "1"));
    EXPECT_TRUE(same("null", "null"));
}

TEST(ViewDiff, running_totals_are_compared_as_they_are) {
    const auto total = [](std::string values) {
        return DiffSide{.view = view_of("count(*) AS n", "events"),
                        .whole_after = 5 * kSecond,
                        .points = {{.view = "v", .keys = R"({"source":"a"})", .values = std::move(values)}}};
    };
    EXPECT_EQ(summary(compare(total(R"({"n":1})"), total(R"({"n":1})"), 1)),
              "1 windows: 1 same, 0 live, 0 shadow, 0 different");
    EXPECT_EQ(compare(total(R"({"n":1})"), total(R"({"n":2})"), 1).different, 1u);
}

TEST(ViewDiff, is_json) {
    const std::string json =
        diff_json("v", compare(side({row(1, "a", R"({"n":1})")}), side({row(1, "a", R"({"n":2})")}), 1));
    EXPECT_TRUE(
        json.starts_with(R"({"view":"v","shadow":"v@next","windows":1,"same":0,"only_live":{"rows":0,"samples":[]})"))
        << json;
    EXPECT_NE(json.find(R"("different":{"rows":1,"samples":[{"columns":["n"],"live":{"keys":{"source":"a"})"),
              std::string::npos)
        << json;
}

}  // namespace
}  // namespace sf::analytics
