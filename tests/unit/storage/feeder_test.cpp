#include "services/storage/feeder.hpp"

#include "messaging/testing/memory_log.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace sf::storage {
namespace {

using namespace std::chrono_literals;

// A store that notes the offsets it was given.
class FeederTest : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(log_.start());
        ASSERT_TRUE(log_.ensure_topic("metrics", 2));
    }
    void append(int count, messaging::Partition partition = 0) {
        for (int i = 0; i < count; ++i)
            log_.append("metrics", partition, {.kind = messaging::RecordKind::tick}, [](const auto&) {});
    }
    FeedTarget target() {
        return {.next_offsets = [this] { return next_; },
                .add = [this](messaging::Partition partition, std::span<const messaging::StoredRecord> records,
                              Deadline) -> Result<> {
                    std::lock_guard lock(mutex_);
                    if (!refusals_.empty()) {
                        Error error = refusals_.back();
                        refusals_.pop_back();
                        return fail(std::move(error));
                    }
                    for (const auto& record : records) given_[partition].push_back(record.offset);
                    return {};
                }};
    }
    std::vector<messaging::Offset> given(messaging::Partition partition = 0) {
        std::lock_guard lock(mutex_);
        return given_[partition];
    }

    messaging::testing::MemoryLog log_;
    std::mutex mutex_;
    std::map<messaging::Partition, messaging::Offset> next_;
    std::map<messaging::Partition, std::vector<messaging::Offset>> given_;  // Under mutex_.
    std::vector<Error> refusals_;                                           // Under mutex_; the last is the next.
};

TEST_F(FeederTest, gives_each_partition_what_is_behind_the_files_and_what_comes) {
    append(5);
    append(3, 1);
    next_ = {{0, 2}};
    Feeder feeder(log_, target(), system_clock());
    ASSERT_TRUE(feeder.start("metrics", 2));
    ASSERT_TRUE(feeder.catch_up(20s));
    EXPECT_EQ(given(0), (std::vector<messaging::Offset>{2, 3, 4}));
    EXPECT_EQ(given(1), (std::vector<messaging::Offset>{0, 1, 2}));
    append(1);
    ASSERT_TRUE(feeder.catch_up(20s));
    EXPECT_EQ(given(0).back(), 5u);
    EXPECT_EQ(feeder.lag(), 0u);
}

TEST_F(FeederTest, a_full_store_is_given_the_same_records_again) {
    refusals_ = {Error{ErrorCode::overloaded, "full"}, Error{ErrorCode::overloaded, "full"}};
    append(3);
    Feeder feeder(log_, target(), system_clock());
    ASSERT_TRUE(feeder.start("metrics", 1));
    ASSERT_TRUE(feeder.catch_up(20s));
    EXPECT_EQ(given(), (std::vector<messaging::Offset>{0, 1, 2}));
    EXPECT_FALSE(feeder.failure());
}

TEST_F(FeederTest, any_other_error_ends_it_and_is_told) {
    refusals_ = {Error{ErrorCode::internal, "broken"}};
    append(3);
    Feeder feeder(log_, target(), system_clock());
    ASSERT_TRUE(feeder.start("metrics", 1));
    EXPECT_FALSE(feeder.catch_up(1h)) << "nobody waits for what never comes";
    ASSERT_TRUE(feeder.failure());
    EXPECT_EQ(feeder.failure()->message, "broken");
    EXPECT_EQ(feeder.lag(), 3u);
}

TEST_F(FeederTest, a_partition_that_failed_keeps_nobody_from_waiting_for_the_others) {
    FeedTarget slow = target();
    std::promise<void> gate;
    std::shared_future<void> open = gate.get_future().share();
    slow.add = [this, open](messaging::Partition partition, std::span<const messaging::StoredRecord> records,
                            Deadline) -> Result<> {
        if (partition == 0) return fail(ErrorCode::internal, "broken");
        open.wait();
        std::lock_guard lock(mutex_);
        for (const auto& record : records) given_[partition].push_back(record.offset);
        return {};
    };
    append(1);
    Feeder feeder(log_, slow, system_clock());
    ASSERT_TRUE(feeder.start("metrics", 2));
    EXPECT_FALSE(feeder.catch_up(1h));
    ASSERT_TRUE(feeder.failure());
    append(3, 1);
    EXPECT_FALSE(feeder.catch_up(0ms));
    std::jthread opener([&] { gate.set_value(); });
    EXPECT_FALSE(feeder.catch_up(20s));
    EXPECT_EQ(given(1), (std::vector<messaging::Offset>{0, 1, 2}));
    EXPECT_EQ(feeder.lag(), 1u);
}

TEST_F(FeederTest, a_log_that_does_not_belong_to_the_store_is_refused) {
    append(3);
    next_ = {{0, 4}};
    Feeder shorter(log_, target(), system_clock());
    EXPECT_EQ(shorter.start("metrics", 1).error().code, ErrorCode::corrupt);
    ASSERT_TRUE(log_.trim("metrics", 0, 2));
    next_ = {{0, 1}};
    Feeder later(log_, target(), system_clock());
    const auto refused = later.start("metrics", 1);
    EXPECT_EQ(refused.error().code, ErrorCode::corrupt);
    EXPECT_NE(refused.error().detail.find("topic \"metrics\""), std::string::npos);
}

}  // namespace
}  // namespace sf::storage
