// How data crosses threads: by value, with a limit. When it is full, push() waits and try_push() says no.
#pragma once

#include "base/clock.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace sf {

/// Any number of producers and consumers. After close(), pushes fail and pops drain what is left, then return nothing.
template <class T>
class BoundedQueue {
public:
    explicit BoundedQueue(std::size_t size_max) : size_max_(size_max) {}

    /// Waits for room. False once the queue is closed.
    [[nodiscard]] bool push(T value) {
        std::unique_lock lock(mutex_);
        room_.wait(lock, [&] { return closed_ || items_.size() < size_max_; });
        return put(std::move(value));
    }

    /// False at once when the queue is full or closed.
    [[nodiscard]] bool try_push(T value) {
        std::unique_lock lock(mutex_);
        if (items_.size() >= size_max_) return false;
        return put(std::move(value));
    }

    /// Waits for an item. Nothing once the queue is closed and empty.
    [[nodiscard]] std::optional<T> pop() {
        std::unique_lock lock(mutex_);
        filled_.wait(lock, [&] { return closed_ || !items_.empty(); });
        return take();
    }

    /// As pop(), but gives up at `deadline`.
    [[nodiscard]] std::optional<T> pop_until(Deadline deadline) {
        std::unique_lock lock(mutex_);
        filled_.wait_until(lock, deadline, [&] { return closed_ || !items_.empty(); });
        return take();
    }

    void close() {
        std::lock_guard lock(mutex_);
        closed_ = true;
        filled_.notify_all();
        room_.notify_all();
    }

    /// Nothing can be pushed any more; what is left can be popped.
    [[nodiscard]] bool is_closed() const {
        std::lock_guard lock(mutex_);
        return closed_;
    }

    [[nodiscard]] std::size_t size() const {
        std::lock_guard lock(mutex_);
        return items_.size();
    }

private:
    bool put(T value) {
        if (closed_) return false;
        items_.push_back(std::move(value));
        filled_.notify_one();
        return true;
    }
    std::optional<T> take() {
        if (items_.empty()) return std::nullopt;
        std::optional<T> value(std::move(items_.front()));
        items_.pop_front();
        room_.notify_one();
        return value;
    }

    const std::size_t size_max_;
    mutable std::mutex mutex_;
    std::condition_variable filled_;
    std::condition_variable room_;
    std::deque<T> items_;  // Under mutex_.
    bool closed_ = false;  // Under mutex_.
};

}  // namespace sf
