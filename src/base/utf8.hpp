// UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sf {

/// Bytes of the valid sequence at the start of `text`, which is not empty; 0 if there is none.
[[nodiscard]] std::size_t utf8_sequence_length(std::string_view text);

/// How many bytes from the start are valid; text.size() if all are.
[[nodiscard]] std::size_t utf8_valid_prefix(std::string_view text);

/// Appends one code point, which is no surrogate and at most 0x10FFFF.
void append_utf8(std::string& out, std::uint32_t code_point);

}  // namespace sf
