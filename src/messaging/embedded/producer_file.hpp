// Who writes to this log: an id that is made once, and an epoch that rises each time the log is opened for writing.
#pragma once

#include "base/clock.hpp"
#include "messaging/embedded/disk.hpp"
#include "messaging/log.hpp"

#include <filesystem>

namespace sf::messaging::embedded {

/// The stamp of the next epoch's first record. The epoch is on the disk when this returns. `corrupt` if the file in the
/// log's folder is damaged.
[[nodiscard]] Result<ProducerStamp> next_epoch(Disk& disk, const std::filesystem::path& log, const Clock& clock);

/// Puts a new id in the place of a damaged file.
[[nodiscard]] Result<> replace_producer(Disk& disk, const std::filesystem::path& log, const Clock& clock);

/// Whether next_epoch() would say `corrupt`.
[[nodiscard]] Result<bool> producer_is_damaged(Disk& disk, const std::filesystem::path& log);

}  // namespace sf::messaging::embedded
