#include "models/event_batch_wire.hpp"

#include "models/packed.hpp"

namespace sf::models {

void encode_batch(const EventBatch& batch, std::vector<std::byte>& out) { pack(batch.flatbuffer(), out); }

Result<EventBatchPtr> decode_batch(std::span<const std::byte> wire) {
    SF_ASSIGN(std::vector<std::byte> memory, unpack(wire, "an event batch"));
    return EventBatch::from_bytes(std::move(memory));
}

}  // namespace sf::models
