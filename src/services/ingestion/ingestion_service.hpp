// The ingestion service: takes events over HTTP, gives each a verdict, makes them durable in the log. README.md has its
// threads.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "database/document_store.hpp"
#include "http/route.hpp"
#include "http/server.hpp"
#include "messaging/log.hpp"
#include "models/event_reader.hpp"
#include "services/ingestion/dedupe_journal.hpp"
#include "services/ingestion/dedupe_window.hpp"
#include "services/ingestion/intake.hpp"
#include "services/ingestion/quarantine.hpp"

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

namespace sf::ingestion {

struct IngestionOptions {
    std::filesystem::path data;  // The dedupe journal goes below it.
    messaging::Partition partitions = 1;
    std::string durability = "fsync";  // What an acknowledgement promises, as clients are told: "fsync" or "os".
    std::size_t dedupe_bytes = 256u << 20;
    unsigned workers = http::handler_threads(1);  // Threads that run handlers.
    QuarantineOptions quarantine;
};

class IngestionService {
public:
    IngestionService(IngestionOptions options, messaging::Log& log, database::DocumentStore& documents,
                     const Clock& clock);
    ~IngestionService();

    /// Makes the topic, restores the dedupe window, starts the threads.
    [[nodiscard]] Result<> start();

    /// Answers what is under way. Call it after the HTTP server has stopped taking requests. Idempotent.
    void stop();

    void add_routes(http::RouteTable& routes);

    /// An event of this process itself, `system.host` say. Any thread; `done` as for requests.
    void submit(const models::Event& event, OnAdmitted done);

    /// Called every second or so: see Intake::tick_idle().
    void tick_idle() { intake_.tick_idle(); }

    /// Makes the saved copy of the dedupe window durable, which moves trim_floor(). Blocks on the disk: on a thread
    /// that nobody waits for, every few seconds.
    void save_dedupe();

    /// The log may be trimmed below this.
    [[nodiscard]] messaging::Offset trim_floor(messaging::Partition partition) const {
        return journal_.covered(partition);
    }

    struct Statistics {
        Intake::Statistics intake;
        DedupeWindow::Statistics dedupe;
        std::uint64_t rejected = 0;
        std::uint64_t quarantined = 0;
        std::uint64_t quarantine_size = 0;
    };
    [[nodiscard]] Statistics statistics() const;

private:
    // What a server thread needs to read bodies; no two threads share one.
    struct Worker {
        models::EventReader reader;
        models::EventReading reading;
        UuidGenerator ids;
    };

    [[nodiscard]] Result<> restore_dedupe();
    void take(http::Request request, http::Responder respond, models::EventReader::Form form);
    void flush(http::Responder respond);
    void show_quarantine(const http::Request& request, http::Responder respond);

    const IngestionOptions options_;
    messaging::Log& log_;
    const Clock& clock_;
    DedupeWindow dedupe_;
    DedupeJournal journal_;
    Quarantine quarantine_;
    Intake intake_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::mutex own_mutex_;
    Worker own_;  // For submit(). Under own_mutex_.
    std::atomic<std::uint64_t> rejected_ = 0;
    std::atomic<std::uint64_t> quarantined_ = 0;
    bool started_ = false;
};

}  // namespace sf::ingestion
