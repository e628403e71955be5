// A value that must not leak: it has no way into a stream, a log field or a format string, and its memory is wiped.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace sf::security {

class Secret {
public:
    Secret() = default;
    explicit Secret(std::string value);
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret();

    /// For the cryptographic call that needs it; don't keep it.
    [[nodiscard]] std::string_view reveal() const { return value_; }

private:
    std::string value_;
};

}  // namespace sf::security
