// The server's threads: each accepts connections, runs their events, brings answers from other threads to them, and
// looks four times a second whether one has been too slow. Internal to http/.
#pragma once

#include "base/task_pool.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "http/sockets.hpp"

#include <atomic>
#include <ctime>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>

namespace sf::http {

/// What the workers share. Constant after start, but for the counters.
struct Shared {
    Shared(ServerOptions o, Router r) : options(std::move(o)), router(std::move(r)) {
        for (unsigned i = 0; i < options.threads; ++i) {
            large_bodies.push_back(std::make_unique<TaskPool>(1, kLargeBodiesWaitingMax));
        }
    }

    ServerOptions options;
    Router router;
    std::atomic<std::size_t> connections = 0;  // WebSockets included.
    std::atomic<std::size_t> body_bytes = 0;   // Reserved by requests that are read or handled.
    std::atomic<std::size_t> websockets = 0;
    std::atomic<std::size_t> websocket_bytes = 0;  // Messages that wait to be sent.
    std::atomic<bool> stopping = false;
    /// One thread for each worker: runs the handlers of what has a large body. Started and stopped by the server.
    std::vector<std::unique_ptr<TaskPool>> large_bodies;

    static constexpr std::size_t kLargeBodiesWaitingMax = 4096;
};

class Session;
class WebSocketConnection;

// Owned by its outstanding operation, its worker, and an answer on its way.
using SessionPtr = std::shared_ptr<Session>;
// Owned by its outstanding operations, its worker, and whoever sends to it.
using WebSocketConnectionPtr = std::shared_ptr<WebSocketConnection>;

/// One thread with its own event loop and connections. Shared by the server, which ends it, and the connections, which
/// an answer that is still owed may keep for longer than that.
class Worker : public std::enable_shared_from_this<Worker> {
public:
    Worker(std::shared_ptr<Shared> shared, unsigned number)
        : shared_owner_(std::move(shared)), shared_(*shared_owner_), number_(number) {}

    asio::io_context& io() { return io_; }
    void add_acceptor(Acceptor acceptor);
    void run();    // Until stop() and no connection is left, or abort(). Leaves no connection behind.
    void stop();   // Any thread: closes the acceptors and idle connections.
    void abort();  // Any thread: drops everything.

    /// Brings an answer to its connection. Any thread.
    void deliver(SessionPtr session, Response response);
    /// Has the connection look at what it should send. Any thread.
    void wake(WebSocketConnectionPtr socket);

    void session_ended(Session* session);
    /// `session` has given its socket away; the connection counts on.
    void session_upgraded(Session* session, WebSocketConnectionPtr socket);
    void websocket_ended(WebSocketConnection* socket);

    [[nodiscard]] unsigned number() const { return number_; }
    [[nodiscard]] bool on_this_thread() const { return thread_id_ == std::this_thread::get_id(); }
    [[nodiscard]] std::string_view date();

private:
    struct Listening {
        Acceptor acceptor;
        SteadyTimer retry;
        bool failing = false;
    };

    void accept(std::size_t which);
    void sweep();
    void drain_mailbox();
    [[nodiscard]] bool idle() const { return sessions_.empty() && websockets_.empty(); }

    std::shared_ptr<Shared> shared_owner_;  // With the server.
    Shared& shared_;
    const unsigned number_;
    asio::io_context io_{1};
    std::vector<std::unique_ptr<Listening>> listening_;
    std::optional<SteadyTimer> sweep_timer_;
    std::unordered_set<SessionPtr> sessions_;
    std::unordered_set<WebSocketConnectionPtr> websockets_;
    std::thread::id thread_id_;
    std::string date_;
    std::time_t date_second_ = 0;

    std::mutex mailbox_mutex_;
    std::vector<std::pair<SessionPtr, Response>> mailbox_;  // Under mailbox_mutex_, as all below.
    std::vector<WebSocketConnectionPtr> woken_;
    bool mailbox_posted_ = false;
    bool mailbox_closed_ = false;  // run() has ended.
};

}  // namespace sf::http
