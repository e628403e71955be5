// Feeds everybody who watches: one thread reads what views emit, and the events while somebody tails them, from the end
// of the log on, and hands it to the connections. A client that reads slowly gets fewer and newer frames; nobody waits
// for it.
#pragma once

#include "base/clock.hpp"
#include "http/websocket.hpp"
#include "messaging/log.hpp"
#include "services/dashboard/live/event_tail.hpp"
#include "services/dashboard/live/live_message.hpp"
#include "services/dashboard/live/view_feed.hpp"
#include "services/dashboard/overview.hpp"
#include "services/dashboard/point_reader.hpp"
#include "services/dashboard/view_catalog.hpp"

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace sf::dashboard {

struct LiveHubOptions {
    std::string events_topic = "events";
    messaging::Partition events_partitions = 1;
    std::string points_topic = "metrics";
    messaging::Partition points_partitions = 1;
    std::size_t subscriptions_max = 100;        // Of one connection,
    std::size_t tails_max = 10;                 // and so many of them tails.
    std::size_t messages_waiting_max = 256;     // Of one connection, not yet looked at; then it is closed.
    std::size_t client_bytes_max = 256u << 10;  // A client that has so much to read gets no more frames for now.
    std::size_t backlog_bytes_max = 64u << 20;  // Rows that wait to be sent, of all clients; then nobody new gets any.
    messaging::Offset points_behind_max = 10'000;  // Records; further behind, all begin anew with snapshots.
    std::chrono::milliseconds snapshot_retry = std::chrono::seconds{2};  // When the store could not answer just now.
};

struct LiveHubStatistics {
    std::uint64_t connections = 0;
    std::uint64_t subscriptions = 0;
    std::uint64_t frames = 0;
    std::uint64_t backlog_bytes = 0;
};

class LiveHub {
public:
    LiveHub(LiveHubOptions options, messaging::Log& log, ViewCatalog& catalog, PointReader& points, Overview& overview,
            const Clock& clock);
    ~LiveHub();

    /// Both topics exist.
    void start();
    void stop();  // Idempotent. Connections stay open and hear nothing more: the server closes them.

    /// Takes over a connection, and sets its callbacks. A worker's thread.
    void open(http::WebSocketPtr socket);

    [[nodiscard]] LiveHubStatistics statistics() const;

private:
    struct Connection;
    using ConnectionPtr = std::shared_ptr<Connection>;  // By the hub, its socket's callbacks, snapshots on their way.

    // What other threads tell the hub's.
    struct Opened {
        ConnectionPtr connection;
    };
    struct Said {
        ConnectionPtr connection;
        std::variant<LiveMessage, LiveMessageError> message;
    };
    struct Read {
        ConnectionPtr connection;
        std::string id;
        std::uint64_t number;  // Of the feed: another one may have taken the id.
        Result<std::vector<LiveRowPtr>> rows;
    };
    using Word = std::variant<Opened, Said, Read>;

    void tell(Word word);
    void run(const std::stop_token& stop);
    [[nodiscard]] std::vector<Word> wait_for_words(const std::stop_token& stop);
    void hear(Opened word);
    void hear(Said word);
    void hear(Read word);
    void subscribe(Connection& connection, LiveMessage message);
    void remove(Connection& connection, const std::string& id);
    void send(Connection& connection, std::string frame);

    void drop_closed();
    void read_points(const std::stop_token& stop);
    void begin_anew(std::string_view why);
    void restart_points();
    void offer(const models::MetricBatch& batch);
    void ask_snapshots(Deadline now);
    void read_events();
    [[nodiscard]] bool look_at_events(messaging::Partition partition);
    void feed_tails();
    void send_tails(Connection& connection);
    void each_second();
    void drop_gone_views();
    void flush(Deadline now);

    const LiveHubOptions options_;
    messaging::Log& log_;
    ViewCatalog& catalog_;
    PointReader& points_;
    Overview& overview_;
    const Clock& clock_;

    std::mutex mutex_;
    std::condition_variable_any told_;
    std::vector<Word> words_;  // Under mutex_.

    // The hub's thread alone.
    std::vector<ConnectionPtr> connections_;
    std::uint64_t next_number_ = 1;
    std::size_t view_feeds_ = 0;
    std::size_t tail_feeds_ = 0;
    std::vector<messaging::Offset> points_from_;  // By partition; empty while nobody watches.
    std::vector<messaging::Offset> events_from_;
    bool behind_ = false;  // There were more points than could be looked at in one go.
    std::map<EventFilter, EventTail> tails_;
    Deadline next_second_{};
    Deadline next_tail_{};
    std::size_t reading_ = 0;  // Snapshots on their way.
    std::size_t backlog_bytes_ = 0;

    std::atomic<std::uint64_t> connections_now_ = 0;  // For statistics(), as all below.
    std::atomic<std::uint64_t> subscriptions_now_ = 0;
    std::atomic<std::uint64_t> frames_ = 0;
    std::atomic<std::uint64_t> backlog_now_ = 0;

    std::jthread thread_;
};

}  // namespace sf::dashboard
