#include "http/session.hpp"

#include "base/ascii.hpp"
#include "base/assert.hpp"
#include "base/logging.hpp"
#include "http/problem.hpp"
#include "http/response_head.hpp"
#include "http/websocket/connection.hpp"
#include "http/websocket/upgrade.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>

#include <algorithm>
#include <array>
#include <tuple>

namespace sf::http {

namespace bhttp = beast::http;
using boost::system::error_code;

namespace {

constexpr std::size_t kReadPiece = 16u << 10;
constexpr unsigned kPipelineDepthMax = 16;
constexpr std::size_t kFramingFactor = 16;  // A chunk of a single byte comes in five, or a few more with leading zeros.
constexpr std::size_t kLargeBody = 512u << 10;  // Reading a larger one takes so long that others would notice.
constexpr std::size_t kBodyKept = 1u << 20;     // A connection keeps no larger buffer between requests.
constexpr std::chrono::milliseconds kLingerWhenStopping{1000};
constexpr std::size_t kLingerPiece = 256u << 10;

Response too_many_bodies() { return problem(503, "the server is busy", "too many request bodies are being read"); }

// The one answer of a request. Destroyed without having been called, it answers itself: a handler must not leave a
// client waiting.
class Reply {
public:
    explicit Reply(SessionPtr session) : session_(std::move(session)) {}
    Reply(Reply&& other) noexcept = default;
    Reply(const Reply&) = delete;
    Reply& operator=(const Reply&) = delete;
    Reply& operator=(Reply&&) = delete;
    ~Reply() {
        if (session_) (*this)(problem(Error{ErrorCode::internal, "the handler gave no answer", "", ""}));
    }
    void operator()(Response response) {
        SF_ASSERT(session_ != nullptr);       // A request is answered once.
        Worker& worker = session_->worker();  // Owned by the session.
        const SessionPtr keep = session_;
        worker.deliver(std::move(session_), std::move(response));
    }

private:
    SessionPtr session_;
};

Response not_inflated(const Error& error) {
    return problem(error.code == ErrorCode::overloaded ? 413 : 400, error.message, error.detail);
}

// A body that is `packed` as it says there is inflated first.
void run_handler(const Route& route, Request request, Reply reply, const std::string& correlation_id,
                 const ExpectedBody* packed = nullptr) {
    try {
        if (packed != nullptr) {
            auto body = inflate(request.body.view(), packed->encoding, packed->bytes_max);
            if (!body) return reply(not_inflated(body.error()));
            request.body = std::move(*body);
        }
        route.handler(std::move(request), std::move(reply));
    } catch (const std::exception& error) {
        // A bug, or no memory. The reply, destroyed on the way here, has answered 500; the other requests go on.
        logging::error("a request handler failed",
                       {{"route", route.pattern}, {"error", error.what()}, {"correlation_id", correlation_id}});
    }
}

}  // namespace

Session::Session(std::shared_ptr<Worker> worker, Shared& shared, Socket socket)
    : worker_(std::move(worker)),
      shared_(shared),
      socket_(std::move(socket)),
      state_since_(std::chrono::steady_clock::now()) {
    error_code ignored;
    const auto remote = socket_.remote_endpoint(ignored);
    if (!ignored) {
        remote_address_ = remote.address().to_string();
        remote_is_loopback_ = remote.address().is_loopback();
    }
    socket_.non_blocking(true, ignored);
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

Session::~Session() { release_body(); }

void Session::enter(State state) {
    state_ = state;
    state_since_ = std::chrono::steady_clock::now();
}

void Session::start() { next_request(); }

void Session::next_request() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(shared_.options.limits.header_bytes_max));
    parser_->body_limit(boost::none);
    parser_->eager(false);
    release_body();
    if (body_.capacity() > kBodyKept) body_ = Body();
    else body_.resize(0);
    expected_ = {};
    head_only_ = false;
    bytes_in_ = 0;
    framing_bytes_ = 0;
    match_ = {};
    request_started_ = std::chrono::steady_clock::now();
    method_ = Method::other;
    correlation_id_.clear();
    origin_.clear();
    subject_.clear();
    enter(fresh_ || in_.size() > 0 ? State::header : State::idle);
    fresh_ = false;
    read_header();
}

void Session::read_header() {
    if (in_.size() > 0) {
        error_code error;
        const std::size_t used = parser_->put(in_.data(), error);
        folded_ = has_folded_line({static_cast<const char*>(in_.data().data()), used});
        in_.consume(used);
        bytes_in_ += used;
        if (error == bhttp::error::header_limit)
            return refuse(problem(431, "the header is too large", "it may have 16 KiB and 100 fields"));
        if (error && error != bhttp::error::need_more)
            return refuse(problem(400, "the request is not valid HTTP/1.1", error.message()));
        if (parser_->is_header_done()) return on_header();
    }
    const auto room = in_.prepare(kReadPiece);
    socket_.async_read_some(room, [self = shared_from_this()](error_code error, std::size_t n) {
        if (self->state_ != State::idle && self->state_ != State::header) return;  // Timed out or closed.
        if (error || n == 0) return self->close();
        if (self->state_ == State::idle) self->enter(State::header);
        self->in_.commit(n);
        self->depth_ = 0;
        self->read_header();
    });
}

void Session::on_header() {
    request_started_ = std::chrono::steady_clock::now();
    const auto& message = parser_->get();
    // An HTTP/1.0 client that asks to stay would need to be told that it may; RFC 9112, section 9.3, lets us close
    // instead.
    keep_alive_ = message.version() == 11 && message.keep_alive() && !shared_.stopping;
    request_ = Request();
    request_.remote_address = remote_address_;
    request_.received_at = system_clock().now();
    request_.worker = worker_->number();
    read_head(request_, message);
    method_ = request_.method;
    correlation_id_ = request_.correlation_id;
    origin_ = request_.header("origin");
    if (auto refusal = check_framing(message, folded_)) {
        keep_alive_ = false;  // Nobody can say where this request ends: nothing after it is read as another one.
        return refuse(std::move(*refusal));
    }
    head_only_ = request_.method == Method::head;
    expected_.chunked = parser_->chunked();
    expected_.size = expected_.chunked ? 0 : parser_->content_length().value_or(0);
    if (auto refusal = check_route()) return refuse(std::move(*refusal));
    if (match_.route->websocket) return upgrade();
    start_body();
}

std::optional<Response> Session::check_route() {
    const std::string_view target = parser_->get().target();
    if (auto refusal = check_target(target, request_)) return refusal;
    match_ = shared_.router.find(request_.method, target.substr(0, target.find('?')));
    if (match_.route == nullptr)
        return no_route(request_, match_, is_listed(shared_.options.cors_origins, request_.header("origin")));
    request_.path_parameters = std::move(match_.parameters);
    const Route& route = *match_.route;
    token_ = route.websocket ? bearer_token(request_) : std::string_view();
    const bool token_follows =
        route.websocket && route.websocket->token_in_first_message && request_.header("authorization").empty();
    if (!token_follows) {
        if (auto refusal = check_principal(request_, route, shared_.options.authenticate, remote_is_loopback_))
            return refusal;
    }
    if (request_.principal.role == Role::none) token_.clear();  // Nobody looked at it.
    subject_ = request_.principal.subject;
    return check_body(request_, route, expected_);
}

void Session::upgrade() {
    const UpgradeFacts facts{.http_1_1 = parser_->get().version() == 11,
                             .has_more = expected_.chunked || expected_.size > 0 || in_.size() > 0,
                             .stopping = shared_.stopping};
    if (auto refusal = check_upgrade(request_, facts, shared_.options.cors_origins)) {
        if (refusal->status == 400) keep_alive_ = false;  // What follows may be frames.
        return refuse(std::move(*refusal));
    }
    const auto socket =
        std::make_shared<WebSocketConnection>(worker_, shared_, std::move(socket_), *match_.route,
                                              WebSocketConnection::Opening{.request = std::move(request_),
                                                                           .token = std::move(token_),
                                                                           .bytes_in = bytes_in_,
                                                                           .started = request_started_});
    state_ = State::closed;
    worker_->session_upgraded(this, socket);
    socket->start();
}

void Session::start_body() {
    enter(State::body);
    const std::size_t wanted = expected_.chunked ? expected_.bytes_max : expected_.size;
    if (!expected_.chunked && wanted == 0) return dispatch();
    // Chunked bodies tell no size: they reserve as they come.
    if (!reserve_body(expected_.chunked ? 0 : wanted)) return refuse(too_many_bodies());
    if (ascii_lower(request_.header("expect")) == "100-continue") {
        static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
        error_code error;
        socket_.write_some(asio::buffer(kContinue), error);
        if (error) return close();
    }
    if (expected_.chunked) {
        parser_->eager(true);
        return read_chunks();
    }
    body_.reserve(wanted);
    const std::size_t have = std::min(wanted, in_.size());
    std::memcpy(body_.data(), in_.data().data(), have);
    in_.consume(have);
    body_.resize(have);
    read_body();
}

bool Session::reserve_body(std::size_t bytes) {
    if (shared_.body_bytes.fetch_add(bytes) + bytes > shared_.options.limits.body_bytes_total_max) {
        shared_.body_bytes -= bytes;
        return false;
    }
    body_reserved_ += bytes;
    return true;
}

void Session::release_body() { shared_.body_bytes -= std::exchange(body_reserved_, 0); }

void Session::read_body() {
    if (body_.size() == expected_.size) return dispatch();
    socket_.async_read_some(asio::buffer(body_.data() + body_.size(), expected_.size - body_.size()),
                            [self = shared_from_this()](error_code error, std::size_t n) {
                                if (self->state_ != State::body) return;  // Timed out or closed.
                                if (error || n == 0) return self->close();
                                self->body_.resize(self->body_.size() + n);
                                self->depth_ = 0;
                                self->read_body();
                            });
}

void Session::read_chunks() {
    while (true) {
        if (body_.size() == body_.capacity()) {
            if (body_.size() > expected_.bytes_max) return refuse(body_too_large(expected_.bytes_max));
            const std::size_t before = body_.capacity();
            const std::size_t grown = std::min(std::max<std::size_t>(before * 2, kReadPiece), expected_.bytes_max + 1);
            if (!reserve_body(grown - before)) return refuse(too_many_bodies());
            body_.reserve(grown);
        }
        auto& sink = parser_->get().body();
        const std::size_t room = body_.capacity() - body_.size();
        sink.data = body_.data() + body_.size();
        sink.size = room;
        sink.more = true;
        error_code error;
        const std::size_t used = in_.size() > 0 ? parser_->put(in_.data(), error) : 0;
        in_.consume(used);
        const std::size_t content = room - sink.size;
        bytes_in_ += used - content;  // dispatch() adds the body.
        framing_bytes_ += used - content;
        body_.resize(body_.size() + content);
        if (parser_->is_done()) {
            if (body_.size() > expected_.bytes_max) return refuse(body_too_large(expected_.bytes_max));
            return dispatch();
        }
        if (error == bhttp::error::need_buffer) continue;
        if (error && error != bhttp::error::need_more)
            return refuse(problem(400, "the chunked body is malformed", error.message()));
        if (framing_too_large(used == 0 || error ? in_.size() : 0))
            return refuse(problem(400, "the chunked body is malformed", "there is too much around its chunks"));
        if (!error && used > 0) continue;
        break;
    }
    socket_.async_read_some(in_.prepare(kReadPiece), [self = shared_from_this()](error_code error, std::size_t n) {
        if (self->state_ != State::body) return;  // Timed out or closed.
        if (error || n == 0) return self->close();
        self->in_.commit(n);
        self->depth_ = 0;
        self->read_chunks();
    });
}

// `waiting`: the beginning of an extension or a trailer, for whose end the parser waits however long it gets.
bool Session::framing_too_large(std::size_t waiting) const {
    const std::size_t most = shared_.options.limits.header_bytes_max;
    return waiting > most || framing_bytes_ > most + kFramingFactor * body_.size();
}

void Session::dispatch() {
    bytes_in_ += body_.size();
    if (body_.size() > kLargeBody) return dispatch_large();
    if (expected_.encoding != Encoding::identity && body_.size() > 0) {
        auto body = inflate(body_.view(), expected_.encoding, std::min(expected_.bytes_max, kLargeBody));
        if (!body) {
            const bool large = body.error().code == ErrorCode::overloaded && expected_.bytes_max > kLargeBody;
            return large ? dispatch_large() : respond(not_inflated(body.error()));
        }
        if (!reserve_body(body->capacity())) return respond(too_many_bodies());
        body_ = std::move(*body);
    }
    request_.body = std::move(body_);
    body_ = Body();
    enter(State::handling);
    in_handler_ = true;
    early_response_.reset();
    run_handler(*match_.route, std::move(request_), Reply(shared_from_this()), correlation_id_);
    in_handler_ = false;
    if (early_response_) {
        Response response = std::move(*early_response_);
        early_response_.reset();
        respond(std::move(response));
    }
}

// Inflates and handles the body on the thread beside this one, so that this worker's other connections do not wait for
// it.
void Session::dispatch_large() {
    const bool packed = expected_.encoding != Encoding::identity;
    if (packed && !reserve_body(expected_.bytes_max)) return respond(too_many_bodies());
    request_.body = std::move(body_);
    body_ = Body();
    request_.worker = shared_.options.threads + worker_->number();
    enter(State::handling);
    // It is taken: what all bodies together may hold (body_bytes_total_max) are fewer than the pool lets wait.
    std::ignore = shared_.large_bodies[worker_->number()]->run(
        [route = match_.route, request = std::move(request_), expected = expected_, packed,
         correlation_id = correlation_id_, reply = Reply(shared_from_this())]() mutable {
            run_handler(*route, std::move(request), std::move(reply), correlation_id, packed ? &expected : nullptr);
        });
}

void Session::refuse(Response response) {
    // The rest of the request is not read, so the connection can only go on if there is none.
    if (expected_.chunked || expected_.size > 0 || !parser_->is_header_done()) keep_alive_ = false;
    respond(std::move(response));
}

void Session::respond(Response response) {
    if (state_ == State::closed) return;
    if (in_handler_) {
        early_response_ = std::move(response);
        return;
    }
    if (shared_.stopping) keep_alive_ = false;
    if (correlation_id_.empty()) correlation_id_ = new_correlation_id();
    response_ = std::move(response);
    enter(State::writing);
    const std::string_view body =
        response_.shared_body ? std::string_view(*response_.shared_body) : std::string_view(response_.body);
    write_head(head_, response_,
               {.body_size = body.size(),
                .date = worker_->date(),
                .correlation_id = correlation_id_,
                .origin = origin_,
                .cors_origins = shared_.options.cors_origins,
                .keep_alive = keep_alive_});
    const bool send_body = !head_only_ && response_.status != 204 && response_.status != 304;
    const std::array<asio::const_buffer, 2> buffers = {asio::buffer(head_),
                                                       send_body ? asio::buffer(body) : asio::const_buffer()};
    write_size_ = asio::buffer_size(buffers);
    error_code error;
    const std::size_t done = socket_.write_some(buffers, error);
    if (error && error != asio::error::would_block && error != asio::error::try_again) return close();
    write_rest(done);
}

void Session::write_rest(std::size_t done) {
    if (done == write_size_) return written();
    const std::string_view body =
        response_.shared_body ? std::string_view(*response_.shared_body) : std::string_view(response_.body);
    std::array<asio::const_buffer, 2> buffers;
    if (done < head_.size()) {
        buffers = {asio::buffer(head_) + done, asio::buffer(body.substr(0, write_size_ - head_.size()))};
    } else {
        buffers = {asio::buffer(body.substr(0, write_size_ - head_.size())) + (done - head_.size()),
                   asio::const_buffer()};
    }
    socket_.async_write_some(buffers, [self = shared_from_this(), done](error_code error, std::size_t n) {
        if (self->state_ == State::closed) return;
        if (error) return self->close();
        self->write_rest(done + n);
    });
}

void Session::written() {
    if (shared_.options.observe) {
        const auto duration = std::chrono::steady_clock::now() - request_started_;
        shared_.options.observe({match_.route != nullptr ? std::string_view(match_.route->pattern) : "unmatched",
                                 method_, response_.status, bytes_in_, write_size_, duration, correlation_id_,
                                 remote_address_, subject_, response_.cause});
    }
    response_ = Response();
    if (!keep_alive_) return linger();
    if (++depth_ < kPipelineDepthMax) return next_request();
    depth_ = 0;
    asio::post(worker_->io(), [self = shared_from_this()] {
        if (self->state_ != State::closed) self->next_request();
    });
}

// Closing with unread data in the socket resets the connection, and the client may never see the answer (RFC 9112,
// section 9.6): stop writing, read what still comes for a while, slowly, so that its sender waits, then close.
void Session::linger() {
    if (state_ != State::lingering) {
        enter(State::lingering);
        release_body();
        body_ = Body();
        error_code ignored;
        socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
        in_.clear();
        lingered_.emplace(worker_->io());
    }
    socket_.async_read_some(in_.prepare(kLingerPiece), [self = shared_from_this()](error_code error, std::size_t n) {
        if (self->state_ == State::closed) return;
        if (error || n == 0) return self->close();
        Lingered& lingered = *self->lingered_;
        lingered.bytes += n;
        const std::uint64_t rate = self->shared_.options.limits.linger_rate_max;
        lingered.timer.expires_at(self->state_since_ + std::chrono::nanoseconds(lingered.bytes * 1'000'000'000 / rate));
        lingered.timer.async_wait([self](error_code) {
            if (self->state_ != State::closed) self->linger();
        });
    });
}

void Session::check_deadline(std::chrono::steady_clock::time_point now) {
    const ServerLimits& limits = shared_.options.limits;
    const auto age = now - state_since_;
    switch (state_) {
        case State::idle:
            if (age > limits.idle_timeout) close();
            return;
        case State::header:
            if (age > limits.header_timeout) time_out("its header did not come in time");
            return;
        case State::body: {
            const auto expected =
                static_cast<double>(limits.body_rate_min) * std::chrono::duration<double>(age).count();
            const bool slow = age > limits.body_grace && static_cast<double>(body_.size()) < expected;
            if (slow || age > limits.body_timeout) time_out("its body did not come fast enough");
            return;
        }
        case State::writing:
            if (age > limits.response_timeout) close();
            return;
        case State::lingering:
            if (age > (shared_.stopping ? std::min(limits.linger_timeout, kLingerWhenStopping) : limits.linger_timeout))
                close();
            return;
        case State::handling:
        case State::closed: return;
    }
}

// The read that waits for the rest is taken back first: its buffer belongs to the answer from here on.
void Session::time_out(std::string_view detail) {
    error_code ignored;
    socket_.cancel(ignored);
    keep_alive_ = false;
    respond(problem(408, "the request came too slowly", detail));
}

void Session::stop() {
    keep_alive_ = false;
    if (state_ == State::idle || (state_ == State::header && in_.size() == 0 && bytes_in_ == 0)) close();
}

void Session::close() {
    if (state_ == State::closed) return;
    state_ = State::closed;
    error_code ignored;
    socket_.close(ignored);
    worker_->session_ended(this);
}

}  // namespace sf::http
