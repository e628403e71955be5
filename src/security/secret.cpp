#include "security/secret.hpp"

#include <openssl/crypto.h>

namespace sf::security {

namespace {

// All that the string has room for: a short value that was moved away, or a longer one that was here before, is still
// there.
void wipe(std::string& value) {
    value.resize(value.capacity());
    OPENSSL_cleanse(value.data(), value.size());
    value.clear();
}

}  // namespace

Secret::Secret(std::string value) : value_(std::move(value)) { wipe(value); }

Secret::Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { wipe(other.value_); }

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        wipe(value_);
        value_ = std::move(other.value_);
        wipe(other.value_);
    }
    return *this;
}

Secret::~Secret() { wipe(value_); }

}  // namespace sf::security
