// Whether a request may become a WebSocket: RFC 6455, sections 4.2 and 10.2. Functions of the request alone. Internal
// to http/.
#pragma once

#include "http/message.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sf::http {

struct UpgradeFacts {
    bool http_1_1 = true;
    bool has_more = false;  // A body, or bytes behind the header: a client must wait for the answer first.
    bool stopping = false;
};

/// The answer that refuses the upgrade, or nothing: 426 for a request that asks for none, or for another version; 400
/// for one that is malformed; 403 for one that a page of a foreign origin makes; 503 while the server stops.
[[nodiscard]] std::optional<Response> check_upgrade(const Request& request, const UpgradeFacts& facts,
                                                    const std::vector<std::string>& cors_origins);

/// Whether `origin`, as a browser sends it, is a page that this server has served under the name `host`.
[[nodiscard]] bool is_own_origin(std::string_view origin, std::string_view host);

}  // namespace sf::http
