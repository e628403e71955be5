// The text of a field as JSON. Files are meant to be UTF-8; a field that is not is read as Latin-1 (ISO 8859-1), whole,
// and counted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sf::recording {

/// Appends `text` as a JSON string. True if it had to be read as Latin-1.
bool append_field(std::string& out, std::string_view text);

/// As append_field(), but the text itself instead of a JSON string: `text`, or its UTF-8 in `scratch`.
[[nodiscard]] std::string_view as_utf8(std::string_view text, std::string& scratch, std::uint64_t& mended);

}  // namespace sf::recording
