#include "sql/values/md5.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace sf::sql {
namespace {

using Digest = std::array<std::uint32_t, 4>;

constexpr std::size_t kBlock = 64;
constexpr std::array<int, 16> kTurns = {7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21};

// RFC 1321, section 3.4: element i is the whole part of 2^32 * |sin(i + 1)|.
const std::array<std::uint32_t, 64>& sines() {
    static const auto table = [] {
        std::array<std::uint32_t, 64> made{};
        for (std::size_t i = 0; i < made.size(); ++i)
            made[i] = static_cast<std::uint32_t>(std::fabs(std::sin(static_cast<double>(i + 1))) * 4294967296.0);
        return made;
    }();
    return table;
}

void add_block(Digest& digest, const char* block) {
    std::array<std::uint32_t, 16> words{};
    std::memcpy(words.data(), block, kBlock);  // Little-endian, as this program's machines are.
    auto [a, b, c, d] = digest;
    for (std::size_t i = 0; i < 64; ++i) {
        std::uint32_t mixed = 0;
        std::size_t word = 0;
        switch (i / 16) {
            case 0:
                mixed = (b & c) | (~b & d);
                word = i;
                break;
            case 1:
                mixed = (b & d) | (c & ~d);
                word = (5 * i + 1) % 16;
                break;
            case 2:
                mixed = b ^ c ^ d;
                word = (3 * i + 5) % 16;
                break;
            default:
                mixed = c ^ (b | ~d);
                word = (7 * i) % 16;
                break;
        }
        const std::uint32_t turned = std::rotl(a + mixed + sines()[i] + words[word], kTurns[i / 16 * 4 + i % 4]);
        a = d;
        d = c;
        c = b;
        b += turned;
    }
    digest[0] += a;
    digest[1] += b;
    digest[2] += c;
    digest[3] += d;
}

}  // namespace

std::string md5_hex(std::string_view text) {
    Digest digest = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476};
    std::size_t at = 0;
    for (; at + kBlock <= text.size(); at += kBlock) add_block(digest, text.data() + at);
    // What is left, a bit that is set, zeros, and the length in bits in the last eight bytes.
    std::array<char, 2 * kBlock> tail{};
    const std::size_t rest = text.size() - at;
    if (rest > 0) std::memcpy(tail.data(), text.data() + at, rest);
    tail[rest] = static_cast<char>(0x80);
    const std::size_t size = rest + 9 <= kBlock ? kBlock : 2 * kBlock;
    const std::uint64_t bits = std::uint64_t{text.size()} * 8;
    std::memcpy(tail.data() + size - sizeof bits, &bits, sizeof bits);
    for (std::size_t block = 0; block < size; block += kBlock) add_block(digest, tail.data() + block);
    std::string hex;
    for (const std::uint32_t word : digest) {
        for (int byte = 0; byte < 4; ++byte) {
            static constexpr std::string_view kDigits = "0123456789abcdef";
            const std::uint32_t value = (word >> (8 * byte)) & 0xFF;
            hex += kDigits[value >> 4];
            hex += kDigits[value & 15];
        }
    }
    return hex;
}

}  // namespace sf::sql
