#include "services/dashboard/overview.hpp"

#include "base/json_text.hpp"

#include <fmt/format.h>

namespace sf::dashboard {

Overview::Overview(std::string version, PipelineProbe probe, database::PointStore& points, ViewCatalog& catalog,
                   const Clock& clock)
    : version_(std::move(version)),
      probe_(std::move(probe)),
      points_(points),
      catalog_(catalog),
      clock_(clock),
      started_(clock.steady()) {}

void Overview::sample() {
    const PipelineState state = probe_();
    std::lock_guard lock(mutex_);
    rate_.sample(clock_.steady(), state.events_accepted);
}

std::string Overview::json() {
    const PipelineState state = probe_();
    double rate = 0;
    {
        std::lock_guard lock(mutex_);
        rate = rate_.per_second();
    }
    std::string out = fmt::format(
        R"({{"time":"{}","events":{{"stored":{},"per_second":{:.1f}}},"views":{},"late_events":{},"partitions":[)",
        format_rfc3339(clock_.now()), state.events_stored, rate, catalog_.views().size(),
        points_.point_statistics().late_events);
    for (const PipelineState::PartitionState& partition : state.partitions) {
        if (out.back() != '[') out += ',';
        out += fmt::format(R"({{"partition":{},"offset":{},"lag":{}}})", partition.partition, partition.offset,
                           partition.lag);
    }
    out += fmt::format(
        R"(],"storage":{{"live_events":{},"live_bytes":{},"file_events":{},"file_bytes":{},"files":{},"log_bytes":{}}},"uptime_seconds":{},"version":{}}})",
        state.live_events, state.live_bytes, state.file_events, state.file_bytes, state.files, state.log_bytes,
        std::chrono::duration_cast<std::chrono::seconds>(clock_.steady() - started_).count(), json_string(version_));
    return out;
}

}  // namespace sf::dashboard
