// The address of a server as people write it: "http://127.0.0.1:8001".
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace sf::http {

struct BaseUrl {
    std::string host;  // Without the brackets of an IPv6 address.
    std::string port;

    [[nodiscard]] std::string host_header() const;
};

/// `invalid_input` for anything but http://. What follows the address is left out.
[[nodiscard]] Result<BaseUrl> parse_base_url(std::string_view url);

}  // namespace sf::http
