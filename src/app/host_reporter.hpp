// This process's own system.host events, so that views and alerts on the machine work like all others.
#pragma once

#include "app/periodic.hpp"
#include "observability/host.hpp"
#include "services/ingestion/ingestion_service.hpp"

#include <filesystem>

namespace sf::app {

class HostReporter {
public:
    HostReporter(std::chrono::microseconds interval, std::filesystem::path data,
                 ingestion::IngestionService& ingestion);

private:
    void report();

    observability::HostSampler sampler_;
    ingestion::IngestionService& ingestion_;
    std::string host_;
    Periodic timer_;
};

}  // namespace sf::app
