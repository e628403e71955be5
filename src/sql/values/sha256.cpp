#include "sql/values/sha256.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace sf::sql {
namespace {

using ShaState = std::array<std::uint32_t, 8>;

constexpr std::size_t kShaBlock = 64;

// The first 32 bits behind the point of the square roots of the first 8 primes and of the cube roots of the first 64.
struct ShaConstants {
    ShaState start{};
    std::array<std::uint32_t, 64> rounds{};

    ShaConstants() {
        const auto behind_point = [](long double root) {
            return static_cast<std::uint32_t>((root - std::floor(root)) * 4294967296.0L);
        };
        std::size_t found = 0;
        for (std::uint32_t candidate = 2; found < rounds.size(); ++candidate) {
            bool prime = true;
            for (std::uint32_t divisor = 2; divisor * divisor <= candidate; ++divisor)
                prime = prime && candidate % divisor != 0;
            if (!prime) continue;
            const auto number = static_cast<long double>(candidate);
            if (found < start.size()) start[found] = behind_point(std::sqrt(number));
            rounds[found++] = behind_point(std::cbrt(number));
        }
    }
};

void add_sha_block(ShaState& state, const char* block, const ShaConstants& constants) {
    std::array<std::uint32_t, 64> words{};
    for (std::size_t i = 0; i < kShaBlock; ++i) words[i / 4] = words[i / 4] << 8 | static_cast<std::uint8_t>(block[i]);
    for (std::size_t i = 16; i < words.size(); ++i) {
        const std::uint32_t x = words[i - 15];
        const std::uint32_t y = words[i - 2];
        words[i] = words[i - 16] + (std::rotr(x, 7) ^ std::rotr(x, 18) ^ (x >> 3)) + words[i - 7] +
                   (std::rotr(y, 17) ^ std::rotr(y, 19) ^ (y >> 10));
    }
    auto [a, b, c, d, e, f, g, h] = state;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::uint32_t chosen = (e & f) ^ (~e & g);
        const std::uint32_t most = (a & b) ^ (a & c) ^ (b & c);
        const std::uint32_t first =
            h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + chosen + constants.rounds[i] + words[i];
        const std::uint32_t second = (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + most;
        h = g;
        g = f;
        f = e;
        e = d + first;
        d = c;
        c = b;
        b = a;
        a = first + second;
    }
    const ShaState turned = {a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < state.size(); ++i) state[i] += turned[i];
}

}  // namespace

std::string sha256(std::string_view bytes) {
    static const ShaConstants constants;
    ShaState state = constants.start;
    std::size_t at = 0;
    for (; bytes.size() - at >= kShaBlock; at += kShaBlock) add_sha_block(state, bytes.data() + at, constants);
    // A bit that is 1, zeros, and the length in bits.
    std::string rest(bytes.substr(at));
    rest += '\x80';
    while (rest.size() % kShaBlock != kShaBlock - 8) rest += '\0';
    const std::uint64_t bits = std::uint64_t{bytes.size()} * 8;
    for (int shift = 56; shift >= 0; shift -= 8) rest += static_cast<char>(bits >> shift);
    for (at = 0; at < rest.size(); at += kShaBlock) add_sha_block(state, rest.data() + at, constants);
    std::string digest;
    for (const std::uint32_t word : state) {
        for (int shift = 24; shift >= 0; shift -= 8) digest += static_cast<char>(word >> shift);
    }
    return digest;
}

}  // namespace sf::sql
