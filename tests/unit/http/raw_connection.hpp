// A TCP connection that sends exactly the bytes it is told to and reads answers as they come: for requests that no
// decent client would send. Every wait has a deadline.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace sf::http::testing {

struct RawResponse {
    int status = 0;
    std::map<std::string, std::string> headers;  // Names in lower case; the last of equal names.
    std::string head;                            // As it came, up to the empty line.
    std::string body;

    [[nodiscard]] std::string header(const std::string& lower_case_name) const;
};

class RawConnection {
public:
    static constexpr std::chrono::seconds kPatience{20};

    /// `receive_buffer`: SO_RCVBUF, for a client that reads slowly; 0: the system's.
    explicit RawConnection(std::uint16_t port, int receive_buffer = 0);
    ~RawConnection();
    RawConnection(RawConnection&& other) noexcept;
    RawConnection(const RawConnection&) = delete;
    RawConnection& operator=(const RawConnection&) = delete;
    RawConnection& operator=(RawConnection&&) = delete;

    [[nodiscard]] bool connected() const { return fd_ >= 0; }
    [[nodiscard]] int fd() const { return fd_; }

    /// False when the server has closed before all was sent.
    bool send(std::string_view bytes);

    /// The next answer; nothing if the connection ends or the time is up. `head_only`: the answer of a HEAD request,
    /// which has no body.
    [[nodiscard]] std::optional<RawResponse> read_response(bool head_only = false);

    /// Exactly so many bytes; nothing if the connection ends or the time is up.
    [[nodiscard]] std::optional<std::string> read_bytes(std::size_t count);

    /// Sends one request and reads its answer.
    [[nodiscard]] std::optional<RawResponse> ask(std::string_view request);

    /// Whether the server closes the connection without another byte.
    [[nodiscard]] bool ends();

    /// Whether a byte or the end has come within `time`.
    [[nodiscard]] bool readable_within(std::chrono::milliseconds time);

    void shutdown_send();
    void shutdown_both();  // Ends a send() of another thread, too.
    void reset();          // Closes with a RST.
    void close();

private:
    [[nodiscard]] bool fill();

    int fd_ = -1;
    std::string buffer_;
};

}  // namespace sf::http::testing
