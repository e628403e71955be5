// SHA-256 (FIPS 180-4): PostgreSQL's sha256().
#pragma once

#include <string>
#include <string_view>

namespace sf::sql {

/// 32 bytes.
[[nodiscard]] std::string sha256(std::string_view bytes);

}  // namespace sf::sql
