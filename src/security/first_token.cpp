#include "security/first_token.hpp"

#include "base/file.hpp"
#include "security/base64url.hpp"

#include <openssl/rand.h>

namespace sf::security {
namespace {

constexpr unsigned kOwnerOnly = 0600;
constexpr std::chrono::seconds kAdminTokenLifetime = std::chrono::days{3650};

std::string trimmed(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ' || text.back() == '\r')) text.pop_back();
    return text;
}

}  // namespace

Result<Secret> signing_key(const std::filesystem::path& data, std::string_view configured) {
    if (!configured.empty()) {
        if (configured.size() < kSigningKeyBytesMin) {
            return fail(ErrorCode::invalid_input, "JWT_SECRET_KEY is too short",
                        "it has " + std::to_string(configured.size()) + " bytes; an HMAC-SHA-256 key needs 32 at least",
                        "make one with: openssl rand -base64 48");
        }
        return Secret(std::string(configured));
    }
    const std::filesystem::path path = data / "signing.key";
    auto text = read_file(path);
    if (text) {
        std::string key = trimmed(std::move(*text));
        if (key.size() >= kSigningKeyBytesMin) return Secret(std::move(key));
        return fail(ErrorCode::corrupt, "the signing key in " + path.string() + " is too short", "",
                    "remove the file to have a new one made; all tokens become invalid");
    }
    if (text.error().code != ErrorCode::not_found) return fail(std::move(text.error()));
    unsigned char bytes[32];
    if (::RAND_bytes(bytes, sizeof bytes) != 1) return fail(ErrorCode::internal, "no random bytes for a signing key");
    std::string key = base64url_encode(std::string_view(reinterpret_cast<const char*>(bytes), sizeof bytes));
    SF_TRY(write_file_durably(path, key, kOwnerOnly));
    return Secret(std::move(key));
}

Result<std::filesystem::path> ensure_admin_token(const std::filesystem::path& data, const TokenAuthority& authority) {
    const std::filesystem::path path = data / "admin.token";
    if (auto text = read_file(path); text && authority.authenticate(trimmed(*text))) return path;
    SF_TRY(
        write_file_durably(path, authority.issue("admin", http::Role::admin, kAdminTokenLifetime) + '\n', kOwnerOnly));
    return path;
}

}  // namespace sf::security
