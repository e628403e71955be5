#include "http/websocket/upgrade.hpp"

#include "base/ascii.hpp"
#include "http/problem.hpp"
#include "http/request_check.hpp"

#include <algorithm>

namespace sf::http {
namespace {

// Whether one of the comma-separated values of all fields of this name is `token`, in any case.
bool lists(const Request& request, std::string_view name, std::string_view token) {
    for (const Header& header : request.headers) {
        if (header.name != name) continue;
        std::string_view rest = header.value;
        while (!rest.empty()) {
            std::string_view value = rest.substr(0, rest.find(','));
            rest.remove_prefix(std::min(rest.size(), value.size() + 1));
            while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
            while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
            if (ascii_lower(value) == token) return true;
        }
    }
    return false;
}

std::size_t count(const Request& request, std::string_view name) {
    return static_cast<std::size_t>(std::ranges::count(request.headers, name, &Header::name));
}

// Sixteen bytes in base64.
bool is_key(std::string_view key) {
    return key.size() == 24 && key.ends_with("==") && std::ranges::all_of(key.substr(0, 22), [](unsigned char c) {
               return std::isalnum(c) != 0 || c == '+' || c == '/';
           });
}

Response upgrade_required(std::string_view detail) {
    Response response = problem(426, "this path is a WebSocket", detail);
    response.headers = {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Version", "13"}};
    return response;
}

std::string without_default_port(std::string_view authority, std::string_view port) {
    if (authority.ends_with(port)) authority.remove_suffix(port.size());
    return ascii_lower(authority);
}

}  // namespace

bool is_own_origin(std::string_view origin, std::string_view host) {
    // https: something in front of this server speaks TLS.
    for (const auto& [scheme, port] : {std::pair{"http://", ":80"}, std::pair{"https://", ":443"}}) {
        if (!ascii_lower(origin).starts_with(scheme)) continue;
        const std::string_view authority = origin.substr(std::string_view(scheme).size());
        return !authority.empty() && without_default_port(authority, port) == without_default_port(host, port);
    }
    return false;
}

std::optional<Response> check_upgrade(const Request& request, const UpgradeFacts& facts,
                                      const std::vector<std::string>& cors_origins) {
    const auto refuse = [](std::string_view wrong) { return problem(400, "the upgrade is refused", wrong); };
    if (request.method != Method::get || !facts.http_1_1 || !lists(request, "upgrade", "websocket"))
        return upgrade_required("send a GET with Upgrade: websocket");
    if (request.header("sec-websocket-version") != "13") return upgrade_required("the version must be 13");
    if (!lists(request, "connection", "upgrade")) return refuse("Connection does not name Upgrade");
    if (count(request, "sec-websocket-key") != 1 || !is_key(request.header("sec-websocket-key")))
        return refuse("exactly one Sec-WebSocket-Key of 16 bytes in base64 is needed");
    if (facts.has_more) return refuse("something follows the header before the upgrade was answered");
    const std::string_view origin = request.header("origin");
    const bool foreign = count(request, "origin") > 0 && !is_own_origin(origin, request.header("host")) &&
                         !is_listed(cors_origins, origin);
    if (foreign || count(request, "origin") > 1) {
        return problem(403, "not allowed", "a page of another origin may not open this WebSocket", {},
                       "CORS_ORIGINS lists the origins that may");
    }
    if (facts.stopping) return problem(503, "the server is stopping", "it takes no new connections");
    return std::nullopt;
}

}  // namespace sf::http
