#include "base/bounded_queue.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace sf {
namespace {

TEST(BoundedQueue, keeps_order_and_its_limit) {
    BoundedQueue<int> queue(2);
    EXPECT_TRUE(queue.try_push(1));
    EXPECT_TRUE(queue.try_push(2));
    EXPECT_FALSE(queue.try_push(3));
    EXPECT_EQ(queue.pop(), 1);
    EXPECT_TRUE(queue.try_push(3));
    EXPECT_EQ(queue.pop(), 2);
    EXPECT_EQ(queue.pop(), 3);
}

TEST(BoundedQueue, a_full_queue_lets_the_producer_wait) {
    BoundedQueue<int> queue(1);
    EXPECT_TRUE(queue.push(1));
    auto producer = std::async(std::launch::async, [&] { return queue.push(2); });
    EXPECT_EQ(queue.pop(), 1);
    EXPECT_TRUE(producer.get());
    EXPECT_EQ(queue.pop(), 2);
}

TEST(BoundedQueue, close_drains_and_then_ends) {
    BoundedQueue<int> queue(4);
    EXPECT_TRUE(queue.push(1));
    auto waiting = std::async(std::launch::async, [&] {
        (void)queue.pop();
        return queue.pop();
    });
    queue.close();
    EXPECT_FALSE(waiting.get());
    EXPECT_FALSE(queue.push(2));
    EXPECT_FALSE(queue.pop_until(std::chrono::steady_clock::now()));
}

}  // namespace
}  // namespace sf
