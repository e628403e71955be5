#include "http/base_url.hpp"

namespace sf::http {

std::string BaseUrl::host_header() const {
    return (host.find(':') == std::string::npos ? host : '[' + host + ']') + ':' + port;
}

Result<BaseUrl> parse_base_url(std::string_view url) {
    std::string_view rest = url;
    if (!rest.starts_with("http://")) {
        return fail(ErrorCode::invalid_input, "the URL \"" + std::string(url) + "\" can't be used",
                    "it must start with http://");
    }
    rest.remove_prefix(7);
    rest = rest.substr(0, rest.find('/'));
    BaseUrl address{std::string(rest), "80"};
    const std::size_t colon = rest.rfind(':');
    if (colon != std::string_view::npos && rest.find(']', colon) == std::string_view::npos) {
        address = {std::string(rest.substr(0, colon)), std::string(rest.substr(colon + 1))};
    }
    if (address.host.starts_with('[') && address.host.ends_with(']'))
        address.host = address.host.substr(1, address.host.size() - 2);
    return address;
}

}  // namespace sf::http
