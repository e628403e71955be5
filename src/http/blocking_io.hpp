// What the clients do with the event loop that each has for itself: start one operation, and wait for it until a
// deadline. Internal to http/.
#pragma once

#include "base/clock.hpp"
#include "http/base_url.hpp"
#include "http/sockets.hpp"

#include <boost/asio/error.hpp>

#include <cstddef>
#include <memory>

namespace sf::http {

struct IoOutcome {
    boost::system::error_code error;  // `asio::error::timed_out`: the deadline came first.
    std::size_t bytes = 0;
    bool done = false;
};

/// Runs `io` until `done` or the deadline; what else is under way there goes on meanwhile, and with the next call.
inline bool run_until(asio::io_context& io, const bool& done, Deadline deadline) {
    io.restart();
    while (!done && io.run_one_until(deadline) > 0) {
    }
    return done;
}

/// `start` takes the handler of one operation. One that misses its deadline goes on: close what it works on, since
/// nobody knows how far it came.
template <class Start>
IoOutcome run_one(asio::io_context& io, Deadline deadline, Start start) {
    const auto outcome = std::make_shared<IoOutcome>();  // With the handler, which may outlive this call.
    start([outcome](boost::system::error_code error, std::size_t bytes = 0) { *outcome = {error, bytes, true}; });
    if (!run_until(io, outcome->done, deadline)) return {.error = asio::error::timed_out};
    return *outcome;
}

struct Connecting {
    boost::system::error_code error;
    std::string_view step;  // What failed: "looking up", "connecting to".
};

/// Connects `socket`, which belongs to `io`.
[[nodiscard]] Connecting connect(asio::io_context& io, Socket& socket, const BaseUrl& address, Deadline deadline);

}  // namespace sf::http
