#include "cli/terminal.hpp"

#include "base/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace sf::cli {
namespace {

struct Range {
    std::uint32_t first;
    std::uint32_t last;
};

// Combining marks, joiners and variation selectors (the blocks that occur in practice, Unicode 15).
constexpr std::array<Range, 12> kZeroWidth = {{{0x0300, 0x036F},
                                               {0x0483, 0x0489},
                                               {0x0591, 0x05BD},
                                               {0x0610, 0x061A},
                                               {0x064B, 0x065F},
                                               {0x0E34, 0x0E3A},
                                               {0x1AB0, 0x1AFF},
                                               {0x1DC0, 0x1DFF},
                                               {0x200B, 0x200F},
                                               {0x20D0, 0x20FF},
                                               {0xFE00, 0xFE0F},
                                               {0xFE20, 0xFE2F}}};
// East Asian Wide and Fullwidth, and emoji.
constexpr std::array<Range, 12> kWide = {{{0x1100, 0x115F},
                                          {0x2E80, 0x303E},
                                          {0x3041, 0x33FF},
                                          {0x3400, 0x4DBF},
                                          {0x4E00, 0x9FFF},
                                          {0xA000, 0xA4CF},
                                          {0xAC00, 0xD7A3},
                                          {0xF900, 0xFAFF},
                                          {0xFE30, 0xFE6F},
                                          {0xFF00, 0xFF60},
                                          {0x1F300, 0x1FAFF},
                                          {0x20000, 0x3FFFD}}};

template <std::size_t size>
bool contains(const std::array<Range, size>& ranges, std::uint32_t c) {
    return std::ranges::any_of(ranges, [&](const Range& range) { return c >= range.first && c <= range.last; });
}

std::uint32_t decode(std::string_view sequence) {
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(sequence[i]));
    };
    switch (sequence.size()) {
        case 1: return byte(0);
        case 2: return (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
        case 3: return (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
        default: return (byte(0) & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
    }
}

// The width of the sequence at the start of `text`, and its length in bytes.
std::size_t next_width(std::string_view text, std::size_t& length) {
    if (static_cast<unsigned char>(text[0]) < 0x80) {
        length = 1;
        return 1;
    }
    length = utf8_sequence_length(text);
    if (length == 0) {
        length = 1;
        return 1;
    }
    const std::uint32_t c = decode(text.substr(0, length));
    if (contains(kZeroWidth, c)) return 0;
    return contains(kWide, c) ? 2 : 1;
}

}  // namespace

std::string Style::wrap(std::string_view code, std::string_view text) const {
    return colours_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        std::size_t length = 0;
        width += next_width(text, length);
        text.remove_prefix(length);
    }
    return width;
}

std::string visible(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto c = static_cast<unsigned char>(text.front());
        std::size_t length = c < 0x80 ? 1 : utf8_sequence_length(text);
        if (c == '\n') out += "\\n";
        else if (c == '\t') out += "\\t";
        else if (c == '\r') out += "\\r";
        else if (c < 0x20 || c == 0x7F || length == 0) fmt::format_to(std::back_inserter(out), "\\x{:02x}", c);
        else if (length == 2 && c == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0) {
            // C1 control characters; some terminals obey them.
            fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(text[1]));
        } else out += text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

std::string shortened(std::string_view text, std::size_t width) {
    if (display_width(text) <= width) return std::string(text);
    std::string out;
    std::size_t used = 0;
    while (!text.empty()) {
        std::size_t length = 0;
        const std::size_t next = next_width(text, length);
        if (used + next + 1 > width) break;
        used += next;
        out += text.substr(0, length);
        text.remove_prefix(length);
    }
    return out + "…";
}

std::string grouped(std::uint64_t number) {
    std::string text = std::to_string(number);
    for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, 1, ',');
    return text;
}

std::string format_bytes(std::uint64_t bytes) {
    const auto value = static_cast<double>(bytes);
    if (value < 1e3) return fmt::format("{} bytes", bytes);
    if (value < 1e6) return fmt::format("{:.3g} kB", value / 1e3);
    if (value < 1e9) return fmt::format("{:.3g} MB", value / 1e6);
    if (value < 1e12) return fmt::format("{:.3g} GB", value / 1e9);
    return fmt::format("{:.3g} TB", value / 1e12);
}

std::string counted(std::uint64_t number, std::string_view noun) {
    return grouped(number) + " " + std::string(noun) + (number == 1 ? "" : "s");
}

}  // namespace sf::cli
