#include "http/client.hpp"

#include "base/ascii.hpp"
#include "http/base_url.hpp"
#include "http/blocking_io.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>

namespace sf::http {

namespace bhttp = beast::http;
using boost::system::error_code;

namespace {

constexpr std::size_t kAnswerPiece = 64u << 10;

void add_field(std::string& head, std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

struct Client::State {
    explicit State(ClientOptions o) : options(std::move(o)) {}

    Result<> connect();
    Result<ClientResponse> exchange(Method method, std::string_view target, std::string_view body,
                                    const SendOptions& send, bool& lost);
    std::string head_of(Method method, std::string_view target, std::string_view body, const SendOptions& send) const;
    error_code write(std::string_view head, std::string_view body);
    error_code read(bhttp::response_parser<bhttp::string_body>& parser);
    Error error_of(error_code error, std::string_view what) const;

    ClientOptions options;
    asio::io_context io;
    std::optional<Socket> socket;
    beast::flat_buffer buffer;
    std::string host_header;
    Deadline deadline;
};

Error Client::State::error_of(error_code error, std::string_view what) const {
    if (error == asio::error::timed_out) {
        return Error{ErrorCode::timed_out, "no answer from " + options.base_url + " in time", std::string(what), ""};
    }
    return Error{ErrorCode::unavailable, std::string(what) + " " + options.base_url + " failed: " + error.message(), "",
                 "is StreamFlow running there? streamflow start --service all"};
}

Result<> Client::State::connect() {
    SF_ASSIGN(const BaseUrl address, parse_base_url(options.base_url));
    host_header = address.host_header();
    buffer.clear();
    const Connecting connecting = http::connect(io, socket.emplace(io), address, deadline);
    if (!connecting.error) return {};
    socket.reset();
    return fail(error_of(connecting.error, connecting.step));
}

std::string Client::State::head_of(Method method, std::string_view target, std::string_view body,
                                   const SendOptions& send) const {
    std::string head;
    head.append(to_string(method)).append(" ").append(target).append(" HTTP/1.1\r\n");
    add_field(head, "Host", host_header);
    add_field(head, "User-Agent", "streamflow");
    if (!options.token.empty()) add_field(head, "Authorization", "Bearer " + options.token);
    for (const Header& header : send.headers) add_field(head, header.name, header.value);
    if (!body.empty()) add_field(head, "Content-Type", send.content_type);
    if (!body.empty() || method == Method::post || method == Method::put)
        add_field(head, "Content-Length", std::to_string(body.size()));
    return head + "\r\n";
}

error_code Client::State::write(std::string_view head, std::string_view body) {
    std::array<asio::const_buffer, 2> rest = {asio::buffer(head), asio::buffer(body)};
    while (asio::buffer_size(rest) > 0) {
        const IoOutcome written =
            run_one(io, deadline, [&](auto done) { socket->async_write_some(rest, std::move(done)); });
        if (written.error) return written.error;
        const std::size_t of_head = std::min(written.bytes, rest[0].size());
        rest[0] += of_head;
        rest[1] += written.bytes - of_head;
    }
    return {};
}

error_code Client::State::read(bhttp::response_parser<bhttp::string_body>& parser) {
    while (true) {
        error_code error;
        while (!parser.is_done() && buffer.size() > 0 && !error) buffer.consume(parser.put(buffer.data(), error));
        if (error && error != bhttp::error::need_more) return error;
        if (parser.is_done()) return {};
        const IoOutcome got = run_one(
            io, deadline, [&](auto done) { socket->async_read_some(buffer.prepare(kAnswerPiece), std::move(done)); });
        if (got.error == asio::error::eof) {
            if (!parser.got_some()) return bhttp::error::end_of_stream;
            error = {};
            parser.put_eof(error);
            return error;
        }
        if (got.error) return got.error;
        buffer.commit(got.bytes);
    }
}

Result<ClientResponse> Client::State::exchange(Method method, std::string_view target, std::string_view body,
                                               const SendOptions& send, bool& lost) {
    error_code error = write(head_of(method, target, body, send), body);
    // A server that refuses a body answers before it has read all of it: look for the answer even when writing failed.
    const bool write_failed = static_cast<bool>(error);
    if (error == asio::error::timed_out) return fail(error_of(error, "sending to"));
    bhttp::response_parser<bhttp::string_body> parser;
    parser.body_limit(boost::none);
    parser.eager(true);
    if (method == Method::head) parser.skip(true);  // It tells a size, but sends no body.
    error = read(parser);
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
    if (!keep) socket.reset();
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
    const bool kept = state.socket.has_value();
    if (!kept) SF_TRY(state.connect());
    bool lost = false;
    auto response = state.exchange(method, target, body, options, lost);
    if (!response) state.socket.reset();
    // A kept connection may have been closed by the server while it was idle: that says nothing about the request.
    if (!response && lost && kept && (options.repeatable || method == Method::get)) {
        SF_TRY(state.connect());
        response = state.exchange(method, target, body, options, lost);
        if (!response) state.socket.reset();
    }
    return response;
}

}  // namespace sf::http
