// A few threads and a bounded queue of work in front of them: for what must not run on a server's thread.
#pragma once

#include "base/bounded_queue.hpp"

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

namespace sf {

/// Any thread. Tasks run once each, in the order they came, or are destroyed without running once stop() has begun:
/// what they hold must see to it that somebody who waits is told.
class TaskPool {
public:
    using Task = std::move_only_function<void()>;

    TaskPool(unsigned threads, std::size_t waiting_max) : threads_count_(threads), tasks_(waiting_max) {}
    ~TaskPool() { stop(); }
    TaskPool(const TaskPool&) = delete;
    TaskPool& operator=(const TaskPool&) = delete;

    void start() {
        for (unsigned i = 0; i < threads_count_; ++i) {
            threads_.emplace_back([this] {
                while (auto task = tasks_.pop()) {
                    if (!stopping_) (*task)();
                }
            });
        }
    }

    /// Waits for what runs. Idempotent.
    void stop() {
        stopping_ = true;
        tasks_.close();
        for (std::thread& thread : threads_) thread.join();
        threads_.clear();
    }

    /// False when the queue is full or the pool has stopped; the task is destroyed then.
    [[nodiscard]] bool run(Task task) { return tasks_.try_push(std::move(task)); }

private:
    const unsigned threads_count_;
    BoundedQueue<Task> tasks_;
    std::vector<std::thread> threads_;
    std::atomic<bool> stopping_ = false;
};

}  // namespace sf
