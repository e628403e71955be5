#include "services/analytics/point_publisher.hpp"

#include "messaging/testing/memory_log.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace sf::analytics {
namespace {

using namespace std::chrono_literals;

const Error kFull{ErrorCode::unavailable, "the disk is full"};

class PointPublisherTest : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(log_.start());
        ASSERT_TRUE(log_.ensure_topic(kMetricsTopic, 1));
    }
    std::uint64_t publish() {
        engine::Emitted emitted;
        emitted.points.push_back({.view = "v", .keys = "{}", .values = R"({"n":1})"});
        publisher_.publish(0, std::move(emitted), never_.get_token());
        return publisher_.ticket();
    }
    bool wait(std::uint64_t ticket, std::chrono::milliseconds patience) {
        return publisher_.wait_durable(ticket, never_.get_token(), std::chrono::steady_clock::now() + patience);
    }
    bool eventually_held(std::size_t count) {
        const Deadline end = std::chrono::steady_clock::now() + 20s;
        while (log_.held() != count) {
            if (std::chrono::steady_clock::now() > end) return false;
            std::this_thread::yield();
        }
        return true;
    }

    messaging::testing::MemoryLog log_;
    PointPublisher publisher_{log_, system_clock()};
    std::stop_source never_;
};

TEST_F(PointPublisherTest, what_failed_is_appended_again_and_nobody_takes_it_for_durable_before) {
    log_.hold();
    const std::uint64_t ticket = publish();
    log_.fail_held(kFull);
    auto first = std::async(std::launch::async, [&] { return wait(ticket, 20s); });
    ASSERT_TRUE(eventually_held(1)) << "it is not appended again";
    EXPECT_FALSE(wait(ticket, 50ms)) << "it is under way, for whoever asks";
    EXPECT_FALSE(wait(publish(), 50ms));
    log_.release();
    EXPECT_TRUE(first.get());
    EXPECT_TRUE(wait(publisher_.ticket(), 20s));
    EXPECT_EQ(log_.range(kMetricsTopic, 0)->end, 2u);
}

TEST_F(PointPublisherTest, waiting_ends_at_its_time_while_the_log_takes_nothing) {
    log_.fail_appends(kFull);
    const std::uint64_t ticket = publish();
    EXPECT_FALSE(wait(ticket, 50ms));
    log_.fail_appends(std::nullopt);
    EXPECT_TRUE(wait(ticket, 20s));
}

TEST_F(PointPublisherTest, waiting_ends_with_the_service) {
    log_.hold();
    const std::uint64_t ticket = publish();
    auto waiter = std::async(std::launch::async, [&] { return wait(ticket, 20s); });
    never_.request_stop();
    EXPECT_FALSE(waiter.get());
    log_.release();
}

TEST_F(PointPublisherTest, goes_on_by_itself_when_much_could_not_be_stored) {
    log_.fail_appends(kFull);
    engine::Emitted emitted;
    for (int i = 0; i < 80; ++i)
        emitted.points.push_back({.view = "v", .keys = "{}", .values = std::string(500'000, 'x')});
    // More than may be under way: it stands still, and no checkpoint is waiting that would append again.
    auto publishing = std::async(std::launch::async, [&] {
        publisher_.publish(0, std::move(emitted), never_.get_token());
        return true;
    });
    EXPECT_EQ(publishing.wait_for(100ms), std::future_status::timeout);
    log_.fail_appends(std::nullopt);
    ASSERT_EQ(publishing.wait_for(20s), std::future_status::ready);
    EXPECT_TRUE(wait(publisher_.ticket(), 20s));
    EXPECT_EQ(log_.range(kMetricsTopic, 0)->end, 80u);
}

}  // namespace
}  // namespace sf::analytics
