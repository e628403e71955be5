#include "http/websocket/connection.hpp"

#include "base/logging.hpp"
#include "base/utf8.hpp"
#include "http/json_body.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>

namespace sf::http {

namespace bhttp = beast::http;
namespace websocket = beast::websocket;

namespace {

constexpr std::size_t kMessageOverhead = 64;    // What a queued message costs besides its text.
constexpr std::size_t kBufferKept = 16u << 10;  // A connection keeps no larger buffer between messages.
constexpr std::size_t kReasonBytesMax = 123;    // RFC 6455, section 5.5: a control frame has at most 125 bytes.
constexpr std::chrono::milliseconds kCloseWhenStopping{1000};

std::size_t cost_of(const std::string& text) { return text.size() + kMessageOverhead; }

struct TokenMessage {
    std::string type;
    std::string token;
};
BOOST_DESCRIBE_STRUCT(TokenMessage, (), (type, token))

}  // namespace

WebSocketConnection::WebSocketConnection(std::shared_ptr<Worker> worker, Shared& shared, Socket socket,
                                         const Route& route, Opening opening)
    : worker_(std::move(worker)),
      shared_(shared),
      route_(route),
      stream_(std::move(socket)),
      in_(route.websocket->message_bytes_max + Body::kPadding),
      state_since_(std::chrono::steady_clock::now()),
      opening_(std::move(opening)),
      heard_at_(state_since_),
      pinged_at_(state_since_) {
    stream_.read_message_max(route.websocket->message_bytes_max);
    stream_.auto_fragment(false);  // One message, one frame, one system call.
    stream_.text(true);
    stream_.control_callback([this](websocket::frame_type type, beast::string_view) {
        heard_at_ = std::chrono::steady_clock::now();
        said_goodbye_ |= type == websocket::frame_type::close;
    });
}

WebSocketConnection::~WebSocketConnection() = default;

void WebSocketConnection::enter(State state) {
    state_ = state;
    state_since_ = std::chrono::steady_clock::now();
}

// Beast looks for what an upgrade needs and answers it; that it is there has been checked, more strictly.
void WebSocketConnection::start() {
    const Request& request = opening_.request;
    bhttp::request<bhttp::empty_body> upgrade(bhttp::verb::get, "/", 11);
    upgrade.set(bhttp::field::host, request.header("host"));
    upgrade.set(bhttp::field::connection, "Upgrade");
    upgrade.set(bhttp::field::upgrade, "websocket");
    upgrade.set(bhttp::field::sec_websocket_version, "13");
    upgrade.set(bhttp::field::sec_websocket_key, request.header("sec-websocket-key"));
    stream_.set_option(
        websocket::stream_base::decorator([id = request.correlation_id](websocket::response_type& response) {
            response.set("X-Correlation-Id", id);
            response.set(bhttp::field::server, "streamflow");
        }));
    stream_.async_accept(upgrade, [self = shared_from_this()](error_code error) { self->accepted(error); });
}

void WebSocketConnection::accepted(error_code error) {
    if (state_ == State::ended) return;
    if (error) return end(CloseCode::abnormal, error.message());
    observe_upgrade();
    heard_at_ = pinged_at_ = std::chrono::steady_clock::now();
    enter(State::token);
    if (shared_.stopping) stop();
    else if (opening_.request.principal.role >= route_.role) open();
    read();
}

void WebSocketConnection::observe_upgrade() {
    if (!shared_.options.observe) return;
    const Request& request = opening_.request;
    shared_.options.observe({route_.pattern, Method::get, 101, opening_.bytes_in, 0,
                             std::chrono::steady_clock::now() - opening_.started, request.correlation_id,
                             request.remote_address, request.principal.subject});
}

// A bug in a handler, or no memory, ends this connection; the others go on.
template <class Callback>
void WebSocketConnection::guarded(Callback callback) {
    try {
        callback();
    } catch (const std::exception& error) {
        logging::error("a WebSocket handler failed", {{"route", route_.pattern}, {"error", error.what()}});
        close(CloseCode::internal_error, "internal error");
    }
}

void WebSocketConnection::open() {
    enter(State::open);
    subject_ = opening_.request.principal.subject;
    guarded([this] { route_.websocket->open(std::exchange(opening_.request, {}), shared_from_this()); });
}

void WebSocketConnection::read() {
    const bool listening = state_ == State::token || state_ == State::open;
    if (!listening || reading_ || buffered_ > route_.websocket->queue_bytes_max / 2) return;
    reading_ = true;
    stream_.async_read(in_, [self = shared_from_this()](error_code error, std::size_t) { self->on_read(error); });
}

void WebSocketConnection::on_read(error_code error) {
    reading_ = false;
    if (state_ == State::ended) return;
    if (error) return said_goodbye_ ? drop() : end(code_of(error), error.message());
    heard_at_ = std::chrono::steady_clock::now();
    const std::size_t size = in_.size();
    const auto padding = in_.prepare(Body::kPadding);  // May move the message.
    std::memset(padding.data(), 0, Body::kPadding);
    if (stream_.got_text()) take({static_cast<const char*>(in_.data().data()), size});
    else close(CloseCode::unsupported_data, "only text messages are taken");
    in_.consume(size);
    if (in_.capacity() > kBufferKept) in_.shrink_to_fit();
    read();
}

void WebSocketConnection::take(std::string_view text) {
    if (closed()) return;
    if (state_ == State::token) return take_token(text);
    if (state_ == State::open && on_message_) guarded([&] { on_message_(text); });
}

void WebSocketConnection::take_token(std::string_view text) {
    TokenMessage message;
    const bool fits = read_members(text, members_of(message)).empty() && message.type == "auth";
    if (!fits) return close(CloseCode::policy, R"(the first message must be {"type":"auth","token":"..."})");
    auto principal = shared_.options.authenticate ? shared_.options.authenticate(message.token) : std::nullopt;
    if (!principal) return close(CloseCode::policy, "the token is not valid");
    if (principal->role < route_.role)
        return close(CloseCode::policy, "this needs the role " + std::string(to_string(route_.role)));
    opening_.request.principal = std::move(*principal);
    opening_.token = std::move(message.token);
    open();
}

WebSocket::Sent WebSocketConnection::send(std::shared_ptr<const std::string> text) {
    const std::size_t cost = cost_of(*text);
    bool wake = false;
    {
        std::lock_guard lock(mutex_);
        if (closing_) return Sent::closed;
        if (buffered_ + cost > route_.websocket->queue_bytes_max) return Sent::full;
        buffered_ += cost;
        shared_.websocket_bytes += cost;
        queue_.push_back(std::move(text));
        wake = !std::exchange(woken_, true);
    }
    if (wake) worker_->wake(shared_from_this());
    return Sent::queued;
}

void WebSocketConnection::close(CloseCode code, std::string_view reason) {
    bool wake = false;
    {
        std::lock_guard lock(mutex_);
        if (std::exchange(closing_, true)) return;
        close_code_ = code;
        reason = reason.substr(0, kReasonBytesMax);
        close_reason_ = reason.substr(0, utf8_valid_prefix(reason));
        wake = !std::exchange(woken_, true);
    }
    if (wake) worker_->wake(shared_from_this());
}

bool WebSocketConnection::closed() const {
    std::lock_guard lock(mutex_);
    return closing_;
}

void WebSocketConnection::flush() {
    {
        std::lock_guard lock(mutex_);
        woken_ = false;
        if (closing_ && (state_ == State::token || state_ == State::open)) enter(State::ending);
    }
    write();
}

void WebSocketConnection::write() {
    const bool speaking = state_ == State::token || state_ == State::open || state_ == State::ending;
    if (writing_ || !speaking) return;
    {
        std::lock_guard lock(mutex_);
        if (!queue_.empty()) {
            writing_ = std::move(queue_.front());
            queue_.pop_front();
        }
    }
    if (!writing_) {
        if (state_ == State::ending) say_goodbye();
        return;
    }
    writing_since_ = std::chrono::steady_clock::now();
    stream_.async_write(asio::buffer(*writing_),
                        [self = shared_from_this()](error_code error, std::size_t) { self->on_written(error); });
}

void WebSocketConnection::on_written(error_code error) {
    if (state_ == State::ended) return;
    // The read that is under way fails, too, and knows better why: by a close frame, most likely.
    if (error && reading_) return;
    if (error) return end(code_of(error), error.message());
    heard_at_ = std::chrono::steady_clock::now();
    const std::size_t cost = cost_of(*std::exchange(writing_, nullptr));
    buffered_ -= cost;
    shared_.websocket_bytes -= cost;
    write();
    read();
}

void WebSocketConnection::say_goodbye() {
    enter(State::goodbye);
    const websocket::close_reason reason(static_cast<websocket::close_code>(close_code_), close_reason_);
    stream_.async_close(reason,
                        [self = shared_from_this()](error_code) { self->end(self->close_code_, self->close_reason_); });
}

void WebSocketConnection::check_deadline(TimePoint now) {
    const ServerLimits& limits = shared_.options.limits;
    const auto close_timeout = shared_.stopping ? std::min(limits.websocket.close_timeout, kCloseWhenStopping)
                                                : limits.websocket.close_timeout;
    const auto age = now - state_since_;
    // Pongs show that somebody is there, not that anybody reads.
    if (writing_ && now - writing_since_ > limits.response_timeout) return drop();
    switch (state_) {
        case State::accepting:
            if (age > limits.header_timeout) drop();
            return;
        case State::ending:
        case State::goodbye:
            if (age > close_timeout) drop();
            return;
        case State::ended: return;
        case State::token:
            if (age > limits.websocket.token_timeout) close(CloseCode::policy, "no token came in time");
            break;
        case State::open: break;
    }
    if (stream_.is_open()) return keep_alive(now);
    if (!failing_since_) failing_since_ = now;
    if (now - *failing_since_ > close_timeout) drop();
}

void WebSocketConnection::keep_alive(TimePoint now) {
    const WebSocketLimits& limits = shared_.options.limits.websocket;
    if (now - pinged_at_ < limits.ping_interval) return;
    misses_ = heard_at_ >= pinged_at_ ? 0 : misses_ + 1;
    if (misses_ >= limits.ping_misses_max) return drop();
    pinged_at_ = now;
    // A token may run out while its connection lives.
    if (!opening_.token.empty() && !shared_.options.authenticate(opening_.token))
        return close(CloseCode::policy, "the token is no longer valid");
    if (std::exchange(pinging_, true)) return;
    stream_.async_ping({}, [self = shared_from_this()](error_code) { self->pinging_ = false; });
}

void WebSocketConnection::stop() {
    if (state_ == State::accepting) return drop();
    close(CloseCode::going_away, "the server is stopping");
}

void WebSocketConnection::drop() {
    if (!said_goodbye_) return end(CloseCode::abnormal, "the connection was lost");
    // However untidily the client hung up, it has said why.
    const auto code = static_cast<std::uint16_t>(stream_.reason().code);
    end(code == 0 ? CloseCode::no_status : static_cast<CloseCode>(code), std::string(stream_.reason().reason.c_str()));
}

CloseCode WebSocketConnection::code_of(error_code error) {
    if (error == websocket::error::message_too_big || error == websocket::error::buffer_overflow)
        return CloseCode::too_big;
    if (error == websocket::error::bad_frame_payload) return CloseCode::invalid_payload;
    if (error == websocket::condition::protocol_violation) return CloseCode::protocol_error;
    return CloseCode::abnormal;
}

void WebSocketConnection::end(CloseCode code, std::string_view reason) {
    if (state_ == State::ended) return;
    const bool by_us = state_ == State::ending || state_ == State::goodbye;
    enter(State::ended);
    {
        std::lock_guard lock(mutex_);
        closing_ = true;
        queue_.clear();
        shared_.websocket_bytes -= buffered_.exchange(0);
    }
    if (by_us) {
        code = close_code_;
        reason = close_reason_;
    }
    const WebSocketConnectionPtr keep = shared_from_this();
    error_code ignored;
    stream_.next_layer().close(ignored);
    worker_->websocket_ended(this);
    logging::debug(
        "a WebSocket ended",
        {{"route", route_.pattern}, {"code", static_cast<unsigned>(code)}, {"reason", reason}, {"subject", subject_}});
    on_message_ = nullptr;
    if (OnClose callback = std::exchange(on_close_, nullptr)) guarded([&] { callback(code, reason); });
}

}  // namespace sf::http
