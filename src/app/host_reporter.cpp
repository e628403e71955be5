#include "app/host_reporter.hpp"

#include "base/json_text.hpp"
#include "base/logging.hpp"

#include <fmt/format.h>

namespace sf::app {

HostReporter::HostReporter(std::chrono::microseconds interval, std::filesystem::path data,
                           ingestion::IngestionService& ingestion)
    : sampler_(std::move(data)),
      ingestion_(ingestion),
      host_(observability::host_name()),
      timer_(interval, [this] { report(); }) {}

void HostReporter::report() {
    const observability::HostSample sample = sampler_.sample();
    models::Event event;
    event.type = "system.host";
    event.source = "streamflow@" + host_;
    event.data = fmt::format(
        R"({{"host":{},"cpu_percent":{:.1f},"machine_cpu_percent":{:.1f},"memory_bytes":{},"memory_available_bytes":{},)"
        R"("disk_free_bytes":{},"disk_total_bytes":{},"open_files":{}}})",
        json_string(host_), sample.cpu_percent, sample.machine_cpu_percent, sample.memory_bytes,
        sample.memory_available_bytes, sample.disk_free_bytes, sample.disk_total_bytes, sample.open_files);
    ingestion_.submit(event, [](Result<ingestion::Admission> admission) {
        if (!admission) logging::debug("a system.host event was not stored", {{"error", admission.error().line()}});
    });
}

}  // namespace sf::app
