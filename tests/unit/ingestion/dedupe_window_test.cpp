#include "services/ingestion/dedupe_window.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <random>
#include <set>

namespace sf::ingestion {
namespace {

Uuid id_of(std::uint64_t number) { return uuid_from_name(std::to_string(number)); }

TEST(DedupeShard, tells_new_ids_from_known_ones_and_which_commit_brought_them) {
    DedupeShard shard(1024);
    EXPECT_FALSE(shard.add(id_of(1), 5, 0, {}).known);
    EXPECT_FALSE(shard.add(id_of(2), 6, 5, {}).known);
    const auto again = shard.add(id_of(1), 7, 6, {});
    EXPECT_TRUE(again.known);
    EXPECT_LE(again.commit, 5u);
    const auto pending = shard.add(id_of(2), 7, 5, {});
    EXPECT_TRUE(pending.known);
    EXPECT_EQ(pending.commit, 6u) << "still on its way";
    shard.remove(id_of(2));
    EXPECT_FALSE(shard.add(id_of(2), 8, 6, {}).known) << "forgotten, since its record was not stored";
}

// Against a plain model: a queue of the last ids. Additions, removals and repeats at random, over many turns of the
// ring.
TEST(DedupeShard, agrees_with_a_model_through_growth_and_eviction) {
    constexpr std::size_t kIdsMax = 4096;
    DedupeShard shard(kIdsMax);
    std::mt19937_64 random(11);
    std::set<std::uint64_t> model;
    std::deque<std::uint64_t> order;  // Ring positions; removed ids keep theirs.
    std::uint64_t next = 0;
    for (int step = 0; step < 200'000; ++step) {
        const auto choice = random() % 10;
        if (choice < 6 || order.empty()) {
            const std::uint64_t number = next++;
            ASSERT_FALSE(shard.add(id_of(number), 1, 1, {}).known);
            if (order.size() == kIdsMax) {
                // A place in the ring whose id was removed, or came again later, frees nothing.
                const std::uint64_t oldest = order.front();
                order.pop_front();
                if (std::ranges::find(order, oldest) == order.end()) model.erase(oldest);
            }
            order.push_back(number);
            model.insert(number);
        } else if (choice < 9) {
            const std::uint64_t number = order[random() % order.size()];
            if (!model.contains(number)) continue;
            ASSERT_TRUE(shard.add(id_of(number), 1, 1, {}).known) << number;
        } else {
            const std::uint64_t number = order[random() % order.size()];
            shard.remove(id_of(number));
            model.erase(number);
        }
        ASSERT_EQ(shard.size(), model.size()) << "at step " << step;
    }
    EXPECT_GT(shard.evicted_early(), 1000u);
}

// Ids of version 1 and counted ids differ in few bits. Searching among those that share a place takes time by the
// square of their number: a window that spreads them takes milliseconds here, one that does not takes minutes.
TEST(DedupeWindow, spreads_ids_that_differ_in_few_bits) {
    constexpr std::size_t kIds = 200'000;
    for (const int byte : {0, 2, 4, 6, 9, 12}) {
        DedupeWindow window(kIds * 48);
        std::vector<Uuid> ids(kIds);
        for (std::uint32_t i = 0; i < kIds; ++i) std::memcpy(ids[i].bytes.data() + byte, &i, sizeof i);
        std::vector<DedupeShard::Found> found;
        window.add(ids, 1, 0, {}, found);
        EXPECT_EQ(window.statistics().ids, kIds) << "byte " << byte;
        EXPECT_FALSE(window.statistics().known_since) << "none was forgotten: all shards fill alike";
    }
}

TEST(DedupeWindow, holds_as_many_ids_as_its_memory_allows) {
    constexpr std::size_t kBytes = 4u << 20;
    DedupeWindow window(kBytes);
    std::vector<Uuid> ids(1000);
    std::vector<DedupeShard::Found> found;
    for (std::uint64_t round = 0; round < 400; ++round) {
        for (std::uint64_t i = 0; i < ids.size(); ++i) ids[i] = id_of(round * 1000 + i);
        window.add(ids, round + 1, round, timestamp_from_micros(static_cast<std::int64_t>(round) * 2'000'000), found);
        for (const auto& f : found) ASSERT_FALSE(f.known);
    }
    const auto statistics = window.statistics();
    EXPECT_LE(statistics.bytes, kBytes);
    EXPECT_GT(statistics.ids, kBytes / 24 / 3) << "and not far fewer";
    EXPECT_GT(statistics.evicted_early, 0u);
    ASSERT_TRUE(statistics.known_since);
    EXPECT_GT(to_micros(*statistics.known_since), 0);
    window.add(ids, 401, 400, {}, found);
    for (const auto& f : found) EXPECT_TRUE(f.known) << "the newest are known";
}

TEST(DedupeWindow, counts_only_what_it_forgets_within_ten_minutes) {
    DedupeWindow window(1u << 20);
    std::vector<Uuid> ids(1000);
    std::vector<DedupeShard::Found> found;
    std::int64_t seconds = 0;
    std::uint64_t next = 0;
    const auto fill = [&](std::int64_t pause) {
        for (int round = 0; round < 100; ++round, seconds += pause) {
            for (Uuid& id : ids) id = id_of(next++);
            window.add(ids, next, next - 1, timestamp_from_micros(seconds * 1'000'000), found);
        }
    };
    fill(60);
    EXPECT_TRUE(window.statistics().known_since) << "something was forgotten";
    EXPECT_EQ(window.statistics().evicted_early, 0u) << "but all of it was old";
    fill(1);
    EXPECT_GT(window.statistics().evicted_early, 0u);
}

}  // namespace
}  // namespace sf::ingestion
