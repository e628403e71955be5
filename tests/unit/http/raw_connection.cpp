#include "unit/http/raw_connection.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

namespace sf::http::testing {

std::string RawResponse::header(const std::string& lower_case_name) const {
    const auto found = headers.find(lower_case_name);
    return found == headers.end() ? std::string() : found->second;
}

RawConnection::RawConnection(std::uint16_t port, int receive_buffer)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        close();
        return;
    }
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

RawConnection::~RawConnection() { close(); }

RawConnection::RawConnection(RawConnection&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), buffer_(std::move(other.buffer_)) {}

bool RawConnection::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

bool RawConnection::readable_within(std::chrono::milliseconds time) {
    if (!buffer_.empty()) return true;
    pollfd ready{fd_, POLLIN, 0};
    return ::poll(&ready, 1, static_cast<int>(time.count())) > 0;
}

bool RawConnection::fill() {
    pollfd ready{fd_, POLLIN, 0};
    const auto patience = std::chrono::duration_cast<std::chrono::milliseconds>(kPatience);
    if (fd_ < 0 || ::poll(&ready, 1, static_cast<int>(patience.count())) <= 0) return false;
    char piece[64 * 1024];
    const ssize_t n = ::recv(fd_, piece, sizeof piece, 0);
    if (n <= 0) return false;
    buffer_.append(piece, static_cast<std::size_t>(n));
    return true;
}

std::optional<RawResponse> RawConnection::read_response(bool head_only) {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
        if (!fill()) return std::nullopt;
    }
    RawResponse response;
    response.head = buffer_.substr(0, end + 2);
    buffer_.erase(0, end + 4);
    std::size_t at = response.head.find("\r\n") + 2;
    response.status = std::atoi(response.head.c_str() + sizeof "HTTP/1.1");
    while (at < response.head.size()) {
        const std::size_t line_end = response.head.find("\r\n", at);
        const std::string line = response.head.substr(at, line_end - at);
        at = line_end + 2;
        const std::size_t colon = line.find(": ");
        if (colon == std::string::npos) continue;
        std::string name = line.substr(0, colon);
        for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        response.headers[name] = line.substr(colon + 2);
    }
    if (head_only || response.status == 100 || response.status == 101) return response;
    const std::size_t size = std::strtoull(response.header("content-length").c_str(), nullptr, 10);
    while (buffer_.size() < size) {
        if (!fill()) return std::nullopt;
    }
    response.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return response;
}

std::optional<std::string> RawConnection::read_bytes(std::size_t count) {
    while (buffer_.size() < count) {
        if (!fill()) return std::nullopt;
    }
    std::string bytes = buffer_.substr(0, count);
    buffer_.erase(0, count);
    return bytes;
}

std::optional<RawResponse> RawConnection::ask(std::string_view request) {
    send(request);  // A server that refuses may close early; its answer is what counts.
    return read_response();
}

bool RawConnection::ends() {
    const auto patience = std::chrono::duration_cast<std::chrono::milliseconds>(kPatience);
    if (!buffer_.empty() || !readable_within(patience)) return false;
    char byte = 0;
    return ::recv(fd_, &byte, 1, 0) <= 0;
}

void RawConnection::shutdown_send() { ::shutdown(fd_, SHUT_WR); }

void RawConnection::shutdown_both() { ::shutdown(fd_, SHUT_RDWR); }

void RawConnection::reset() {
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
}

void RawConnection::close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
}

}  // namespace sf::http::testing
