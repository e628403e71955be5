// Calls something every so often on a thread of its own.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace sf::app {

class Periodic {
public:
    Periodic(std::chrono::microseconds interval, std::function<void()> work)
        : thread_([interval, work = std::move(work)](std::stop_token stop) {
              std::mutex mutex;
              std::condition_variable_any wake;
              std::unique_lock lock(mutex);
              while (!wake.wait_for(lock, stop, interval, [&] { return stop.stop_requested(); })) work();
          }) {}

private:
    std::jthread thread_;
};

}  // namespace sf::app
