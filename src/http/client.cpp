#include "http/client.hpp"

#include "base/ascii.hpp"
#include "http/base_url.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <charconv>

namespace sf::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = beast::http;
using boost::system::error_code;

namespace {

bhttp::verb verb_of(Method method) {
    switch (method) {
        case Method::get: return bhttp::verb::get;
        case Method::head: return bhttp::verb::head;
        case Method::post: return bhttp::verb::post;
        case Method::put: return bhttp::verb::put;
        case Method::patch: return bhttp::verb::patch;
        case Method::del: return bhttp::verb::delete_;
        case Method::options: return bhttp::verb::options;
        case Method::other: break;
    }
    return bhttp::verb::get;
}

}  // namespace

struct Client::State {
    explicit State(ClientOptions o) : options(std::move(o)) {}

    // Runs what has been started until it ends or the time is up.
    template <class Start>
    error_code wait(Start start) {
        error_code result = asio::error::would_block;
        stream->expires_at(deadline);
        start([&result](error_code error, auto&&...) { result = error; });
        io.restart();
        io.run();
        return result;
    }

    Result<> connect();
    Result<ClientResponse> exchange(Method method, std::string_view target, std::string_view body,
                                    const SendOptions& send, bool& lost);
    Error error_of(error_code error, std::string_view what) const;

    ClientOptions options;
    asio::io_context io;
    std::optional<beast::tcp_stream> stream;
    beast::flat_buffer buffer;
    std::string host_header;
    std::chrono::steady_clock::time_point deadline;
};

Error Client::State::error_of(error_code error, std::string_view what) const {
    if (error == beast::error::timeout) {
        return Error{ErrorCode::timed_out, "no answer from " + options.base_url + " in time", std::string(what), ""};
    }
    return Error{ErrorCode::unavailable, std::string(what) + " " + options.base_url + " failed: " + error.message(), "",
                 "is StreamFlow running there? streamflow start --service all"};
}

Result<> Client::State::connect() {
    SF_ASSIGN(const BaseUrl address, parse_base_url(options.base_url));
    host_header = address.host_header();
    error_code error;
    asio::ip::tcp::resolver resolver(io);
    const auto found = resolver.resolve(address.host, address.port, error);
    if (error) return fail(error_of(error, "looking up"));
    stream.emplace(io);
    buffer.clear();
    error = wait([&](auto done) { stream->async_connect(found, std::move(done)); });
    if (error) {
        stream.reset();
        return fail(error_of(error, "connecting to"));
    }
    stream->socket().set_option(asio::ip::tcp::no_delay(true), error);
    return {};
}

Result<ClientResponse> Client::State::exchange(Method method, std::string_view target, std::string_view body,
                                               const SendOptions& send, bool& lost) {
    bhttp::request<bhttp::span_body<const char>> request{verb_of(method), target, 11};
    request.set(bhttp::field::host, host_header);
    request.set(bhttp::field::user_agent, "streamflow");
    if (!options.token.empty()) request.set(bhttp::field::authorization, "Bearer " + options.token);
    for (const Header& header : send.headers) request.set(header.name, header.value);
    request.body() = {body.data(), body.size()};
    if (!body.empty()) request.set(bhttp::field::content_type, send.content_type);
    if (!body.empty() || method == Method::post || method == Method::put) request.content_length(body.size());
    error_code error = wait([&](auto done) { bhttp::async_write(*stream, request, std::move(done)); });
    bhttp::response_parser<bhttp::string_body> parser;
    parser.body_limit(boost::none);
    if (method == Method::head) parser.skip(true);  // It tells a size, but sends no body.
    // A server that refuses a body answers before it has read all of it: look for the answer even when writing failed.
    const bool write_failed = static_cast<bool>(error);
    if (error == beast::error::timeout) return fail(error_of(error, "sending to"));
    error = wait([&](auto done) { bhttp::async_read(*stream, buffer, parser, std::move(done)); });
    if (error) {
        lost = write_failed || error == bhttp::error::end_of_stream || error == asio::error::connection_reset ||
               error == asio::error::broken_pipe;
        return fail(error_of(error, "reading from"));
    }
    ClientResponse response;
    response.status = parser.get().result_int();
    for (const auto& field : parser.get()) {
        std::string name(field.name_string());
        for (char& c : name) c = ascii_lower(c);
        response.headers.push_back({std::move(name), std::string(field.value())});
    }
    const bool keep = parser.get().keep_alive() && !write_failed;
    response.body = std::move(parser.get().body());
    if (!keep) stream.reset();
    return response;
}

std::string_view ClientResponse::header(std::string_view lower_case_name) const {
    for (const Header& header : headers) {
        if (header.name == lower_case_name) return header.value;
    }
    return {};
}

Client::Client(ClientOptions options) : state_(std::make_unique<State>(std::move(options))) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<ClientResponse> Client::get(std::string_view target) {
    return send(Method::get, target, {}, {.repeatable = true});
}

Result<ClientResponse> Client::send(Method method, std::string_view target, std::string_view body,
                                    SendOptions options) {
    State& state = *state_;
    state.deadline = std::chrono::steady_clock::now() + state.options.timeout;
    const bool kept = state.stream.has_value();
    if (!kept) SF_TRY(state.connect());
    bool lost = false;
    auto response = state.exchange(method, target, body, options, lost);
    if (!response) state.stream.reset();
    // A kept connection may have been closed by the server while it was idle: that says nothing about the request.
    if (!response && lost && kept && (options.repeatable || method == Method::get)) {
        SF_TRY(state.connect());
        response = state.exchange(method, target, body, options, lost);
        if (!response) state.stream.reset();
    }
    return response;
}

}  // namespace sf::http
