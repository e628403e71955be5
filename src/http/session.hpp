// One connection: reads requests one after the other, hands them to their routes, writes the answers in order. Belongs
// to one worker thread; only answers come from elsewhere. Internal to http/.
#pragma once

#include "http/request_check.hpp"
#include "http/worker.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>

#include <optional>

namespace sf::http {

class Session : public std::enable_shared_from_this<Session> {
public:
    Session(std::shared_ptr<Worker> worker, Shared& shared, Socket socket);
    ~Session();

    void start();
    void respond(Response response);  // On the worker's thread.
    [[nodiscard]] Worker& worker() { return *worker_; }
    void check_deadline(std::chrono::steady_clock::time_point now);
    void stop();  // Closes now if idle, else after the answer.
    void close();

private:
    enum class State { idle, header, body, handling, writing, lingering, closed };
    using Parser = beast::http::request_parser<beast::http::buffer_body>;

    void next_request();
    void read_header();
    void on_header();
    [[nodiscard]] std::optional<Response> check_route();
    void upgrade();  // Gives the socket to a WebSocketConnection, or refuses.
    void start_body();
    void read_body();
    void read_chunks();
    [[nodiscard]] bool framing_too_large(std::size_t waiting) const;
    [[nodiscard]] bool reserve_body(std::size_t bytes);  // False: all requests together hold too much.
    void release_body();
    void time_out(std::string_view detail);
    void dispatch();
    void dispatch_large();
    void refuse(Response response);  // Answers without reading the rest of the request; the connection ends.
    void write_rest(std::size_t written);
    void written();
    void linger();
    void enter(State state);

    std::shared_ptr<Worker>
        worker_;  // With the server. Before the socket, which needs the worker's event loop to its end.
    Shared& shared_;
    Socket socket_;
    State state_ = State::idle;
    std::chrono::steady_clock::time_point state_since_;
    bool fresh_ = true;  // No request has been read yet.

    beast::flat_buffer in_;
    std::optional<Parser> parser_;
    Request request_;
    Router::Match match_;
    Body body_;
    ExpectedBody expected_;
    std::size_t body_reserved_ = 0;
    std::uint64_t bytes_in_ = 0;
    std::size_t framing_bytes_ = 0;  // Of a chunked body: sizes, extensions, trailer.
    bool folded_ = false;            // The header has a field on two lines.
    bool keep_alive_ = true;
    bool head_only_ = false;
    bool in_handler_ = false;
    std::optional<Response> early_response_;  // Given while the handler was still running.
    unsigned depth_ = 0;                      // Pipelined requests answered without going back to the event loop.

    // Of the current request, kept after it has been handed to its handler.
    std::chrono::steady_clock::time_point request_started_;
    Method method_ = Method::get;
    std::string correlation_id_;
    std::string origin_;
    std::string subject_;
    std::string token_;  // Of a request that becomes a WebSocket, which has to look at it again.

    struct Lingered {
        explicit Lingered(asio::io_context& io) : timer(io) {}
        asio::steady_timer timer;
        std::uint64_t bytes = 0;  // Thrown away.
    };
    std::optional<Lingered> lingered_;

    Response response_;
    std::string head_;
    std::size_t write_size_ = 0;
    std::string remote_address_;
    bool remote_is_loopback_ = false;
};

}  // namespace sf::http
