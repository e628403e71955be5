#include "security/token_authority.hpp"

#include "base/assert.hpp"
#include "base/json_text.hpp"
#include "base/uuid.hpp"
#include "models/json_strict.hpp"
#include "security/base64url.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <charconv>
#include <vector>

namespace sf::security {
namespace {

constexpr std::size_t kVerifiedMax = 1024;
constexpr std::string_view kIssuer = "streamflow";
constexpr std::string_view kHeader = R"({"alg":"HS256","typ":"JWT"})";

std::int64_t unix_seconds(const Clock& clock) { return to_micros(clock.now()) / 1'000'000; }

// The members of a flat JSON object as raw texts; nothing if it is no strict JSON object (duplicate keys included).
std::optional<std::unordered_map<std::string, std::string>> members_of(std::string_view json) {
    const std::string padded = std::string(json) + std::string(models::JsonIndex::kPadding, ' ');
    const std::string_view text = std::string_view(padded).substr(0, json.size());
    models::JsonIndex index;
    models::JsonError error;
    if (!index.build(text, error)) return std::nullopt;
    models::StrictJson whole;
    whole.start(text, index);
    std::string_view raw;
    std::vector<models::JsonComplaint> complaints;
    if (whole.peek() != '{' || !whole.skip_value(raw, 0, complaints) || !whole.at_end() || !complaints.empty())
        return std::nullopt;

    std::unordered_map<std::string, std::string> members;
    models::StrictJson json_members;
    json_members.start(text, index);
    json_members.take();
    while (json_members.peek() == '"') {
        std::string_view key;
        std::string_view value;
        if (!json_members.raw_string(key) || !json_members.expect(':', "") ||
            !json_members.skip_value(value, 1, complaints))
            return std::nullopt;
        std::string name;
        models::unescape(name, key);
        if (!members.emplace(std::move(name), std::string(value)).second) return std::nullopt;
        if (json_members.peek() == ',') json_members.take();
    }
    return members;
}

std::optional<std::string> string_member(const std::unordered_map<std::string, std::string>& members,
                                         const std::string& name) {
    const auto found = members.find(name);
    if (found == members.end() || found->second.size() < 2 || found->second.front() != '"') return std::nullopt;
    std::string text;
    models::unescape(text, std::string_view(found->second).substr(1, found->second.size() - 2));
    return text;
}

std::optional<std::int64_t> integer_member(const std::unordered_map<std::string, std::string>& members,
                                           const std::string& name) {
    const auto found = members.find(name);
    if (found == members.end()) return std::nullopt;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
    if (error != std::errc{} || end != found->second.data() + found->second.size()) return std::nullopt;
    return value;
}

}  // namespace

TokenAuthority::TokenAuthority(Secret key, const Clock& clock) : key_(std::move(key)), clock_(clock) {
    SF_ASSERT(key_.reveal().size() >= kSigningKeyBytesMin);
}

std::string TokenAuthority::sign(std::string_view signed_part) const {
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    const std::string_view key = key_.reveal();
    const auto* made =
        ::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()),
               reinterpret_cast<const unsigned char*>(signed_part.data()), signed_part.size(), mac, &size);
    SF_ASSERT(made != nullptr && size == 32);
    return std::string(reinterpret_cast<const char*>(mac), size);
}

std::string TokenAuthority::issue(std::string_view subject, http::Role role, std::chrono::seconds lifetime) const {
    UuidGenerator ids;
    const std::int64_t now = unix_seconds(clock_);
    const std::string claims = R"({"iss":)" + json_string(kIssuer) + R"(,"sub":)" + json_string(subject) +
                               R"(,"role":)" + json_string(http::to_string(role)) + R"(,"iat":)" + std::to_string(now) +
                               R"(,"exp":)" + std::to_string(now + lifetime.count()) + R"(,"jti":")" +
                               to_string(ids.next(clock_.now())) + "\"}";
    std::string token = base64url_encode(kHeader) + '.' + base64url_encode(claims);
    token += '.' + base64url_encode(sign(token));
    return token;
}

std::optional<http::Principal> TokenAuthority::authenticate(std::string_view token) const {
    if (token.size() > kTokenBytesMax) return std::nullopt;
    const std::int64_t now = unix_seconds(clock_);
    const std::string key(token);
    {
        std::lock_guard lock(mutex_);
        const auto found = verified_.find(key);
        if (found != verified_.end() && now - kClockLeeway.count() <= found->second.expires_at)
            return found->second.principal;
    }
    auto verified = verify(token, now);
    if (!verified) return std::nullopt;
    std::lock_guard lock(mutex_);
    if (verified_.size() >= kVerifiedMax) verified_.clear();
    verified_.insert_or_assign(key, *verified);
    return verified->principal;
}

std::optional<TokenAuthority::Verified> TokenAuthority::verify(std::string_view token, std::int64_t now) const {
    const std::size_t first = token.find('.');
    const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
    const auto signature = base64url_decode(token.substr(second + 1));
    const std::string expected = sign(token.substr(0, second));
    if (!signature || signature->size() != expected.size() ||
        ::CRYPTO_memcmp(signature->data(), expected.data(), expected.size()) != 0) {
        return std::nullopt;
    }
    // Only now, signed by us, is anything in it read.
    const auto header_text = base64url_decode(token.substr(0, first));
    const auto claims_text = base64url_decode(token.substr(first + 1, second - first - 1));
    if (!header_text || !claims_text) return std::nullopt;
    const auto header = members_of(*header_text);
    const auto claims = members_of(*claims_text);
    if (!header || !claims || string_member(*header, "alg") != "HS256" || header->contains("crit")) return std::nullopt;
    if (const auto type = string_member(*header, "typ"); header->contains("typ") && type != "JWT") return std::nullopt;

    const auto expires = integer_member(*claims, "exp");
    const auto subject = string_member(*claims, "sub");
    const auto role_name = string_member(*claims, "role");
    if (!expires || !subject || subject->empty() || !role_name || string_member(*claims, "iss") != kIssuer)
        return std::nullopt;
    const auto role = http::parse_role(*role_name);
    if (!role || *role == http::Role::none) return std::nullopt;
    const std::int64_t leeway = kClockLeeway.count();
    if (now - leeway > *expires) return std::nullopt;  // Written so that no value in a token can overflow.
    if (claims->contains("nbf")) {
        const auto not_before = integer_member(*claims, "nbf");
        if (!not_before || now + leeway < *not_before) return std::nullopt;
    }
    return Verified{{*subject, *role}, *expires};
}

}  // namespace sf::security
