#include "models/packed.hpp"

#include "base/assert.hpp"

#include <lz4.h>

#include <cstring>

namespace sf::models {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kCodecLz4 = 1;
constexpr std::size_t kHeaderSize = 8;  // Version, codec, two zero bytes, size before compression.

}  // namespace

void pack(std::span<const std::byte> memory, std::vector<std::byte>& out) {
    SF_ASSERT(memory.size() <= kPackedMemoryBytesMax);  // Or nobody could read it.
    const std::size_t at = out.size();
    const int bound = LZ4_compressBound(static_cast<int>(memory.size()));
    out.resize(at + kHeaderSize + static_cast<std::size_t>(bound));
    const auto raw_size = static_cast<std::uint32_t>(memory.size());
    const std::uint8_t header[4] = {kVersion, kCodecLz4, 0, 0};
    std::memcpy(out.data() + at, header, sizeof header);
    std::memcpy(out.data() + at + 4, &raw_size, sizeof raw_size);
    const int written = LZ4_compress_default(reinterpret_cast<const char*>(memory.data()),
                                             reinterpret_cast<char*>(out.data() + at + kHeaderSize),
                                             static_cast<int>(memory.size()), bound);
    SF_ASSERT(written > 0);  // The output has room for the worst case.
    out.resize(at + kHeaderSize + static_cast<std::size_t>(written));
}

Result<std::vector<std::byte>> unpack(std::span<const std::byte> wire, std::string_view what) {
    const auto damaged = [&](const char* why) {
        return fail(ErrorCode::corrupt, std::string(what) + " is damaged", why);
    };
    if (wire.size() < kHeaderSize) return damaged("it is shorter than its header");
    std::uint8_t header[4];
    std::uint32_t raw_size = 0;
    std::memcpy(header, wire.data(), sizeof header);
    std::memcpy(&raw_size, wire.data() + 4, sizeof raw_size);
    if (header[0] != kVersion) {
        return fail(ErrorCode::corrupt, std::string(what) + " has an unknown format",
                    "version " + std::to_string(header[0]) + ", this program reads version 1",
                    "it may have been written by a newer StreamFlow");
    }
    if (header[1] != kCodecLz4 || header[2] != 0 || header[3] != 0) return damaged("its header is unknown");
    if (raw_size > kPackedMemoryBytesMax) return damaged("its size is impossible");
    std::vector<std::byte> memory(raw_size);
    const int got = LZ4_decompress_safe(reinterpret_cast<const char*>(wire.data() + kHeaderSize),
                                        reinterpret_cast<char*>(memory.data()),
                                        static_cast<int>(wire.size() - kHeaderSize), static_cast<int>(raw_size));
    if (got < 0 || static_cast<std::uint32_t>(got) != raw_size) return damaged("it does not decompress to its size");
    return memory;
}

}  // namespace sf::models
