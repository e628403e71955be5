// Bytes on the way from a text to a text: bytea, which is no type of values here. The planner puts these together from
// encode(), convert_from() and what stands inside; their columns hold bytes that may be no UTF-8, and nobody else sees
// them.
#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "sql/functions/catalog.hpp"
#include "sql/functions/rowwise.hpp"
#include "sql/values/sha256.hpp"

#include <algorithm>

namespace sf::sql {
namespace {

using Bytes = std::optional<std::string_view>;

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Bytes kept_bytes(Call& call, std::string_view bytes) {
    std::string_view kept;
    return call.copy(bytes, kept) ? Bytes(kept) : std::nullopt;
}

// False where it is no hexadecimal text; white space may stand between pairs.
bool append_hex(std::string& out, std::string_view text) {
    while (!text.empty()) {
        if (text[0] == ' ' || text[0] == '\n' || text[0] == '\t' || text[0] == '\r') {
            text.remove_prefix(1);
            continue;
        }
        const std::size_t high = kHexDigits.find(ascii_lower(text[0]));
        const std::size_t low = text.size() > 1 ? kHexDigits.find(ascii_lower(text[1])) : std::string_view::npos;
        if (high == std::string_view::npos || low == std::string_view::npos) return false;
        out += static_cast<char>(high * 16 + low);
        text.remove_prefix(2);
    }
    return true;
}

// Groups of four digits, the last one filled up with =.
bool append_base64(std::string& out, std::string_view text) {
    std::uint32_t group = 0;
    int digits = 0, fills = 0;
    for (const char c : text) {
        if (c == ' ' || c == '\n' || c == '\t' || c == '\r') continue;
        const std::size_t value = c == '=' ? 0 : kBase64Digits.find(c);
        if (value == std::string_view::npos || (c != '=' && fills > 0) || (c == '=' && digits < 2)) return false;
        fills += c == '=' ? 1 : 0;
        group = group << 6 | static_cast<std::uint32_t>(value);
        if (++digits < 4) continue;
        for (int i = 0; i < 3 - fills; ++i) out += static_cast<char>(group >> (16 - 8 * i));
        digits = 0;
        group = 0;
    }
    return digits == 0;
}

// text::bytea: \x and hexadecimal digits, or characters with \\ and \ooo.
Bytes text_to_bytes(Call& call, std::string_view text) {
    std::string bytes;
    if (text.starts_with("\\x")) return append_hex(bytes, text.substr(2)) ? kept_bytes(call, bytes) : std::nullopt;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            bytes += text[i];
        } else if (text.substr(i + 1).starts_with('\\')) {
            bytes += text[i++];
        } else {
            const std::string_view octal = text.substr(i + 1, 3);
            const bool digits = std::ranges::all_of(octal, [](char c) { return c >= '0' && c <= '7'; });
            if (octal.size() < 3 || !digits || octal[0] > '3') return std::nullopt;
            bytes += static_cast<char>((octal[0] - '0') * 64 + (octal[1] - '0') * 8 + (octal[2] - '0'));
            i += 3;
        }
    }
    return kept_bytes(call, bytes);
}

Bytes sha256_of(Call& call, std::string_view bytes) { return kept_bytes(call, sha256(bytes)); }
Bytes hex_to_bytes(Call& call, std::string_view text) {
    std::string bytes;
    return append_hex(bytes, text) ? kept_bytes(call, bytes) : std::nullopt;
}
Bytes base64_to_bytes(Call& call, std::string_view text) {
    std::string bytes;
    return append_base64(bytes, text) ? kept_bytes(call, bytes) : std::nullopt;
}

Bytes bytes_to_hex(Call& call, std::string_view bytes) {
    if (!call.has_room(bytes.size() * 2)) return std::nullopt;
    std::string text;
    for (const char c : bytes) {
        text += kHexDigits[static_cast<std::uint8_t>(c) >> 4];
        text += kHexDigits[static_cast<std::uint8_t>(c) & 15];
    }
    return kept_bytes(call, text);
}

// In lines of 76 digits.
Bytes bytes_to_base64(Call& call, std::string_view bytes) {
    constexpr std::size_t kLine = 76;
    if (!call.has_room(bytes.size() * 4 / 3 + bytes.size() / kLine + 8)) return std::nullopt;
    std::string text;
    std::size_t in_line = 0;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        if (in_line == kLine) {
            text += '\n';
            in_line = 0;
        }
        const std::string_view three = bytes.substr(at, 3);
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i)
            group = group << 8 | (i < three.size() ? static_cast<std::uint8_t>(three[i]) : 0u);
        for (std::size_t i = 0; i < 4; ++i) text += i > three.size() ? '=' : kBase64Digits[group >> (18 - 6 * i) & 63];
        in_line += 4;
    }
    // A line that is full ends, also the last one.
    if (in_line == kLine) text += '\n';
    return kept_bytes(call, text);
}

Bytes bytes_to_text(Call& call, std::string_view bytes) {
    const bool is_text = utf8_valid_prefix(bytes) == bytes.size() && bytes.find('\0') == std::string_view::npos;
    return is_text ? kept_bytes(call, bytes) : std::nullopt;
}

constexpr Function of_bytes(std::string_view name, Kernel kernel) {
    return {.name = name, .arguments = {Type::text}, .arity = 1, .result = Type::text, .kernel = kernel};
}

}  // namespace

constinit const Function kTextToBytes = of_bytes("bytea", rowwise<&text_to_bytes>);
constinit const Function kSha256 = of_bytes("sha256", rowwise<&sha256_of>);
constinit const Function kHexToBytes = of_bytes("decode_hex", rowwise<&hex_to_bytes>);
constinit const Function kBase64ToBytes = of_bytes("decode_base64", rowwise<&base64_to_bytes>);
constinit const Function kBytesToHex = of_bytes("encode_hex", rowwise<&bytes_to_hex>);
constinit const Function kBytesToBase64 = of_bytes("encode_base64", rowwise<&bytes_to_base64>);
constinit const Function kBytesToText = of_bytes("convert_from", rowwise<&bytes_to_text>);

}  // namespace sf::sql
