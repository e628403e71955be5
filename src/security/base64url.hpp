// base64url without padding (RFC 4648, section 5; RFC 7515, section 2).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sf::security {

[[nodiscard]] std::string base64url_encode(std::string_view bytes);

/// Strict: no padding, no other characters, no bits set that stand for nothing.
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace sf::security
