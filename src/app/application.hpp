// The whole program as an object: built from a configuration, started, stopped. Tests run it in-process on ports of the
// system's choice.
#pragma once

#include "app/config.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/server.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace sf::app {

class Application {
public:
    Application(Config config, std::string service, const Clock& clock = system_clock());
    ~Application();

    /// Everything is up and /ready answers 200. After an error nothing is left running.
    [[nodiscard]] Result<> start();

    /// Takes no more requests, answers those under way, makes everything durable, closes. Idempotent; safe after a
    /// failed start().
    void stop(std::chrono::milliseconds patience = std::chrono::seconds{25});

    /// Where each service listens. After start().
    [[nodiscard]] const std::vector<http::Listen>& addresses() const;
    [[nodiscard]] std::filesystem::path admin_token_file() const;

    /// The address of the dashboard page with a ticket in it, which signs an administrator in: once, and for 15
    /// minutes. Empty in a build without the page. After start().
    [[nodiscard]] std::string page_link();

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

/// The five services, in the order of their ports.
[[nodiscard]] const std::vector<std::string>& service_names();

}  // namespace sf::app
