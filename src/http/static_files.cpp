#include "http/static_files.hpp"

#include "base/assert.hpp"
#include "base/hash.hpp"
#include "http/content_encoding.hpp"

#include <fmt/format.h>

#include <array>
#include <mutex>

namespace sf::http {
namespace {

constexpr std::size_t kFileBytesMax = 32u << 20;

std::string_view type_of(std::string_view path) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kTypes = {{
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".json", "application/json"},
        {".webmanifest", "application/manifest+json"},
        {".txt", "text/plain; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
    }};
    for (const auto& [ending, type] : kTypes) {
        if (path.ends_with(ending)) return type;
    }
    return path.substr(path.rfind('/') + 1).find('.') == std::string_view::npos ? "text/html; charset=utf-8"
                                                                                : "application/octet-stream";
}

// RFC 9110, section 12.5.3: listed, and not with a weight of zero.
bool accepts_gzip(std::string_view header) {
    const std::size_t at = header.find("gzip");
    if (at == std::string_view::npos) return false;
    std::string parameters(header.substr(at + 4, header.find(',', at) - at - 4));
    std::erase(parameters, ' ');
    return parameters.find_first_not_of(";q=0.") != std::string::npos || !parameters.starts_with(";q=0");
}

// RFC 9110, section 13.1.2: any of a list, weak or not.
bool names_tag(std::string_view header, std::string_view tag) {
    return header == "*" || header.find(tag) != std::string_view::npos;
}

// What one file is sent as.
class Content {
public:
    std::string type;
    std::string tag;  // With its quotes.
    std::shared_ptr<const std::string> plain;
    std::shared_ptr<const std::string> packed;  // Null: never sent packed.
    std::vector<Header> headers;

    // Of `packed`, made when the first client asks that takes no gzip.
    [[nodiscard]] const std::shared_ptr<const std::string>& unpacked() const {
        std::call_once(unpacking_, [this] {
            const auto inflated = inflate(*packed, Encoding::gzip, kFileBytesMax);
            SF_ASSERT(inflated.has_value());  // Our own build packed it.
            unpacked_ = std::make_shared<const std::string>(inflated->view());
        });
        return unpacked_;
    }

private:
    mutable std::once_flag unpacking_;
    mutable std::shared_ptr<const std::string> unpacked_;  // With the answers that are being written.
};

Response answer(const Content& content, const Request& request) {
    Response response;
    response.content_type = content.type;
    response.headers = content.headers;
    const bool packed = content.packed && accepts_gzip(request.header("accept-encoding"));
    // Two representations, two tags.
    const std::string tag = packed ? content.tag.substr(0, content.tag.size() - 1) + "-gz\"" : content.tag;
    response.headers.push_back({"ETag", tag});
    if (names_tag(request.header("if-none-match"), tag)) {
        response.status = 304;
    } else if (packed) {
        response.headers.push_back({"Content-Encoding", "gzip"});
        response.shared_body = content.packed;
    } else if (content.plain) {
        response.shared_body = content.plain;
    } else {
        response.shared_body = content.unpacked();
    }
    return response;
}

}  // namespace

void add_static_file(RouteTable& routes, StaticFile file, const StaticFileOptions& options) {
    Route route{.method = Method::get,
                .pattern = file.path,
                .service = options.service,
                .summary = options.summary,
                .role = Role::none};
    route.answers = {{200, "The file", ""}};
    auto content = std::make_shared<Content>();
    content->type = type_of(file.path);
    if (file.gzipped.empty()) content->plain = std::make_shared<const std::string>(std::move(file.plain));
    else content->packed = std::make_shared<const std::string>(file.gzipped);
    content->tag = fmt::format("\"{:016x}\"", hash64(content->plain ? *content->plain : *content->packed));
    content->headers = {{"Cache-Control", file.immutable ? "public, max-age=31536000, immutable" : "no-cache"},
                        {"Content-Security-Policy", options.content_security_policy},
                        {"Referrer-Policy", "no-referrer"},
                        {"Cross-Origin-Opener-Policy", "same-origin"},
                        {"Cross-Origin-Resource-Policy", "same-origin"},
                        {"X-Frame-Options", "DENY"}};
    if (content->packed) content->headers.push_back({"Vary", "Accept-Encoding"});
    route.handler = [content = std::shared_ptr<const Content>(std::move(content))](
                        const Request& request, Responder respond) { respond(answer(*content, request)); };
    routes.push_back(std::move(route));
}

}  // namespace sf::http
