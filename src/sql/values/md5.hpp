// MD5 (RFC 1321): PostgreSQL's md5(). Not for anything that must be secret or safe.
#pragma once

#include <string>
#include <string_view>

namespace sf::sql {

/// 32 hexadecimal digits.
[[nodiscard]] std::string md5_hex(std::string_view text);

}  // namespace sf::sql
