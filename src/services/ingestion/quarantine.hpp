// Well-formed events that can't enter the stream, kept with the reason until somebody looks at them. Bounded: when it
// is full, such events are refused for the sender to keep.
#pragma once

#include "base/bounded_queue.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "database/document_store.hpp"
#include "http/message.hpp"
#include "models/event_reader.hpp"

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

namespace sf::ingestion {

struct QuarantineOptions {
    std::uint64_t events_max = 100'000;
    std::size_t waiting_max = 256;  // Requests whose events are to be written.
};

/// Its own thread writes, since the store syncs and server threads must not wait.
class Quarantine {
public:
    using OnStored = std::move_only_function<void(Result<>)>;

    Quarantine(QuarantineOptions options, database::DocumentStore& store);
    ~Quarantine();

    [[nodiscard]] Result<> start();
    void stop();  // Writes what waits. Idempotent.

    /// Copies the quarantined events of `reading`. `done` runs once, on the quarantine's thread or at once.
    void put(const models::EventReading& reading, Timestamp received_at, OnStored done);

    /// A page, in the order of the keys: {"events":[{"key","received_at","errors","event"}],"next"}. Blocks.
    [[nodiscard]] Result<std::string> page(std::string_view after, std::size_t limit);

    [[nodiscard]] std::uint64_t size() const { return size_; }

private:
    struct Job {
        std::vector<database::Document> documents;
        OnStored done;
    };

    void run();

    const QuarantineOptions options_;
    database::DocumentStore& store_;
    BoundedQueue<Job> jobs_;
    std::atomic<std::uint64_t> size_ =
        0;  // Of the collection, roughly: an event that comes again is counted until restart.
    std::thread thread_;
};

}  // namespace sf::ingestion
