#include "security/token_authority.hpp"

#include "security/base64url.hpp"
#include "security/first_token.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace sf::security {
namespace {

constexpr std::string_view kKey = "0123456789abcdef0123456789abcdef";
constexpr std::int64_t kNow = 1'770'000'000;

class FixedClock final : public Clock {
public:
    Timestamp now() const override { return timestamp_from_micros(seconds * 1'000'000); }
    std::chrono::steady_clock::time_point steady() const override { return {}; }
    std::int64_t seconds = kNow;
};

std::string mac(const EVP_MD* digest, std::string_view key, std::string_view text) {
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    ::HMAC(digest, key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
           text.size(), out, &size);
    return {reinterpret_cast<const char*>(out), size};
}

// A token as an attacker would put it together, signed with a key of his choice.
std::string forged(std::string_view header, std::string_view claims, std::string_view key = kKey,
                   const EVP_MD* digest = EVP_sha256()) {
    const std::string text = base64url_encode(header) + '.' + base64url_encode(claims);
    return text + '.' + base64url_encode(mac(digest, key, text));
}

constexpr std::string_view kGoodHeader = R"({"alg":"HS256","typ":"JWT"})";
std::string claims(std::string_view more = "") {
    return R"({"iss":"streamflow","sub":"eve","role":"admin","exp":)" + std::to_string(kNow + 1000) +
           std::string(more) + '}';
}

class TokenAuthorityTest : public ::testing::Test {
protected:
    FixedClock clock_;
    TokenAuthority authority_{Secret(std::string(kKey)), clock_};
};

TEST_F(TokenAuthorityTest, takes_its_own_tokens_until_they_expire) {
    const std::string token = authority_.issue("shop", http::Role::ingest, std::chrono::seconds{100});
    auto principal = authority_.authenticate(token);
    ASSERT_TRUE(principal);
    EXPECT_EQ(principal->subject, "shop");
    EXPECT_EQ(principal->role, http::Role::ingest);
    clock_.seconds = kNow + 160;
    EXPECT_TRUE(authority_.authenticate(token)) << "within the leeway";
    clock_.seconds = kNow + 161;
    EXPECT_FALSE(authority_.authenticate(token)) << "a remembered token expires too";
    EXPECT_TRUE(authority_.authenticate(
        forged(kGoodHeader, R"({"iss":"streamflow","sub":"s","role":"viewer","exp":1770001000})")))
        << "the forger below does sign rightly when it has the key";
}

TEST_F(TokenAuthorityTest, refuses_every_attack) {
    const std::string good = forged(kGoodHeader, claims());
    ASSERT_TRUE(authority_.authenticate(good));
    const std::size_t first = good.find('.');
    const std::size_t second = good.rfind('.');
    const std::string head = good.substr(0, first);
    const std::string body = good.substr(first + 1, second - first - 1);
    const std::string signature = good.substr(second + 1);

    std::vector<std::string> attacks = {
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        good + ".",
        good + ".x",
        "." + good,
        good.substr(0, second),
        good.substr(0, second + 1),
        head + "." + body,
        body + "." + head + "." + signature,
        head + ".." + signature,
        "." + body + "." + signature,
        good + "=",
        head + "=." + body + "." + signature,
        " " + good,
        good + " ",
        good + "\n",
        std::string(9000, 'a'),
        good.substr(0, good.size() - 1),
        good + "A",
        head + "." + body + "." + base64url_encode(std::string(32, '\0')),
        head + "." + body + "." + base64url_encode(""),
        head + "." + base64url_encode(claims(R"(,"x":1)")) + "." + signature,
        base64url_encode(R"({"alg":"none"})") + "." + body + ".",
        base64url_encode(R"({"alg":"none"})") + "." + body + "." + signature,
        // Signed with the right key, and wrong all the same.
        forged(R"({"alg":"none"})", claims()),
        forged(R"({"alg":"None"})", claims()),
        forged(R"({"alg":"NONE"})", claims()),
        forged(R"({"alg":"hs256"})", claims()),
        forged(R"({"alg":"HS384"})", claims()),
        forged(R"({"alg":"HS384"})", claims(), kKey, EVP_sha384()),
        forged(R"({"alg":"HS512"})", claims(), kKey, EVP_sha512()),
        forged(R"({"alg":"RS256"})", claims()),
        forged(R"({"alg":"ES256"})", claims()),
        forged(R"({"alg":"EdDSA"})", claims()),
        forged(R"({"alg":""})", claims()),
        forged(R"({"alg":null})", claims()),
        forged(R"({"alg":["HS256"]})", claims()),
        forged(R"({"typ":"JWT"})", claims()),
        forged("{}", claims()),
        forged("", claims()),
        forged("[]", claims()),
        forged("null", claims()),
        forged(R"({"alg":"HS256","alg":"none"})", claims()),
        forged(R"({"alg":"none","alg":"HS256"})", claims()),
        forged(R"({"alg":"HS256","crit":["exp"]})", claims()),
        forged(R"({"alg":"HS256","typ":"JWE"})", claims()),
        forged(R"({"alg":"HS256","typ":1})", claims()),
        forged(R"({"alg":"HS256"} )"
               "x",
               claims()),
        forged(R"({"alg":"HS256"}{})", claims()),
        forged("\xFF", claims()),
        forged(kGoodHeader, ""),
        forged(kGoodHeader, "[]"),
        forged(kGoodHeader, "null"),
        forged(kGoodHeader, "\"admin\""),
        forged(kGoodHeader, "{}"),
        forged(kGoodHeader, claims() + "x"),
        forged(kGoodHeader, claims(R"(,"role":"ingest")")),
        forged(kGoodHeader, claims(R"(,"exp":9999999999)")),
        forged(kGoodHeader, claims(R"(,"\u0065xp":9999999999)")),
        forged(kGoodHeader, R"({"iss":"streamflow","sub":"eve","role":"admin"})"),
        forged(kGoodHeader, R"({"iss":"streamflow","sub":"eve","role":"admin","exp":"9999999999"})"),
        forged(kGoodHeader, R"({"iss":"streamflow","sub":"eve","role":"admin","exp":1e10})"),
        forged(kGoodHeader, R"({"iss":"streamflow","sub":"eve","role":"admin","exp":99999999999999999999})"),
        forged(kGoodHeader, R"({"iss":"streamflow","sub":"eve","role":"admin","exp":null})"),
        forged(kGoodHeader, R"({"iss":"streamflow","sub":"eve","role":"admin","exp":-1})"),
        forged(kGoodHeader, R"({"iss":"streamflow","sub":"eve","role":"admin","exp":1769999939})"),
        forged(kGoodHeader, R"({"iss":"other","sub":"eve","role":"admin","exp":1770001000})"),
        forged(kGoodHeader, R"({"sub":"eve","role":"admin","exp":1770001000})"),
        forged(kGoodHeader, R"({"iss":"streamflow","sub":"","role":"admin","exp":1770001000})"),
        forged(kGoodHeader, R"({"iss":"streamflow","role":"admin","exp":1770001000})"),
        forged(kGoodHeader, R"({"iss":"streamflow","sub":"eve","exp":1770001000})"),
        forged(kGoodHeader, R"({"iss":"streamflow","sub":"eve","role":"root","exp":1770001000})"),
        forged(kGoodHeader, R"({"iss":"streamflow","sub":"eve","role":"none","exp":1770001000})"),
        forged(kGoodHeader, R"({"iss":"streamflow","sub":"eve","role":5,"exp":1770001000})"),
        forged(kGoodHeader, R"({"iss":"streamflow","sub":["eve"],"role":"admin","exp":1770001000})"),
        forged(kGoodHeader, claims(R"(,"nbf":1770000061)")),
        forged(kGoodHeader, claims(R"(,"nbf":"0")")),
        forged(kGoodHeader, claims(R"(,"nbf":null)")),
        // Signed with keys an attacker may know.
        forged(kGoodHeader, claims(), ""),
        forged(kGoodHeader, claims(), "secret"),
        forged(kGoodHeader, claims(), std::string(32, '\0')),
        forged(kGoodHeader, claims(), head),
        forged(R"({"alg":"HS256","kid":"../../dev/null"})", claims(), ""),
        forged(R"({"alg":"HS256","jwk":{"kty":"oct","k":"c2VjcmV0"}})", claims(), "secret"),
    };
    for (std::size_t i = 0; i < attacks.size(); ++i)
        EXPECT_FALSE(authority_.authenticate(attacks[i])) << i << ": " << attacks[i];
    EXPECT_GE(attacks.size(), 60u);
}

TEST(Base64Url, is_strict) {
    for (const std::string& text :
         {std::string(), std::string("a"), std::string("ab"), std::string("abc"), std::string("\xFF\x00\x10", 3)}) {
        EXPECT_EQ(base64url_decode(base64url_encode(text)), text);
    }
    for (const char* text : {"A", "YQ==", "YR", "Y+", "Y/Q", "YQ ", "====="})
        EXPECT_FALSE(base64url_decode(text)) << text;
}

class FirstTokenTest : public ::testing::Test {
protected:
    FirstTokenTest() {
        std::string pattern = (std::filesystem::temp_directory_path() / "sf-token-XXXXXX").string();
        data_ = ::mkdtemp(pattern.data());
    }
    ~FirstTokenTest() override { std::filesystem::remove_all(data_); }
    static unsigned mode(const std::filesystem::path& path) {
        struct stat status{};
        ::stat(path.c_str(), &status);
        return status.st_mode & 0777;
    }
    std::filesystem::path data_;
};

TEST_F(FirstTokenTest, makes_a_key_and_a_token_that_only_the_owner_can_read_and_keeps_them) {
    auto key = signing_key(data_, "");
    ASSERT_TRUE(key);
    const std::string made(key->reveal());
    EXPECT_GE(made.size(), 32u);
    EXPECT_EQ(mode(data_ / "signing.key"), 0600u);
    EXPECT_EQ(signing_key(data_, "")->reveal(), made);
    const TokenAuthority authority(std::move(*key), system_clock());
    const auto path = ensure_admin_token(data_, authority);
    ASSERT_TRUE(path);
    EXPECT_EQ(mode(*path), 0600u);
    std::string token;
    std::ifstream(*path) >> token;
    EXPECT_EQ(authority.authenticate(token)->role, http::Role::admin);
    ASSERT_TRUE(ensure_admin_token(data_, authority));
    std::string again;
    std::ifstream(*path) >> again;
    EXPECT_EQ(again, token);
    const TokenAuthority other(Secret(std::string(kKey)), system_clock());
    ASSERT_TRUE(ensure_admin_token(data_, other));
    std::ifstream(*path) >> again;
    EXPECT_TRUE(other.authenticate(again)) << "another key, another token";
}

TEST_F(FirstTokenTest, refuses_a_short_key) {
    EXPECT_EQ(signing_key(data_, "short").error().code, ErrorCode::invalid_input);
    EXPECT_EQ(signing_key(data_, std::string(32, 'x'))->reveal(), std::string(32, 'x'));
    std::ofstream(data_ / "signing.key") << "short";
    EXPECT_EQ(signing_key(data_, "").error().code, ErrorCode::corrupt);
}

}  // namespace
}  // namespace sf::security
