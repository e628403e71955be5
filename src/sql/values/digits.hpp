// Whole numbers as nearly all of them are written, without a branch for each digit.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace sf::sql {
namespace digits_inner {

// Up to eight bytes as a word whose most significant byte is the last one; zeros ('0') stand before them.
inline std::uint64_t word_of_digits(const char* text, std::size_t size) {
    std::uint64_t word = 0;
    if (size == 8) {
        std::memcpy(&word, text, 8);
        return word;
    }
    if (size >= 4) {
        std::uint32_t first = 0, last = 0;
        std::memcpy(&first, text, 4);
        std::memcpy(&last, text + size - 4, 4);
        word = first | static_cast<std::uint64_t>(last) << (8 * (size - 4));
    } else {
        const auto byte = [&](std::size_t at) {
            return static_cast<std::uint64_t>(static_cast<unsigned char>(text[at])) << (8 * at);
        };
        word = byte(0) | byte(size / 2) | byte(size - 1);
    }
    return word << (8 * (8 - size)) | 0x3030303030303030 >> (8 * size);
}

inline bool all_digits(std::uint64_t word) {
    return (((word & 0xF0F0F0F0F0F0F0F0) | ((word + 0x0606060606060606) & 0xF0F0F0F0F0F0F0F0) >> 4) ==
            0x3333333333333333);
}

// Pairs of digits, then of those, then of those (D. Lemire, "Quickly parsing eight digits", 2018).
inline std::uint64_t value_of_digits(std::uint64_t word) {
    word = (word & 0x0F0F0F0F0F0F0F0F) * 2561 >> 8;
    word = (word & 0x00FF00FF00FF00FF) * 6553601 >> 16;
    return (word & 0x0000FFFF0000FFFF) * 42949672960001 >> 32;
}

}  // namespace digits_inner

/// The value of a text of nothing but digits, at most 16 of them; nothing for all others.
[[nodiscard]] inline std::optional<std::int64_t> read_digits(std::string_view text) {
    static_assert(std::endian::native == std::endian::little);
    if (text.empty() || text.size() > 16) return std::nullopt;
    std::uint64_t upper = 0;
    if (text.size() > 8) {
        const std::uint64_t word = digits_inner::word_of_digits(text.data(), text.size() - 8);
        if (!digits_inner::all_digits(word)) return std::nullopt;
        upper = digits_inner::value_of_digits(word);
        text.remove_prefix(text.size() - 8);
    }
    const std::uint64_t word = digits_inner::word_of_digits(text.data(), text.size());
    if (!digits_inner::all_digits(word)) return std::nullopt;
    return static_cast<std::int64_t>(upper * 100'000'000 + digits_inner::value_of_digits(word));
}

}  // namespace sf::sql
