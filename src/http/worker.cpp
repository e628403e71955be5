#include "http/worker.hpp"

#include "base/logging.hpp"
#include "http/session.hpp"
#include "http/websocket/connection.hpp"

#include <boost/asio/post.hpp>

#include <ctime>

namespace sf::http {

using boost::system::error_code;

namespace {

constexpr auto kSweepInterval = std::chrono::milliseconds{250};
constexpr auto kAcceptRetry = std::chrono::milliseconds{100};

// A connection may end itself, and leave its set, while one looks through them.
template <class Set>
std::vector<typename Set::key_type> copy_of(const Set& connections) {
    return {connections.begin(), connections.end()};
}

}  // namespace

void Worker::add_acceptor(Acceptor acceptor) {
    listening_.push_back(std::make_unique<Listening>(Listening{std::move(acceptor), SteadyTimer(io_)}));
    accept(listening_.size() - 1);
}

void Worker::accept(std::size_t which) {
    Listening& listening = *listening_[which];
    listening.acceptor.async_accept(io_.get_executor(), [this, which](error_code error, Socket socket) {
        if (error == asio::error::operation_aborted || shared_.stopping) return;
        if (error) {
            // Out of file descriptors, most likely: accepting again at once would spin.
            if (!std::exchange(listening_[which]->failing, true))
                logging::warn("connections can't be accepted for now", {{"error", error.message()}});
            listening_[which]->retry.expires_after(kAcceptRetry);
            listening_[which]->retry.async_wait([this, which](error_code stopped) {
                if (!stopped) accept(which);
            });
            return;
        }
        listening_[which]->failing = false;
        if (shared_.connections.fetch_add(1) >= shared_.options.limits.connections_max) {
            shared_.connections.fetch_sub(1);
            static constexpr std::string_view kBusy =
                "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\nConnection: close\r\n\r\n";
            error_code ignored;
            socket.write_some(asio::buffer(kBusy), ignored);
        } else {
            const auto session = std::make_shared<Session>(shared_from_this(), shared_, std::move(socket));
            sessions_.insert(session);
            session->start();
        }
        accept(which);
    });
}

void Worker::run() {
    thread_id_ = std::this_thread::get_id();
    sweep_timer_.emplace(io_);
    sweep();
    io_.run();
    // Connections own this worker, and what is still queued in its event loop owns connections: let all of it run out.
    for (const SessionPtr& session : copy_of(sessions_)) session->close();
    for (const WebSocketConnectionPtr& socket : copy_of(websockets_)) socket->drop();
    listening_.clear();
    sweep_timer_.reset();
    io_.restart();
    io_.poll();
    std::lock_guard lock(mailbox_mutex_);
    mailbox_closed_ = true;
    mailbox_.clear();
    woken_.clear();
}

void Worker::sweep() {
    sweep_timer_->expires_after(kSweepInterval);
    sweep_timer_->async_wait([this](error_code error) {
        if (error) return;
        const auto now = std::chrono::steady_clock::now();
        for (const SessionPtr& session : copy_of(sessions_)) session->check_deadline(now);
        for (const WebSocketConnectionPtr& socket : copy_of(websockets_)) socket->check_deadline(now);
        if (shared_.stopping && idle()) {
            io_.stop();
            return;
        }
        sweep();
    });
}

void Worker::stop() {
    asio::post(io_, [this] {
        for (const auto& listening : listening_) {
            error_code ignored;
            listening->acceptor.close(ignored);
            listening->retry.cancel();
        }
        for (const SessionPtr& session : copy_of(sessions_)) session->stop();
        for (const WebSocketConnectionPtr& socket : copy_of(websockets_)) socket->stop();
        if (idle()) io_.stop();
    });
}

void Worker::abort() { io_.stop(); }

void Worker::session_ended(Session* session) {
    shared_.connections.fetch_sub(1);
    sessions_.erase(session->shared_from_this());
}

void Worker::session_upgraded(Session* session, WebSocketConnectionPtr socket) {
    sessions_.erase(session->shared_from_this());
    websockets_.insert(std::move(socket));
    ++shared_.websockets;
}

void Worker::websocket_ended(WebSocketConnection* socket) {
    --shared_.connections;
    --shared_.websockets;
    websockets_.erase(socket->shared_from_this());
}

std::string_view Worker::date() {
    const std::time_t now = std::time(nullptr);
    if (now != date_second_) {
        date_second_ = now;
        std::tm utc{};
        ::gmtime_r(&now, &utc);
        char text[40];
        date_.assign(text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc));
    }
    return date_;
}

// A commit answers hundreds of requests at once; they share one wake-up of the event loop.
void Worker::deliver(SessionPtr session, Response response) {
    if (on_this_thread()) return session->respond(std::move(response));
    bool first = false;
    {
        std::lock_guard lock(mailbox_mutex_);
        if (mailbox_closed_) return;
        first = !std::exchange(mailbox_posted_, true);
        mailbox_.emplace_back(std::move(session), std::move(response));
    }
    if (first) asio::post(io_, [this] { drain_mailbox(); });
}

void Worker::wake(WebSocketConnectionPtr socket) {
    bool first = false;
    {
        std::lock_guard lock(mailbox_mutex_);
        if (mailbox_closed_) return;
        first = !std::exchange(mailbox_posted_, true);
        woken_.push_back(std::move(socket));
    }
    if (first) asio::post(io_, [this] { drain_mailbox(); });
}

void Worker::drain_mailbox() {
    std::vector<std::pair<SessionPtr, Response>> mail;
    std::vector<WebSocketConnectionPtr> woken;
    {
        std::lock_guard lock(mailbox_mutex_);
        mail.swap(mailbox_);
        woken.swap(woken_);
        mailbox_posted_ = false;
    }
    for (auto& [session, response] : mail) session->respond(std::move(response));
    for (const WebSocketConnectionPtr& socket : woken) socket->flush();
}

}  // namespace sf::http
