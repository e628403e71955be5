// EventBatch: the unit that flows. Up to a few thousand events in columns, immutable, shared between threads by
// pointer. Its memory is one FlatBuffer (event_batch.fbs): the log stores it compressed (event_batch_wire.hpp), storage
// and engine read the columns in place.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "models/event.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace sf::models {

inline constexpr std::size_t kBatchEventsMax = 4096;  // A batch holds at most this many events,
inline constexpr std::size_t kBatchBytesMax = 1000u
                                              << 10;  // and this much memory, so that its wire form stays below 1 MiB.
inline constexpr std::size_t kEventBytesMax = 256u << 10;

/// Immutable; any thread may read. Rows are numbered from 0 to size()-1. Views stay valid as long as the batch.
class EventBatch {
public:
    /// Checks everything that readers rely on: column lengths, dictionary codes, offsets, flags. `corrupt` otherwise.
    /// `bytes` is an uncompressed FlatBuffer, kept.
    [[nodiscard]] static Result<std::shared_ptr<const EventBatch>> from_bytes(std::vector<std::byte> bytes);

    /// The same over memory that `owner` keeps alive; aligned to 8 bytes.
    [[nodiscard]] static Result<std::shared_ptr<const EventBatch>> from_memory(std::span<const std::byte> memory,
                                                                               std::shared_ptr<const void> owner);

    [[nodiscard]] std::size_t size() const { return timestamps_.size(); }
    [[nodiscard]] std::size_t bytes() const { return bytes_.size(); }  // Memory held, for limits.
    [[nodiscard]] std::span<const std::byte> flatbuffer() const { return bytes_; }

    [[nodiscard]] Uuid id(std::size_t row) const {
        Uuid id;
        std::memcpy(id.bytes.data(), ids_.data() + row * 16, 16);
        return id;
    }
    [[nodiscard]] bool id_from_client(std::size_t row) const { return (flags_[row] & kIdFromClient) != 0; }
    [[nodiscard]] Timestamp timestamp(std::size_t row) const { return timestamp_from_micros(timestamps_[row]); }
    [[nodiscard]] Timestamp received_at(std::size_t row) const { return timestamp_from_micros(received_[row]); }
    [[nodiscard]] Severity severity(std::size_t row) const {
        return static_cast<Severity>(flags_[row] & kSeverityMask);
    }
    [[nodiscard]] std::string_view type(std::size_t row) const { return types_[type_codes_[row]]; }
    [[nodiscard]] std::string_view source(std::size_t row) const { return sources_[source_codes_[row]]; }
    [[nodiscard]] bool has_user_id(std::size_t row) const { return (flags_[row] & kHasUser) != 0; }
    [[nodiscard]] bool has_correlation_id(std::size_t row) const { return (flags_[row] & kHasCorrelation) != 0; }
    [[nodiscard]] std::string_view user_id(std::size_t row) const { return slice(row, 0); }         // Empty if absent.
    [[nodiscard]] std::string_view correlation_id(std::size_t row) const { return slice(row, 1); }  // Empty if absent.
    [[nodiscard]] std::string_view tags_encoded(std::size_t row) const { return slice(row, 2); }    // See TagReader.
    [[nodiscard]] std::string_view data(std::size_t row) const {
        return slice(row, 3);
    }  // A JSON object as it was sent.

    // The columns whole, for kernels. `ids` is 16 bytes a row; codes index the dictionaries.
    [[nodiscard]] std::span<const std::uint8_t> ids() const { return ids_; }
    [[nodiscard]] std::span<const std::int64_t> timestamps() const { return timestamps_; }  // Microseconds.
    [[nodiscard]] std::span<const std::int64_t> received() const { return received_; }      // Microseconds.
    [[nodiscard]] std::span<const std::uint8_t> flags() const { return flags_; }
    [[nodiscard]] std::span<const std::uint16_t> type_codes() const { return type_codes_; }
    [[nodiscard]] std::span<const std::uint16_t> source_codes() const { return source_codes_; }
    [[nodiscard]] std::span<const std::string_view> types() const { return types_; }
    [[nodiscard]] std::span<const std::string_view> sources() const { return sources_; }

    static constexpr std::uint8_t kSeverityMask = 0x03;
    static constexpr std::uint8_t kIdFromClient = 0x04;
    static constexpr std::uint8_t kHasUser = 0x08;
    static constexpr std::uint8_t kHasCorrelation = 0x10;
    static constexpr std::uint8_t kFlagsKnown = kSeverityMask | kIdFromClient | kHasUser | kHasCorrelation;
    static constexpr std::size_t kSlices = 4;  // Arena pieces a row: user, correlation, tags, data.

private:
    EventBatch() = default;

    [[nodiscard]] std::string_view slice(std::size_t row, std::size_t which) const {
        const std::uint32_t* edge = edges_.data() + row * kSlices + which;
        return arena_.substr(edge[0], edge[1] - edge[0]);
    }

    std::span<const std::byte> bytes_;   // Everything below points into it.
    std::shared_ptr<const void> owner_;  // Of that memory: a builder's buffer or decompressed bytes.
    std::span<const std::uint8_t> ids_;
    std::span<const std::int64_t> timestamps_;
    std::span<const std::int64_t> received_;
    std::span<const std::uint8_t> flags_;
    std::span<const std::uint16_t> type_codes_;
    std::span<const std::uint16_t> source_codes_;
    std::span<const std::uint32_t> edges_;  // kSlices * size() + 1 ends of arena pieces.
    std::string_view arena_;
    std::vector<std::string_view> types_;
    std::vector<std::string_view> sources_;
};

using EventBatchPtr = std::shared_ptr<const EventBatch>;  // Shared by the log's ring, storage's live set and queries.

/// Walks the tags of one row: each is a little-endian 16-bit length and that many bytes.
class TagReader {
public:
    explicit TagReader(std::string_view encoded) : rest_(encoded) {}

    [[nodiscard]] bool next(std::string_view& tag) {
        if (rest_.size() < 2) return false;
        const std::size_t length = static_cast<std::uint8_t>(rest_[0]) | (static_cast<std::uint8_t>(rest_[1]) << 8);
        tag = rest_.substr(2, length);
        rest_.remove_prefix(2 + tag.size());
        return true;
    }

private:
    std::string_view rest_;
};

/// One row as it goes into a builder; the views need only live for the call.
struct EventRow {
    Uuid id;
    bool id_from_client = false;
    bool has_user_id = false;
    bool has_correlation_id = false;
    Severity severity = Severity::low;
    std::int64_t timestamp = 0;    // Microseconds.
    std::int64_t received_at = 0;  // Microseconds.
    std::string_view type;
    std::string_view source;
    std::string_view user_id;
    std::string_view correlation_id;
    std::string_view tags_encoded;
    std::string_view data;
};

/// Collects rows and seals them into a batch. Reusable: its memory is kept between batches. One thread at a time.
class EventBatchBuilder {
public:
    EventBatchBuilder();
    ~EventBatchBuilder();
    EventBatchBuilder(EventBatchBuilder&&) noexcept;
    EventBatchBuilder& operator=(EventBatchBuilder&&) noexcept;

    /// The row must fit.
    void append(const EventRow& row);
    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] bool empty() const { return size() == 0; }
    [[nodiscard]] std::size_t bytes() const;             // About what seal() would give.
    [[nodiscard]] bool fits(const EventRow& row) const;  // Seal first where not. An empty builder takes any row.

    /// The rows so far as a batch; the builder is empty afterwards. Never called on an empty builder.
    [[nodiscard]] EventBatchPtr seal();

private:
    struct Columns;
    std::unique_ptr<Columns> columns_;
};

}  // namespace sf::models
