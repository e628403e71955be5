// A WebSocket client that sends exactly the frames it is told to, right or wrong.
#pragma once

#include "unit/http/raw_connection.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sf::http::testing {

enum Opcode : std::uint8_t { kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };

struct FrameOptions {
    bool fin = true;
    bool masked = true;
    std::uint8_t reserved = 0;  // The three reserved bits.
    int length_bytes = 0;       // 2 or 8: a longer form of the length than is needed.
};

/// One frame as its bytes.
[[nodiscard]] std::string frame(std::uint8_t opcode, std::string_view payload, FrameOptions options = {});
/// The payload of a close frame.
[[nodiscard]] std::string close_payload(int code, std::string_view reason = {});

struct Frame {
    bool fin = true;
    std::uint8_t opcode = 0;
    std::string payload;

    [[nodiscard]] int code() const;  // Of a close frame; 1005 if it has none.
};

/// The request that opens a WebSocket, with what else its header should have.
[[nodiscard]] std::string upgrade_text(std::string_view target, std::string_view more_headers = {});

class RawWebSocket {
public:
    /// Connects and shakes hands; `open()` says whether the server answered 101.
    explicit RawWebSocket(std::uint16_t port, std::string_view target = "/socket", std::string_view more_headers = {},
                          int receive_buffer = 0);

    [[nodiscard]] bool open() const { return answer_ && answer_->status == 101; }
    [[nodiscard]] const std::optional<RawResponse>& answer() const { return answer_; }
    [[nodiscard]] RawConnection& connection() { return connection_; }

    bool send(std::uint8_t opcode, std::string_view payload, FrameOptions options = {}) {
        return connection_.send(frame(opcode, payload, options));
    }
    bool text(std::string_view payload) { return send(kText, payload); }

    /// The next frame; nothing if the connection ends.
    [[nodiscard]] std::optional<Frame> read();
    /// The next text message, whole; pings are answered on the way. Nothing if something else comes.
    [[nodiscard]] std::optional<std::string> read_text();
    /// The code of the close frame that comes next; 1006 if the connection just ends, 0 if something else comes.
    [[nodiscard]] int read_close();
    /// Reads everything until the close frame; its code, or 1006.
    [[nodiscard]] int read_until_close();

private:
    RawConnection connection_;
    std::optional<RawResponse> answer_;
};

}  // namespace sf::http::testing
