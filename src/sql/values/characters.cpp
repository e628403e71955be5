#include "sql/values/characters.hpp"

#include "sql/values/keywords.hpp"

#include <algorithm>
#include <cstring>

namespace sf::sql {

std::int64_t count_characters(std::string_view text) {
    return static_cast<std::int64_t>(std::ranges::count_if(text, [](char c) { return !is_inside_character(c); }));
}

std::size_t character_bytes(std::string_view text, std::int64_t count) {
    std::size_t at = 0;
    for (; count >= 8 && text.size() - at >= 8; count -= 8, at += 8) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, text.data() + at, sizeof eight);
        if ((eight & 0x8080808080808080) != 0) break;  // Otherwise each byte is a character.
    }
    for (; count > 0 && at < text.size(); --count) {
        ++at;
        while (at < text.size() && is_inside_character(text[at])) ++at;
    }
    return at;
}

std::uint32_t character_code(std::string_view character) {
    std::uint32_t code = static_cast<unsigned char>(character[0]);
    if (code >= 0x80) code &= code < 0xE0 ? 0x1F : code < 0xF0 ? 0x0F : 0x07;
    for (const char c : character.substr(1)) code = ((code << 6) | (c & 0x3F)) & 0x1FFFFF;
    return code;
}

std::size_t write_character(char* out, std::uint32_t code) {
    if (code < 0x80) {
        out[0] = static_cast<char>(code);
        return 1;
    }
    const std::size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (std::size_t i = size - 1; i > 0; --i, code >>= 6) out[i] = static_cast<char>(0x80 | (code & 0x3F));
    out[0] = static_cast<char>((0xF0 << (4 - size)) | code);
    return size;
}

void append_quoted_literal(std::string& out, std::string_view text) {
    if (text.find('\\') != std::string_view::npos) out += 'E';
    out += '\'';
    for (const char c : text) {
        if (c == '\'' || c == '\\') out += c;
        out += c;
    }
    out += '\'';
}

void append_quoted_name(std::string& out, std::string_view name) {
    const auto begins = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    const bool plain = !name.empty() && begins(name[0]) &&
                       std::ranges::all_of(name, [&](char c) { return begins(c) || (c >= '0' && c <= '9'); }) &&
                       !std::ranges::binary_search(kReservedWords, name);
    if (plain) {
        out += name;
        return;
    }
    out += '"';
    for (const char c : name) out.append(c == '"' ? 2 : 1, c);
    out += '"';
}

}  // namespace sf::sql
