#include "nexmark/generator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace sf::nexmark {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(NexmarkGenerator, gives_one_person_three_auctions_and_46_bids_of_each_50_events) {
    std::map<Kind, int> count;
    for (std::uint64_t n = 0; n < 1'000; ++n) ++count[event_at({}, n).kind];
    EXPECT_EQ(count[Kind::person], 20);
    EXPECT_EQ(count[Kind::auction], 60);
    EXPECT_EQ(count[Kind::bid], 920);
}

TEST(NexmarkGenerator, gives_the_same_event_each_time_and_another_one_with_another_seed) {
    EXPECT_EQ(to_ndjson(event_at({}, 4'711)), to_ndjson(event_at({}, 4'711)));
    EXPECT_NE(event_at({}, 4'711).data, event_at({.seed = 2}, 4'711).data);
    EXPECT_NE(event_at({}, 4'711).id, event_at({.seed = 2}, 4'711).id);
}

TEST(NexmarkGenerator, numbers_persons_and_auctions_from_1000_without_a_gap) {
    EXPECT_THAT(event_at({}, 0).data, StartsWith(R"({"id":1000,)"));   // The first person,
    EXPECT_THAT(event_at({}, 3).data, StartsWith(R"({"id":1002,)"));   // the third auction,
    EXPECT_THAT(event_at({}, 50).data, StartsWith(R"({"id":1001,)"));  // the second person,
    EXPECT_THAT(event_at({}, 51).data, StartsWith(R"({"id":1003,)"));  // and the fourth auction.
}

TEST(NexmarkGenerator, spreads_events_evenly_over_time) {
    const Options options{.events_per_second = 1'000};
    EXPECT_EQ(event_at(options, 0).timestamp, options.begin);
    EXPECT_EQ(event_at(options, 2'500).timestamp - options.begin, std::chrono::milliseconds(2'500));
}

TEST(NexmarkGenerator, disorder_shuffles_within_groups_and_loses_nothing) {
    const Options ordered, disordered{.disorder = 100};
    std::set<Uuid> wanted, got;
    bool moved = false;
    for (std::uint64_t n = 300; n < 400; ++n) {
        wanted.insert(event_at(ordered, n).id);
        got.insert(event_at(disordered, n).id);
        moved |= event_at(ordered, n).id != event_at(disordered, n).id;
    }
    EXPECT_EQ(got, wanted);
    EXPECT_TRUE(moved);
}

TEST(NexmarkGenerator, half_of_the_bids_are_for_the_hot_auction_and_three_quarters_by_the_hot_bidder) {
    std::map<std::string, int> auctions, bidders;
    int bids = 0;
    for (std::uint64_t n = 0; n < 1'600;
         ++n) {  // So few that there is only one hot auction, 1000, and one hot bidder, 1001.
        const Event event = event_at({}, n);
        if (event.kind != Kind::bid) continue;
        ++bids;
        ++auctions[event.data.substr(0, event.data.find(','))];
        ++bidders[event.user_id];
    }
    EXPECT_NEAR(auctions[R"({"auction":1000)"], bids * 0.5, bids * 0.05);
    EXPECT_NEAR(bidders["1001"], bids * 0.75, bids * 0.06);
}

TEST(NexmarkGenerator, events_are_as_large_as_published_on_average) {
    std::size_t bytes = 0, bids = 0;
    for (std::uint64_t n = 0; n < 5'000; ++n) {
        const Event event = event_at({}, n);
        if (event.kind != Kind::bid) continue;
        ++bids;
        bytes += event.data.size() - event.data.find(R"("extra":")") - std::string_view(R"("extra":""})").size();
    }
    EXPECT_NEAR(static_cast<double>(bytes) / static_cast<double>(bids), 100 - 32,
                2);  // Four numbers count as 32 bytes.
}

TEST(NexmarkGenerator, a_line_has_what_streamflow_takes_in) {
    const std::string line = to_ndjson(event_at({}, 4));
    EXPECT_THAT(
        line,
        HasSubstr(R"("type":"nexmark.bid","source":"nexmark","timestamp":"2015-07-14T23:59:00.0004Z","user_id":")"));
    EXPECT_THAT(line, HasSubstr(R"("data":{"auction":)"));
}

}  // namespace
}  // namespace sf::nexmark
