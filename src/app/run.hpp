// Runs services until a signal ends them.
#pragma once

#include "app/config.hpp"
#include "base/result.hpp"

#include <string>

namespace sf::app {

struct StartOptions {
    std::string service = "all";  // Or the name of one, which needs a cluster.
    ConfigSources sources;
    bool quiet = false;  // No greeting on standard output.
};

/// Returns when SIGTERM or SIGINT has ended it cleanly; a second signal ends the process at once.
[[nodiscard]] Result<> run_server(const StartOptions& options);

}  // namespace sf::app
