// Many views fold a record for about what they fold one event for, however few events it has. So records that wait are
// put together: what is behind catches up, and what is not behind does not wait.
#pragma once

#include "messaging/log.hpp"

#include <cstddef>
#include <span>

namespace sf::analytics {

/// One thread.
class RecordJoiner {
public:
    /// How many of `records`, which follow each other in one partition, are folded as one: as many batches from the
    /// first on as stand before `until`, have together no more events and bytes than one batch may have, and are so
    /// small that to copy them costs less than to fold them one by one for `views`. 1 where the first is not to be
    /// joined.
    [[nodiscard]] static std::size_t count(std::span<const messaging::StoredRecord> records, messaging::Offset until,
                                           std::size_t views);

    /// All their events, in order. Of one record it is its own batch.
    [[nodiscard]] models::EventBatchPtr join(std::span<const messaging::StoredRecord> records);

private:
    models::EventBatchBuilder builder_;
};

}  // namespace sf::analytics
