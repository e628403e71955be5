#include "database/lakehouse/compaction_plan.hpp"

#include <gtest/gtest.h>

namespace sf::database {
namespace {

constexpr std::uint64_t kMiB = 1u << 20;
const std::string kToday = "2015-05-18";

std::vector<MergeCandidate> files_of(const std::string& day, std::vector<std::uint64_t> sizes) {
    std::vector<MergeCandidate> files;
    for (const std::uint64_t size : sizes) {
        MergeCandidate file;
        file.id = static_cast<std::int64_t>(files.size()) + 1;
        file.day = day;
        file.bytes = size;
        files.push_back(file);
    }
    return files;
}

using Ids = std::vector<std::int64_t>;

TEST(CompactionPlan, few_files_of_today_are_left_alone) {
    EXPECT_FALSE(plan_compaction(files_of(kToday, {kMiB, kMiB, kMiB}), kToday, {}));
}

TEST(CompactionPlan, files_of_like_size_are_merged_while_their_day_lasts) {
    EXPECT_EQ(plan_compaction(files_of(kToday, {1, 2, 3, 90 * kMiB, 4, 5, 6, 7, 8}), kToday, {}),
              (Ids{1, 2, 3, 5, 6, 7, 8, 9}));
}

TEST(CompactionPlan, a_day_that_is_over_is_merged_down_to_the_target) {
    EXPECT_EQ(plan_compaction(files_of("2015-05-17", {100 * kMiB, kMiB}), kToday, {}), (Ids{2, 1}));
    EXPECT_EQ(plan_compaction(files_of("2015-05-17", {250 * kMiB, 250 * kMiB, 200 * kMiB}), kToday, {}), (Ids{3, 1}));
    EXPECT_FALSE(plan_compaction(files_of("2015-05-17", {300 * kMiB, kMiB}), kToday, {}));
    EXPECT_FALSE(plan_compaction(files_of("2015-05-17", {kMiB}), kToday, {}));
}

TEST(CompactionPlan, days_are_never_mixed) {
    std::vector<MergeCandidate> files = files_of("2015-05-16", {1});
    for (MergeCandidate& file : files_of("2015-05-17", {1})) {
        file.id = 7;
        files.push_back(file);
    }
    EXPECT_FALSE(plan_compaction(files, kToday, {}));
}

TEST(CompactionPlan, no_more_files_at_once_than_allowed_and_none_when_off) {
    CompactionOptions options;
    options.files_max = 3;
    EXPECT_EQ(plan_compaction(files_of("2015-05-17", {4, 3, 2, 1}), kToday, options), (Ids{4, 3, 2}));
    options.enabled = false;
    EXPECT_FALSE(plan_compaction(files_of("2015-05-17", {4, 3, 2, 1}), kToday, options));
}

// Repeated merging ends, and with files about as large as they should be.
TEST(CompactionPlan, merging_comes_to_an_end) {
    std::vector<MergeCandidate> files = files_of("2015-05-17", std::vector<std::uint64_t>(1440, 3 * kMiB));
    std::int64_t next_id = 10'000;
    int merges = 0;
    while (const auto ids = plan_compaction(files, kToday, {})) {
        ASSERT_LT(++merges, 200);
        MergeCandidate merged = files.front();
        merged.id = next_id++;
        merged.bytes = 0;
        for (const std::int64_t id : *ids) {
            const auto found = std::ranges::find(files, id, &MergeCandidate::id);
            merged.bytes += found->bytes;
            files.erase(found);
        }
        files.push_back(merged);
    }
    EXPECT_LE(files.size(), 20u);
}

}  // namespace
}  // namespace sf::database
