// Everything of the world that commands touch: streams, variables, time and connections. Tests put their own in its
// place.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/client.hpp"

#include <atomic>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>

namespace sf::cli {

/// A way to a server. As http::Client: one thread at a time.
class Transport {
public:
    virtual ~Transport() = default;
    [[nodiscard]] virtual Result<http::ClientResponse> send(http::Method method, std::string_view target,
                                                            std::string_view body,
                                                            http::Client::SendOptions options) = 0;
};

struct Environment {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    bool out_is_terminal = false;
    bool err_is_terminal = false;
    std::size_t columns = 80;  // Of the terminal.
    std::function<std::optional<std::string>(const char*)> variable;
    std::function<std::unique_ptr<Transport>(http::ClientOptions)> connect;
    const Clock& clock;
    std::function<void(Duration)> wait;    // Returns early when interrupted. Any thread.
    const std::atomic<bool>& interrupted;  // Ctrl-C, from catch_interrupts() on.
    std::function<void()>
        catch_interrupts;  // Ctrl-C sets the flag instead of ending the process; the second one ends it.
};

/// The real world.
[[nodiscard]] Environment process_environment();

}  // namespace sf::cli
