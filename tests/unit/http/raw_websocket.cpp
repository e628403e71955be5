#include "unit/http/raw_websocket.hpp"

namespace sf::http::testing {
namespace {

std::uint8_t byte(const std::string& bytes, std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); }

}  // namespace

std::string frame(std::uint8_t opcode, std::string_view payload, FrameOptions options) {
    std::string out;
    out += static_cast<char>((options.fin ? 0x80 : 0) | (options.reserved << 4) | opcode);
    const auto masked = static_cast<std::uint8_t>(options.masked ? 0x80 : 0);
    int length_bytes = options.length_bytes;
    if (payload.size() > 125 && length_bytes == 0) length_bytes = payload.size() > 0xFFFF ? 8 : 2;
    if (length_bytes == 0) out += static_cast<char>(masked | payload.size());
    else out += static_cast<char>(masked | (length_bytes == 2 ? 126 : 127));
    for (int i = length_bytes - 1; i >= 0; --i)
        out += static_cast<char>((std::uint64_t{payload.size()} >> (8 * i)) & 0xFF);
    constexpr std::string_view kKey = "\x12\x34\x56\x78";
    if (options.masked) out += kKey;
    for (std::size_t i = 0; i < payload.size(); ++i)
        out += static_cast<char>(options.masked ? payload[i] ^ kKey[i % 4] : payload[i]);
    return out;
}

std::string close_payload(int code, std::string_view reason) {
    std::string out;
    out += static_cast<char>(code >> 8);
    out += static_cast<char>(code & 0xFF);
    return out + std::string(reason);
}

int Frame::code() const { return payload.size() < 2 ? 1005 : byte(payload, 0) << 8 | byte(payload, 1); }

std::string upgrade_text(std::string_view target, std::string_view more_headers) {
    return "GET " + std::string(target) +
           " HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
           std::string(more_headers) + "\r\n";
}

RawWebSocket::RawWebSocket(std::uint16_t port, std::string_view target, std::string_view more_headers,
                           int receive_buffer)
    : connection_(port, receive_buffer), answer_(connection_.ask(upgrade_text(target, more_headers))) {}

std::optional<Frame> RawWebSocket::read() {
    const auto head = connection_.read_bytes(2);
    if (!head) return std::nullopt;
    Frame got{
        .fin = (byte(*head, 0) & 0x80) != 0, .opcode = static_cast<std::uint8_t>(byte(*head, 0) & 0x0F), .payload = {}};
    std::size_t size = byte(*head, 1) & 0x7F;  // A server does not mask.
    if (size > 125) {
        const auto length = connection_.read_bytes(size == 126 ? 2 : 8);
        if (!length) return std::nullopt;
        size = 0;
        for (std::size_t i = 0; i < length->size(); ++i) size = size << 8 | byte(*length, i);
    }
    auto payload = connection_.read_bytes(size);
    if (!payload) return std::nullopt;
    got.payload = std::move(*payload);
    return got;
}

std::optional<std::string> RawWebSocket::read_text() {
    while (auto got = read()) {
        if (got->opcode == kText && got->fin) return std::move(got->payload);
        if (got->opcode != kPing) break;
        send(kPong, got->payload);
    }
    return std::nullopt;
}

int RawWebSocket::read_close() {
    const auto got = read();
    if (!got) return 1006;
    return got->opcode == kClose ? got->code() : 0;
}

int RawWebSocket::read_until_close() {
    while (const auto got = read()) {
        if (got->opcode == kClose) return got->code();
    }
    return 1006;
}

}  // namespace sf::http::testing
