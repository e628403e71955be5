#include "messaging/embedded/record.hpp"

#include "base/hash.hpp"
#include "models/event_batch_wire.hpp"
#include "models/metric_batch_wire.hpp"

#include <algorithm>
#include <cstring>

namespace sf::messaging::embedded {
namespace {

constexpr std::uint32_t kMagic = 0x31524653;  // "SFR1"
constexpr std::size_t kCrcFrom = 12;          // Behind magic, size and checksum.

struct Layout {
    std::uint32_t magic;
    std::uint32_t payload_size;
    std::uint32_t crc;
    std::uint8_t kind;
    std::uint8_t zero[3];
    std::uint64_t offset;
    std::uint64_t producer_id;
    std::uint32_t epoch;
    std::uint32_t group_start;
    std::uint64_t sequence;
    std::int64_t appended_at;
};
static_assert(sizeof(Layout) == kRecordHeaderSize);

void append_payload(const Record& record, std::vector<std::byte>& out) {
    switch (record.kind) {
        case RecordKind::batch: return models::encode_batch(*record.batch, out);
        case RecordKind::points: return models::encode_metric_batch(*record.points, out);
        case RecordKind::flush: return;
        case RecordKind::tick: {
            const std::int64_t micros = to_micros(record.time);
            const auto bytes = std::as_bytes(std::span(&micros, 1));
            out.insert(out.end(), bytes.begin(), bytes.end());
            return;
        }
    }
}

// Puts the header, with its checksum, before the payload that stands there.
void seal_frame(Layout& layout, std::span<std::byte> frame) {
    std::memcpy(frame.data(), &layout, sizeof layout);
    layout.crc =
        crc32c(frame.subspan(kCrcFrom, kRecordHeaderSize - kCrcFrom + layout.payload_size), layout.payload_size);
    std::memcpy(frame.data(), &layout, sizeof layout);
}

// A tick of an old log has no payload and so no time.
Result<Timestamp> decode_tick(std::span<const std::byte> payload) {
    std::int64_t micros = 0;
    if (!payload.empty() && payload.size() != sizeof micros) {
        return fail(ErrorCode::corrupt, "a tick in the log is damaged", "its payload is neither a time nor empty");
    }
    std::ranges::copy(payload, std::as_writable_bytes(std::span(&micros, 1)).begin());
    return timestamp_from_micros(micros);
}

}  // namespace

void append_frame(std::vector<std::byte>& out, RecordHeader header, const Record& record) {
    const std::size_t at = out.size();
    out.resize(at + kRecordHeaderSize);
    append_payload(record, out);
    header.payload_size = static_cast<std::uint32_t>(out.size() - at - kRecordHeaderSize);
    out.resize(at + header.framed_size());

    Layout layout{};
    layout.magic = kMagic;
    layout.payload_size = header.payload_size;
    layout.kind = static_cast<std::uint8_t>(record.kind);
    layout.offset = header.offset;
    layout.producer_id = header.stamp.producer_id;
    layout.epoch = header.stamp.epoch;
    layout.group_start = header.group_start;
    layout.sequence = header.stamp.sequence;
    layout.appended_at = header.appended_at;
    seal_frame(layout, std::span(out).subspan(at));
}

void set_group_start(std::span<std::byte> frame, std::uint32_t group_start) {
    Layout layout;
    std::memcpy(&layout, frame.data(), sizeof layout);
    layout.group_start = group_start;
    seal_frame(layout, frame);
}

std::optional<RecordHeader> parse_header(std::span<const std::byte> bytes) {
    Layout layout;
    if (bytes.size() < sizeof layout) return std::nullopt;
    std::memcpy(&layout, bytes.data(), sizeof layout);
    if (layout.magic != kMagic || layout.payload_size > kPayloadBytesMax) return std::nullopt;
    RecordHeader header;
    header.payload_size = layout.payload_size;
    header.crc = layout.crc;
    header.kind = static_cast<RecordKind>(layout.kind);
    header.offset = layout.offset;
    header.stamp = {layout.producer_id, layout.epoch, layout.sequence};
    header.group_start = layout.group_start;
    header.appended_at = layout.appended_at;
    return header;
}

// The size is the checksum's seed, so that it is covered too without being summed.
bool checksum_fits(const RecordHeader& header, std::span<const std::byte> frame) {
    const std::size_t end = kRecordHeaderSize + header.payload_size;
    return frame.size() >= end && crc32c(frame.subspan(kCrcFrom, end - kCrcFrom), header.payload_size) == header.crc;
}

Result<StoredRecord> decode_frame(const RecordHeader& header, std::span<const std::byte> frame) {
    StoredRecord stored;
    stored.offset = header.offset;
    stored.stamp = header.stamp;
    stored.appended_at = timestamp_from_micros(header.appended_at);
    stored.record.kind = header.kind;
    const std::span<const std::byte> payload = frame.subspan(kRecordHeaderSize, header.payload_size);
    switch (header.kind) {
        case RecordKind::batch: {
            SF_ASSIGN(stored.record.batch, models::decode_batch(payload));
            return stored;
        }
        case RecordKind::points: {
            SF_ASSIGN(stored.record.points, models::decode_metric_batch(payload));
            return stored;
        }
        case RecordKind::tick: {
            SF_ASSIGN(stored.record.time, decode_tick(payload));
            return stored;
        }
        case RecordKind::flush: return stored;
    }
    return fail(ErrorCode::corrupt, "a log record has an unknown kind", std::to_string(static_cast<int>(header.kind)),
                "it may have been written by a newer StreamFlow");
}

}  // namespace sf::messaging::embedded
