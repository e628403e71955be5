// Reads stored events in the order of a time column, more of them than memory holds: the time is cut into slices of
// about so many events, and each slice is sorted by itself.
#pragma once

#include "database/event_store.hpp"
#include "database/lakehouse/data_file.hpp"
#include "database/lakehouse/duck_worker.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>
#include <vector>

namespace sf::database {

struct EventScanOptions {
    duck::WorkerOptions worker;  // What a scan has while it runs.
    std::uint64_t slice_events = 400'000;
};

using TakeEvents = std::function<Result<>(const models::EventBatchPtr&)>;

/// One scan at a time; the others wait for their turn. Any thread.
class EventScanner {
public:
    explicit EventScanner(EventScanOptions options) : options_(std::move(options)) {}

    void start();
    void stop();  // Ends what runs and what waits, and waits for it.

    /// As EventStore::scan(), over the files that `begin` gives when it is this scan's turn.
    [[nodiscard]] Result<> run(const std::function<Result<std::vector<DataFilePtr>>()>& begin, TimeColumn order,
                               const TakeEvents& take, const std::stop_token& stop);

private:
    const EventScanOptions options_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    bool scanning_ = false;     // Under mutex_.
    bool stopped_ = true;       // Under mutex_.
    std::stop_source running_;  // Under mutex_: of the one that scans.
};

}  // namespace sf::database
