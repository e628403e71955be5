// A few events with everything that an event may have, for the targets that need a batch.
#pragma once

#include "models/event_batch.hpp"

namespace sf::fuzz {

/// Always the same.
[[nodiscard]] models::EventBatchPtr sample_batch();

}  // namespace sf::fuzz
