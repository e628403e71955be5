// A request as a handler sees it and the response it gives back. No sockets, no third-party types.
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sf::http {

enum class Method : std::uint8_t { get, head, post, put, patch, del, options, other };

[[nodiscard]] std::string_view to_string(Method method);

/// Bytes of a body, followed by at least kPadding readable bytes, as SIMD parsers want them. Moved, not copied.
class Body {
public:
    static constexpr std::size_t kPadding = 64;

    Body() = default;
    explicit Body(std::size_t capacity);
    static Body copy_of(std::string_view text);
    Body(Body&& other) noexcept
        : data_(std::move(other.data_)),
          size_(std::exchange(other.size_, 0)),
          capacity_(std::exchange(other.capacity_, 0)) {}
    Body& operator=(Body&& other) noexcept {
        data_ = std::move(other.data_);
        size_ = std::exchange(other.size_, 0);
        capacity_ = std::exchange(other.capacity_, 0);
        return *this;
    }

    [[nodiscard]] std::string_view view() const { return {data_.get(), size_}; }
    [[nodiscard]] char* data() { return data_.get(); }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t capacity() const { return capacity_; }  // Without the padding.
    void resize(std::size_t size);                                    // Up to capacity().
    void reserve(std::size_t capacity);                               // Grows, keeping the content.

private:
    std::unique_ptr<char[]> data_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

/// Who asks, as far as the token says. Roles in rising order of power.
enum class Role : std::uint8_t { none = 0, ingest = 1, viewer = 2, editor = 3, operations = 4, admin = 5 };

[[nodiscard]] std::string_view to_string(Role role);
[[nodiscard]] std::optional<Role> parse_role(std::string_view text);

struct Principal {
    std::string subject;  // "admin", a key's name, a user's id; empty: nobody.
    Role role = Role::none;
};

struct Header {
    std::string name;
    std::string value;
};

struct Request {
    Method method = Method::get;
    std::string path;  // Decoded, without the query: "/api/v1/views/error_rate".
    std::vector<std::pair<std::string, std::string>> path_parameters;   // {"name", "error_rate"}
    std::vector<std::pair<std::string, std::string>> query_parameters;  // Decoded, in order.
    std::vector<Header> headers;                                        // Names in lower case.
    Body body;                                                          // Already inflated.
    std::string remote_address;                                         // "127.0.0.1"
    std::string
        correlation_id;  // From X-Correlation-Id or X-Request-Id where sane, else made. Sent back in the response.
    Principal principal;
    Timestamp received_at;
    unsigned worker = 0;  // Which of the server's threads runs the handler: 0 to handler_threads() - 1.

    [[nodiscard]] std::string_view header(std::string_view lower_case_name) const;  // Empty if absent.
    [[nodiscard]] std::optional<std::string_view> query(std::string_view name) const;
    [[nodiscard]] std::string_view path_parameter(std::string_view name) const;
};

struct Response {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;
    std::vector<Header> headers;
    std::shared_ptr<const std::string> shared_body;  // Instead of `body`: for static files.
    std::string cause;                               // Of a 500: what went wrong, for the log and not for the client.
};

/// Sends the response. Called exactly once, from any thread. Destroying it uncalled answers 500.
using Responder = std::move_only_function<void(Response)>;

/// Runs on a server thread: must not block. Long work goes to a thread of the service, which calls the responder.
using Handler = std::function<void(Request, Responder)>;

}  // namespace sf::http
