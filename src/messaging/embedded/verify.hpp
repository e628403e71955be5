// Looks at every record of a log that nobody uses, says what is wrong, and mends it on request (repair.hpp).
#pragma once

#include "base/clock.hpp"
#include "messaging/embedded/disk.hpp"
#include "messaging/embedded/segment.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sf::messaging::embedded {

struct PartitionReport {
    std::string topic;
    Partition partition = 0;
    std::uint64_t segments = 0;
    std::uint64_t bytes = 0;
    std::uint64_t records = 0;
    Offset begin = 0;
    Offset end = 0;                    // One past the last record that can be read.
    bool torn = false;                 // An unfinished write at the end, which a start cuts off by itself.
    std::optional<Damage> damage;      // The first.
    std::optional<Offset> read_up_to;  // Where a reader reads on, if that is not from begin to end: parts are missing.
    std::string repair;                // What repair did; empty if nothing.

    [[nodiscard]] bool sound() const { return !damage && !read_up_to; }
};

struct LogReport {
    std::vector<PartitionReport> partitions;  // In order of topic and partition.
    bool producer_damaged = false;            // The file with the producer's id and epoch.
};

struct VerifyOptions {
    bool repair = false;  // Keeps what can be read; damaged files go to <folder>/quarantine.
    /// Where a reader of the partition reads on. Asked for while the log is locked.
    std::function<std::optional<Offset>(std::string_view topic, Partition partition)> read_up_to;
};

/// `conflict` while a process uses the log.
[[nodiscard]] Result<LogReport> verify_log(Disk& disk, const std::filesystem::path& folder,
                                           const VerifyOptions& options, const Clock& clock = system_clock());

}  // namespace sf::messaging::embedded
