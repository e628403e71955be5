// Characters of UTF-8 (code points) in texts that are well-formed, as all texts of events are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sf::sql {

/// Whether it is not the first byte of a character.
[[nodiscard]] constexpr bool is_inside_character(char c) { return (c & 0xC0) == 0x80; }

[[nodiscard]] std::int64_t count_characters(std::string_view text);

/// The bytes of the first `count` characters, or of all if there are fewer.
[[nodiscard]] std::size_t character_bytes(std::string_view text, std::int64_t count);

/// The code point of one character.
[[nodiscard]] std::uint32_t character_code(std::string_view character);

/// Writes a character of up to four bytes, and says how many.
[[nodiscard]] std::size_t write_character(char* out, std::uint32_t code);

/// 'it''s', with E in front where a backslash is in it, as quote_literal() does.
void append_quoted_literal(std::string& out, std::string_view text);

/// An identifier in double quotes where PostgreSQL needs them, as quote_ident() does.
void append_quoted_name(std::string& out, std::string_view name);

}  // namespace sf::sql
