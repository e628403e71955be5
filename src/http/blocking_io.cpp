#include "http/blocking_io.hpp"

#include <boost/asio/connect.hpp>

namespace sf::http {

Connecting connect(asio::io_context& io, Socket& socket, const BaseUrl& address, Deadline deadline) {
    boost::system::error_code error;
    asio::ip::tcp::resolver resolver(io);
    const auto found = resolver.resolve(address.host, address.port, error);
    if (error) return {error, "looking up"};
    const IoOutcome connected = run_one(io, deadline, [&](auto done) {
        asio::async_connect(socket, found, [done](boost::system::error_code failed, const auto&) { done(failed); });
    });
    if (connected.error) return {connected.error, "connecting to"};
    socket.set_option(asio::ip::tcp::no_delay(true), error);
    return {};
}

}  // namespace sf::http
