#include "http/response_head.hpp"

#include "http/request_check.hpp"

#include <boost/beast/http/status.hpp>

namespace sf::http {

namespace bhttp = boost::beast::http;

void write_head(std::string& out, const Response& response, const HeadFacts& facts) {
    out.clear();
    out += "HTTP/1.1 ";
    out += std::to_string(response.status);
    out += ' ';
    out += bhttp::obsolete_reason(static_cast<bhttp::status>(response.status));
    out += "\r\nDate: ";
    out += facts.date;
    if (response.status != 204 && response.status != 304) {
        out += "\r\nContent-Type: ";
        out += response.content_type;
        out += "\r\nContent-Length: ";
        out += std::to_string(facts.body_size);
    }
    out += "\r\nX-Correlation-Id: ";
    out += facts.correlation_id;
    out += "\r\nX-Content-Type-Options: nosniff\r\n";
    bool cached = false;
    bool retried = response.status != 429 && response.status != 503;
    for (const Header& header : response.headers) {
        cached |= header.name == "Cache-Control";
        retried |= header.name == "Retry-After";
        out += header.name;
        out += ": ";
        out += header.value;
        out += "\r\n";
    }
    if (!cached) out += "Cache-Control: no-store\r\n";
    if (!retried) out += "Retry-After: 1\r\n";
    if (!facts.cors_origins.empty()) {
        out += "Vary: Origin\r\n";
        if (is_listed(facts.cors_origins, facts.origin)) {
            out += "Access-Control-Allow-Origin: ";
            out += facts.origin;
            out += "\r\n";
        }
    }
    if (!facts.keep_alive) out += "Connection: close\r\n";
    out += "\r\n";
}

}  // namespace sf::http
