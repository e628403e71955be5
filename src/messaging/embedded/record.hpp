// A record as it stands in a segment file: a header, the payload, zeros up to a multiple of eight.
// docs/formats/log-segments.md.
#pragma once

#include "messaging/log.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace sf::messaging::embedded {

inline constexpr std::size_t kRecordHeaderSize = 56;
inline constexpr std::size_t kRecordAlignment = 8;
inline constexpr std::size_t kPayloadBytesMax = 4u << 20;  // A greater size is damage.

struct RecordHeader {
    std::uint32_t payload_size = 0;
    std::uint32_t crc = 0;  // CRC32C of everything behind it up to the end of the payload.
    RecordKind kind = RecordKind::batch;
    Offset offset = 0;
    ProducerStamp stamp;
    std::uint32_t group_start =
        0;  // Position in the file from which this record's group was written: all before it was durable.
    std::int64_t appended_at = 0;  // Microseconds.

    [[nodiscard]] std::size_t framed_size() const {
        return (kRecordHeaderSize + payload_size + kRecordAlignment - 1) / kRecordAlignment * kRecordAlignment;
    }
};

/// Appends the whole frame. `header.payload_size` and `header.crc` are filled in here.
void append_frame(std::vector<std::byte>& out, RecordHeader header, const Record& record);

/// The header at the start of `bytes`, if its magic number and sizes are possible. The checksum is not looked at.
[[nodiscard]] std::optional<RecordHeader> parse_header(std::span<const std::byte> bytes);

/// Whether the frame's checksum is right; `frame` holds header and payload.
[[nodiscard]] bool checksum_fits(const RecordHeader& header, std::span<const std::byte> frame);

/// Says in a whole, sound frame that it was written at another place; the checksum follows.
void set_group_start(std::span<std::byte> frame, std::uint32_t group_start);

/// Decodes the payload of a frame whose checksum is right.
[[nodiscard]] Result<StoredRecord> decode_frame(const RecordHeader& header, std::span<const std::byte> frame);

}  // namespace sf::messaging::embedded
