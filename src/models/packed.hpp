// The frame that both kinds of batches have on the wire: version, codec, size, LZ4 over the whole FlatBuffer. Version
// and codec are one for all: what tells the kinds apart is the FlatBuffer's identifier.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace sf::models {

inline constexpr std::size_t kPackedMemoryBytesMax = 4u << 20;  // No batch is larger; a greater size is damage.

/// Appends the frame to `out`. `memory` is at most kPackedMemoryBytesMax.
void pack(std::span<const std::byte> memory, std::vector<std::byte>& out);

/// What was packed. `corrupt` for what pack() could not have made, with `what` ("an event batch") in the message.
[[nodiscard]] Result<std::vector<std::byte>> unpack(std::span<const std::byte> wire, std::string_view what);

}  // namespace sf::models
