#include "engine/sharing.hpp"

#include "engine/rate_meter.hpp"
#include "engine_run.hpp"

#include <gtest/gtest.h>

namespace sf::engine {
namespace {

using testing::batch_of;
using testing::view_of;
using Names = std::vector<std::string>;

std::string statement(const std::string& name, const std::string& rest) {
    return "CREATE MATERIALIZED VIEW " + name + " AS SELECT count(*) AS n, sum(data.x) AS x FROM " + rest;
}

TEST(Sharing, is_told_as_the_fold_does_it) {
    const std::string tumble = "TUMBLE(events, timestamp, INTERVAL '10 s') WHERE type = 'test.event' GROUP BY ";
    const ViewPtr view = view_of(statement("v", tumble + "source, window_start"), 1);
    const std::vector<ViewPtr> all = {
        view,
        view_of(statement("same", tumble + "source, window_start"), 2),
        view_of(statement("other_key", tumble + "type, window_start"), 3),
        view_of(statement("other_window",
                          "TUMBLE(events, timestamp, INTERVAL '20 s') WHERE type = 'test.event' GROUP BY "
                          "source, window_start"),
                4),
        view_of(statement("other_filter", "TUMBLE(events, timestamp, INTERVAL '10 s') GROUP BY source, window_start"),
                5),
        view_of("CREATE MATERIALIZED VIEW other_field AS SELECT max(data.y) FROM events", 6)};
    const Sharing sharing = sharing_of(*view, all);
    EXPECT_EQ(sharing.filter, (Names{"same", "other_key", "other_window"}));
    EXPECT_EQ(sharing.groups, (Names{"same", "other_window"}));
    EXPECT_EQ(sharing.keys, (Names{"same", "other_window", "other_filter"}));
    EXPECT_EQ(sharing.panes, Names{"same"});
    EXPECT_EQ(sharing.fields.size(), 1u);
    EXPECT_EQ(sharing.fields.at("data.x"), (Names{"same", "other_key", "other_window", "other_filter"}));

    PartialFold fold(0, {});
    for (const ViewPtr& one : all) fold.add(one);
    const FramePtr frame = fold.fold(0, *batch_of({{.at = 1, .data = R"({"x":1})"}}));
    ASSERT_EQ(frame->partials.size(), all.size());
    const CellBlock& mine = *frame->partials[0].cells;
    for (std::size_t i = 1; i < all.size(); ++i) {
        const CellBlock& other = *frame->partials[i].cells;
        const auto shared = [&](const Names& names) {
            return std::ranges::find(names, all[i]->plan.name) != names.end();
        };
        EXPECT_EQ(&other == &mine, shared(sharing.panes)) << all[i]->plan.name;
        EXPECT_EQ(other.keys == mine.keys, shared(sharing.keys)) << all[i]->plan.name;
        // In one pane of each, windows make no difference to an aggregate.
        EXPECT_EQ(frame->partials[i].states == frame->partials[0].states, shared(sharing.groups)) << all[i]->plan.name;
    }
}

TEST(Sharing, no_filter_is_nothing_to_share) {
    const ViewPtr view = view_of(statement("v", "events"), 1);
    const Sharing sharing = sharing_of(*view, std::vector{view, view_of(statement("w", "events"), 2)});
    EXPECT_EQ(sharing.filter, Names{});
    EXPECT_EQ(sharing.panes, Names{"w"});
}

TEST(RateMeter, is_a_mean_of_late) {
    RateMeter meter;
    EXPECT_EQ(meter.per_second(), 0);
    std::uint64_t count = 1'000'000;  // What came before the first sample does not count.
    std::int64_t now = 5'000'000;
    for (int i = 0; i < 5; ++i, now += 1'000'000, count += 100) meter.sample(now, count);
    EXPECT_NEAR(meter.per_second(), 100, 1e-6) << "right from the start";
    for (int i = 0; i < 100; ++i, now += 1'000'000) meter.sample(now, count);
    EXPECT_LT(meter.per_second(), 0.1) << "nothing came for long";
    meter.sample(now - 999'999, count + 1'000'000);
    EXPECT_LT(meter.per_second(), 0.1) << "too soon after the last sample";
}

}  // namespace
}  // namespace sf::engine
