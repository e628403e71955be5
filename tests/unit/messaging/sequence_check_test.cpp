#include "messaging/sequence_check.hpp"

#include <gtest/gtest.h>

namespace sf::messaging {
namespace {

using Verdict = SequenceCheck::Verdict;

StoredRecord record(Offset offset, ProducerStamp stamp) { return {.offset = offset, .stamp = stamp}; }

TEST(SequenceCheck, passes_what_follows_drops_what_repeats_and_reports_gaps) {
    SequenceCheck check(100);
    EXPECT_EQ(check.look(record(100, {1, 1, 5})), Verdict::next) << "a reader may begin anywhere";
    EXPECT_EQ(check.look(record(101, {1, 1, 6})), Verdict::next);
    EXPECT_EQ(check.look(record(102, {1, 1, 6})), Verdict::seen);
    EXPECT_EQ(check.look(record(102, {1, 1, 4})), Verdict::seen);
    EXPECT_EQ(check.look(record(102, {1, 1, 8})), Verdict::gap);
    EXPECT_EQ(check.look(record(103, {1, 1, 9})), Verdict::next) << "one alarm a gap";
    EXPECT_EQ(check.look(record(104, {1, 2, 0})), Verdict::next);
    EXPECT_EQ(check.look(record(105, {1, 1, 10})), Verdict::seen) << "a writer of an older epoch";
    EXPECT_EQ(check.look(record(105, {1, 3, 2})), Verdict::gap) << "an epoch begins at 0";
}

TEST(SequenceCheck, reports_offsets_that_a_repair_gave_up) {
    SequenceCheck check(10);
    EXPECT_EQ(check.look(record(12, {1, 1, 5})), Verdict::gap) << "before the first record that is read";
    EXPECT_EQ(check.look(record(13, {1, 1, 6})), Verdict::next);
    EXPECT_EQ(check.look(record(20, {1, 2, 0})), Verdict::gap) << "the new epoch's beginning does not hide it";
    EXPECT_EQ(check.look(record(13, {1, 1, 6})), Verdict::seen);
}

}  // namespace
}  // namespace sf::messaging
