// One WebSocket on the server's side, from the answer 101 to its end. Belongs to one worker thread; messages to send
// come from any. Boost.Beast does the frames. Internal to http/.
#pragma once

#include "http/websocket.hpp"
#include "http/worker.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <deque>
#include <mutex>
#include <optional>

namespace sf::http {

class WebSocketConnection final : public WebSocket, public std::enable_shared_from_this<WebSocketConnection> {
public:
    struct Opening {
        Request request;
        std::string token;  // That the request came with; empty: none.
        std::uint64_t bytes_in = 0;
        std::chrono::steady_clock::time_point started;
    };
    /// The upgrade has been checked. `route` lives as long as the server's table.
    WebSocketConnection(std::shared_ptr<Worker> worker, Shared& shared, Socket socket, const Route& route,
                        Opening opening);
    ~WebSocketConnection() override;

    using WebSocket::send;
    Sent send(std::shared_ptr<const std::string> text) override;
    void close(CloseCode code, std::string_view reason) override;
    [[nodiscard]] std::size_t buffered_bytes() const override { return buffered_; }
    [[nodiscard]] bool closed() const override;
    void on_message(OnMessage callback) override { on_message_ = std::move(callback); }
    void on_close(OnClose callback) override { on_close_ = std::move(callback); }

    // By the worker, on its thread.
    void start();  // Answers 101.
    void flush();  // Sends what is queued; says goodbye where close() was called and nothing is left.
    void check_deadline(std::chrono::steady_clock::time_point now);
    void stop();  // The server stops: 1001.
    void drop();  // Ends at once, without another word.

private:
    using Stream = beast::websocket::stream<Socket, false>;  // No compression: permessage-deflate is off.
    using TimePoint = std::chrono::steady_clock::time_point;
    using error_code = boost::system::error_code;

    enum class State {
        accepting,
        token,  // Waits for the token in the first message.
        open,
        ending,   // close() was called: what is queued is sent.
        goodbye,  // Our close frame goes out, the other one is waited for.
        ended,
    };

    void accepted(error_code error);
    void open();
    void read();
    void on_read(error_code error);
    void take(std::string_view text);
    void take_token(std::string_view text);
    void write();
    void on_written(error_code error);
    void say_goodbye();
    void keep_alive(TimePoint now);
    void enter(State state);
    void observe_upgrade();
    void end(CloseCode code, std::string_view reason);
    [[nodiscard]] static CloseCode code_of(error_code error);
    template <class Callback>
    void guarded(Callback callback);

    std::shared_ptr<Worker> worker_;  // With the server. Before the stream, which needs its event loop to its end.
    Shared& shared_;
    const Route& route_;
    Stream stream_;
    beast::flat_buffer in_;
    State state_ = State::accepting;
    TimePoint state_since_;
    Opening opening_;      // The request goes to open(); the token stays.
    std::string subject_;  // Of the principal; empty until open().
    OnMessage on_message_;
    OnClose on_close_;
    std::shared_ptr<const std::string> writing_;
    TimePoint writing_since_;
    bool reading_ = false;
    bool pinging_ = false;
    bool said_goodbye_ = false;  // The client has.
    unsigned misses_ = 0;
    TimePoint heard_at_;  // The client sent something, or took a message.
    TimePoint pinged_at_;
    std::optional<TimePoint> failing_since_;  // Beast has found a fault, and waits for the client to hang up.

    std::atomic<std::size_t> buffered_ = 0;
    mutable std::mutex mutex_;
    std::deque<std::shared_ptr<const std::string>> queue_;  // Under mutex_, as all below.
    bool woken_ = false;
    bool closing_ = false;  // No more messages are taken.
    CloseCode close_code_ = CloseCode::normal;
    std::string close_reason_;
};

}  // namespace sf::http
