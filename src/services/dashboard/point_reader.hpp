// Asks the point store away from the server's threads and from the hub: a few threads, a bounded queue in front.
#pragma once

#include "base/bounded_queue.hpp"
#include "base/clock.hpp"
#include "database/point_store.hpp"

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace sf::dashboard {

struct PointReaderOptions {
    unsigned threads = 2;
    std::size_t waiting_max = 1024;
    std::chrono::milliseconds lag_max = std::chrono::seconds{10};  // So long a request waits for the store, in all.
    /// Waits until the store has every point that is durable now, or so long; false if it has not. Empty: it always
    /// has.
    std::function<bool(std::chrono::milliseconds)> caught_up;
};

class PointReader {
public:
    PointReader(PointReaderOptions options, database::PointStore& store, const Clock& clock);
    ~PointReader();

    void start();
    void stop();  // What waits gets `cancelled`. Idempotent.

    using Rows = Result<std::vector<models::MetricPoint>>;
    /// Runs on a thread of the reader.
    using Done = std::move_only_function<void(Rows)>;

    /// The latest points, with all in them that was durable when this was called; `unavailable` if the store lags too
    /// far behind for that. False, and `done` is not called: too many are waiting. Any thread.
    [[nodiscard]] bool read(std::string view, database::PointFilter filter, Done done);

private:
    struct Job {
        std::string view;
        database::PointFilter filter;
        Done done;
        Deadline enough;  // Of the waiting for the store.
    };

    void work();
    [[nodiscard]] Result<> catch_up(Deadline enough) const;

    const PointReaderOptions options_;
    database::PointStore& store_;
    const Clock& clock_;
    BoundedQueue<Job> jobs_;
    std::atomic<bool> stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace sf::dashboard
