#include "app/verify.hpp"

#include "database/lakehouse/manifest.hpp"
#include "database/lakehouse/points/point_manifest.hpp"
#include "messaging/embedded/verify.hpp"
#include "services/analytics/point_publisher.hpp"
#include "services/ingestion/intake.hpp"

#include <fmt/format.h>

#include <optional>

namespace sf::app {
namespace {

using messaging::embedded::PartitionReport;

// How far storage has read the log, by topic.
struct StoredOffsets {
    database::NextOffsets events;
    database::NextOffsets points;
};

Result<StoredOffsets> stored_offsets(const std::filesystem::path& data) {
    StoredOffsets stored;
    const std::filesystem::path path = data / "lakehouse" / "manifest.db";
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return stored;
    SF_ASSIGN(database::Manifest manifest, database::Manifest::open(path));
    SF_ASSIGN(stored.events, manifest.next_offsets());
    SF_ASSIGN(database::PointManifest points, database::PointManifest::open(path));
    SF_ASSIGN(stored.points, points.next_offsets());
    return stored;
}

VerifyFinding finding_of(const PartitionReport& partition) {
    const std::string place = fmt::format("{}/{}", partition.topic, partition.partition);
    VerifyFinding finding{.place = place, .remedy = partition.repair, .repaired = !partition.repair.empty()};
    if (partition.damage) {
        finding.place =
            fmt::format("{}: {} at byte {}", place, partition.damage->file.string(), partition.damage->position);
        finding.problem = fmt::format("{}; records from offset {} on can't be read", partition.damage->what,
                                      partition.damage->offset);
    } else if (partition.read_up_to && *partition.read_up_to > partition.end) {
        finding.problem = fmt::format("the log ends at offset {}, but was read up to {}: its end is missing",
                                      partition.end, *partition.read_up_to);
    } else if (partition.read_up_to) {
        finding.problem = fmt::format("the log begins at offset {}, but was read only up to {}: records are missing",
                                      partition.begin, *partition.read_up_to);
    } else {
        return {.place = place,
                .problem = "an unfinished write at the end, which was never acknowledged",
                .remedy = "the next start cuts it off",
                .harmless = true};
    }
    if (!finding.repaired)
        finding.remedy =
            "--repair keeps every record that can be read, says which are given up, and keeps damaged files";
    return finding;
}

}  // namespace

Result<VerifyReport> verify_data(const std::filesystem::path& data, bool repair) {
    const std::filesystem::path log = data / "log";
    std::error_code ignored;
    if (!std::filesystem::is_directory(log, ignored)) {
        return fail(ErrorCode::not_found, data.string() + " is no data directory of StreamFlow", "it has no folder log",
                    "name one with --data-dir");
    }
    std::optional<Result<StoredOffsets>> stored;  // Read while the log is locked: nobody moves them.
    const auto read_up_to = [&](std::string_view topic,
                                messaging::Partition partition) -> std::optional<messaging::Offset> {
        if (!stored) stored = stored_offsets(data);
        if (!*stored || (topic != ingestion::kEventsTopic && topic != analytics::kMetricsTopic)) return std::nullopt;
        const database::NextOffsets& offsets = topic == ingestion::kEventsTopic ? (*stored)->events : (*stored)->points;
        const auto found = offsets.find(partition);
        return found == offsets.end() ? 0 : found->second;
    };
    const auto disk = messaging::embedded::system_disk();
    SF_ASSIGN(const auto checked, verify_log(*disk, log, {.repair = repair, .read_up_to = read_up_to}));
    VerifyReport report;
    if (checked.producer_damaged) {
        report.findings.push_back({.place = (log / "producer").string(),
                                   .problem = "who wrote the log can't be read",
                                   .remedy = "a new id takes its place: no record is touched",
                                   .repaired = repair});
    }
    if (stored && !*stored) {
        report.findings.push_back({.place = (data / "lakehouse" / "manifest.db").string(),
                                   .problem = stored->error().line(),
                                   .remedy = "restore it from a copy: it names the files that count"});
    }
    for (const PartitionReport& partition : checked.partitions) {
        report.files += partition.segments;
        report.bytes += partition.bytes;
        report.records += partition.records;
        if (!partition.sound() || partition.torn) report.findings.push_back(finding_of(partition));
    }
    return report;
}

}  // namespace sf::app
