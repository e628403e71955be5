// Mends a partition of a log that nobody uses: keeps every record that can still be read, at its offset, and marks what
// is given up. No offset is used again for another record, so that readers can't mistake one for one that they had.
#pragma once

#include "base/clock.hpp"
#include "messaging/embedded/disk.hpp"
#include "messaging/log.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sf::messaging::embedded {

struct RepairOptions {
    std::filesystem::path folder;      // Of the partition.
    std::filesystem::path away;        // Where damaged files are kept, whole; made where missing.
    std::optional<Offset> read_up_to;  // Where a reader reads on: the log will reach that far, and that far back.
    std::function<Result<ProducerStamp>()> next_epoch;  // Asked for when a record must be written.
};

struct Repair {
    std::vector<OffsetRange> given_up;  // Rising.
    Offset end = 0;                     // Where the partition goes on.
};

/// Can be repeated after it was interrupted at any moment.
[[nodiscard]] Result<Repair> repair_partition(Disk& disk, const RepairOptions& options, Timestamp now);

}  // namespace sf::messaging::embedded
