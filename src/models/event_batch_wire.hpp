// The wire form of a batch: what the log stores and what brokers carry. docs/formats/event-batch.md.
#pragma once

#include "base/result.hpp"
#include "models/event_batch.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace sf::models {

/// Appends version, sizes and the LZ4-compressed FlatBuffer to `out`. At most about kBatchBytesMax + 512 KiB.
void encode_batch(const EventBatch& batch, std::vector<std::byte>& out);

/// Decompresses and verifies. `corrupt` for anything that encode_batch could not have made; never reads out of bounds.
[[nodiscard]] Result<EventBatchPtr> decode_batch(std::span<const std::byte> wire);

}  // namespace sf::models
