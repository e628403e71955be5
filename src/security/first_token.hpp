// What the first start makes, so that a newcomer has a working, closed installation: a signing key and an
// administrator's token, as files that only their owner can read.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "security/secret.hpp"
#include "security/token_authority.hpp"

#include <filesystem>

namespace sf::security {

/// `configured` if it is not empty (at least 32 bytes; `invalid_input` otherwise), else the content of
/// <data>/signing.key, which is made where it is missing.
[[nodiscard]] Result<Secret> signing_key(const std::filesystem::path& data, std::string_view configured);

/// Sees to it that <data>/admin.token holds a token that `authority` takes; returns its path.
[[nodiscard]] Result<std::filesystem::path> ensure_admin_token(const std::filesystem::path& data,
                                                               const TokenAuthority& authority);

}  // namespace sf::security
