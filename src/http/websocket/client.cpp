#include "http/websocket/client.hpp"

#include "http/base_url.hpp"
#include "http/blocking_io.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

namespace sf::http {

namespace websocket = beast::websocket;
using boost::system::error_code;

struct WebSocketClient::State {
    explicit State(WebSocketClientOptions o) : options(std::move(o)) {}

    // An operation that misses its deadline takes the connection with it: there is no way to know how far it came.
    template <class Start>
    Result<> wait(Start start, std::string_view what, Deadline deadline) {
        const IoOutcome outcome = run_one(io, deadline, std::move(start));
        if (!outcome.error) return {};
        return fail(error_of(outcome.error, what));
    }

    Error error_of(error_code error, std::string_view what) {
        if (error == asio::error::timed_out) {
            error_code ignored;
            stream.next_layer().close(ignored);
            return {ErrorCode::timed_out, std::string(what) + " took too long", options.base_url, ""};
        }
        return {ErrorCode::unavailable, std::string(what) + ' ' + options.base_url + " failed: " + error.message(), "",
                ""};
    }

    Result<> connect(Deadline deadline);

    WebSocketClientOptions options;
    asio::io_context io;
    websocket::stream<Socket, false> stream{io};
    beast::flat_buffer buffer;
    bool reading = false;
    bool read_done = false;
    bool said_goodbye = false;  // The server has.
    error_code read_error;
    std::optional<Closed> closed;
};

namespace {

ErrorCode code_of(unsigned status) {
    if (status == 404) return ErrorCode::not_found;
    return status >= 500 ? ErrorCode::unavailable : ErrorCode::invalid_input;
}

}  // namespace

Result<> WebSocketClient::State::connect(Deadline deadline) {
    SF_ASSIGN(const BaseUrl address, parse_base_url(options.base_url));
    const Connecting connecting = http::connect(io, stream.next_layer(), address, deadline);
    if (connecting.error) return fail(error_of(connecting.error, connecting.step));
    stream.read_message_max(options.message_bytes_max);
    stream.auto_fragment(false);
    stream.text(true);
    stream.control_callback([this](websocket::frame_type type, beast::string_view) {
        said_goodbye |= type == websocket::frame_type::close;
    });
    stream.set_option(websocket::stream_base::decorator([this](websocket::request_type& request) {
        request.set(beast::http::field::user_agent, "streamflow");
        if (!options.token.empty()) request.set(beast::http::field::authorization, "Bearer " + options.token);
        for (const Header& header : options.headers) request.set(header.name, header.value);
    }));
    websocket::response_type response;
    auto shaken = wait(
        [&](auto done) { stream.async_handshake(response, address.host_header(), options.target, std::move(done)); },
        "the handshake with", deadline);
    if (!shaken && shaken.error().code != ErrorCode::timed_out && response.result_int() >= 300) {
        return fail(code_of(response.result_int()),
                    "the server refused the WebSocket with " + std::to_string(response.result_int()),
                    std::move(response.body()));
    }
    return shaken;
}

WebSocketClient::WebSocketClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
WebSocketClient::~WebSocketClient() = default;
WebSocketClient::WebSocketClient(WebSocketClient&&) noexcept = default;
WebSocketClient& WebSocketClient::operator=(WebSocketClient&&) noexcept = default;

Result<WebSocketClient> WebSocketClient::connect(WebSocketClientOptions options, Deadline deadline) {
    auto state = std::make_unique<State>(std::move(options));
    SF_TRY(state->connect(deadline));
    return WebSocketClient(std::move(state));
}

Result<> WebSocketClient::send(std::string_view text, Deadline deadline) {
    State& state = *state_;
    return state.wait([&](auto done) { state.stream.async_write(asio::buffer(text), std::move(done)); }, "sending to",
                      deadline);
}

Result<std::string> WebSocketClient::receive(Deadline deadline) {
    State& state = *state_;
    if (state.closed) return fail(ErrorCode::unavailable, "the connection has ended", state.closed->reason);
    if (!std::exchange(state.reading, true)) {
        state.read_done = false;
        state.stream.async_read(state.buffer, [&state](error_code error, std::size_t) {
            state.read_done = true;
            state.read_error = error;
        });
    }
    if (!run_until(state.io, state.read_done, deadline))
        return fail(ErrorCode::timed_out, "no message came from " + state.options.base_url + " in time");
    state.reading = false;
    if (state.read_error) {
        state.closed.emplace();
        if (state.said_goodbye) {
            const auto code = static_cast<std::uint16_t>(state.stream.reason().code);
            state.closed->code = code == 0 ? CloseCode::no_status : static_cast<CloseCode>(code);
            state.closed->reason = state.stream.reason().reason.c_str();
        } else {
            state.closed->reason = state.read_error.message();
        }
        return fail(ErrorCode::unavailable, "the connection has ended", state.closed->reason);
    }
    std::string text(static_cast<const char*>(state.buffer.data().data()), state.buffer.size());
    state.buffer.consume(state.buffer.size());
    return text;
}

void WebSocketClient::close(Deadline deadline, CloseCode code) {
    State& state = *state_;
    if (state.closed) return;
    const websocket::close_reason reason(static_cast<websocket::close_code>(code));
    const auto said =
        state.wait([&](auto done) { state.stream.async_close(reason, std::move(done)); }, "closing", deadline);
    state.closed = {said ? code : CloseCode::abnormal, ""};
}

const std::optional<WebSocketClient::Closed>& WebSocketClient::closed() const { return state_->closed; }

}  // namespace sf::http
