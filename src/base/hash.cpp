#include "base/hash.hpp"

#include <array>
#include <bit>
#include <cstring>

#if defined(__SSE4_2__)
#include <nmmintrin.h>
#endif

namespace sf {
namespace {

std::uint64_t load64(const char* at) {
    std::uint64_t value;
    std::memcpy(&value, at, 8);
    return value;  // Little-endian; see the static_assert below.
}

static_assert(std::endian::native == std::endian::little, "hash values on disk are defined on little-endian loads");

// The last `left` bytes of `data`, 1 to 7, padded with zeros: in whole words, because bytes that are copied one by one
// and read back as a word hold the processor up.
std::uint64_t load_last(std::string_view data, std::size_t left) {
    const char* const at = data.data() + data.size() - left;
    if (data.size() >= 8) return load64(at + left - 8) >> (8 * (8 - left));
    if (left >= 4) {
        std::uint32_t low = 0, high = 0;  // They may overlap.
        std::memcpy(&low, at, 4);
        std::memcpy(&high, at + left - 4, 4);
        return low | static_cast<std::uint64_t>(high) << (8 * (left - 4));
    }
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint64_t>(static_cast<unsigned char>(at[i])) << (8 * i);
    };
    return byte(0) | byte(left / 2) | byte(left - 1);
}

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    const auto product = static_cast<unsigned __int128>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

#if !defined(__SSE4_2__)
constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t crc = i;
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) ? 0x82F63B78u : 0);
        table[i] = crc;
    }
    return table;
}();
#endif

}  // namespace

std::uint32_t crc32c(std::span<const std::byte> data, std::uint32_t crc) {
    const char* at = reinterpret_cast<const char*>(data.data());
    std::size_t left = data.size();
    crc = ~crc;
#if defined(__SSE4_2__)
    std::uint64_t wide = crc;
    for (; left >= 8; left -= 8, at += 8) wide = _mm_crc32_u64(wide, load64(at));
    crc = static_cast<std::uint32_t>(wide);
    for (; left > 0; --left, ++at) crc = _mm_crc32_u8(crc, static_cast<std::uint8_t>(*at));
#else
    for (; left > 0; --left, ++at) crc = (crc >> 8) ^ kCrcTable[(crc ^ static_cast<std::uint8_t>(*at)) & 0xFF];
#endif
    return ~crc;
}

// Multiply-and-fold over 16-byte steps, in the manner of wyhash (Wang Yi, public domain), with our own constants and
// tail rule: the last 16 bytes are read overlapping, and the length is folded in at the end.
std::uint64_t hash64(std::string_view data, std::uint64_t seed) {
    constexpr std::uint64_t k0 = 0x9E3779B97F4A7C15ull;
    constexpr std::uint64_t k1 = 0xD1B54A32D192ED03ull;
    constexpr std::uint64_t k2 = 0x8CB92BA72F3D8DD7ull;
    const char* at = data.data();
    std::size_t left = data.size();
    std::uint64_t state = seed ^ k0;
    for (; left > 16; left -= 16, at += 16) state = mix(load64(at) ^ k1, load64(at + 8) ^ state);
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    if (left >= 8) {
        a = load64(at);
        b = load64(at + left - 8);
    } else if (left > 0) {
        a = load_last(data, left);
    }
    return mix(k2 ^ data.size(), mix(a ^ k1, b ^ state));
}

}  // namespace sf
