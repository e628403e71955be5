// Makes and checks access tokens: JSON Web Tokens (RFC 7519) with HMAC-SHA-256, one key, that one algorithm, nothing
// else (RFC 8725).
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "security/secret.hpp"

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace sf::security {

inline constexpr std::size_t kTokenBytesMax = 8u << 10;
inline constexpr std::size_t kSigningKeyBytesMin = 32;
inline constexpr std::chrono::seconds kClockLeeway{60};

/// Any thread.
class TokenAuthority {
public:
    /// The key has at least kSigningKeyBytesMin bytes.
    TokenAuthority(Secret key, const Clock& clock);

    [[nodiscard]] std::string issue(std::string_view subject, http::Role role, std::chrono::seconds lifetime) const;

    /// Nothing for every token that this key has not signed, or that is not valid now.
    [[nodiscard]] std::optional<http::Principal> authenticate(std::string_view token) const;

private:
    struct Verified {
        http::Principal principal;
        std::int64_t expires_at;  // Unix seconds.
    };

    [[nodiscard]] std::string sign(std::string_view signed_part) const;
    [[nodiscard]] std::optional<Verified> verify(std::string_view token, std::int64_t now) const;

    Secret key_;
    const Clock& clock_;

    // A client sends the same token with each request; its signature need not be computed each time.
    mutable std::mutex mutex_;
    mutable std::unordered_map<std::string, Verified> verified_;  // Under mutex_; emptied when it reaches its limit.
};

}  // namespace sf::security
