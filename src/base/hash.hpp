// Checksums and hashes whose values are written to disk: changing one is a format change (docs/formats/hashes.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sf {

/// CRC32C (Castagnoli, as in iSCSI, RFC 3720), of `data` appended to what gave `crc`. Uses SSE4.2 where present.
[[nodiscard]] std::uint32_t crc32c(std::span<const std::byte> data, std::uint32_t crc = 0);

/// 64 bits, seedable, well mixed; not keyed against attackers.
[[nodiscard]] std::uint64_t hash64(std::string_view data, std::uint64_t seed = 0);

/// Version 1 of the choice of a partition: hash64 of user_id, or of source where an event has no user.
[[nodiscard]] inline std::uint32_t partition_of(std::string_view key, std::uint32_t partitions) {
    return static_cast<std::uint32_t>((static_cast<unsigned __int128>(hash64(key, 1)) * partitions) >> 64);
}

}  // namespace sf
