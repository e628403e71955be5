// The log: partitioned, ordered, durable, replayable by offset. Everything that flows between services goes through it.
// Adapters: embedded/ (segment files), rabbitmq/ (later), testing/ (in memory). tests/contract/log has the promises
// below as one suite that every adapter passes.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "models/event_batch.hpp"
#include "models/metric_point.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sf::messaging {

using Offset = std::uint64_t;     // The number of a record in its partition: 0, 1, 2, ...; gaps are a repair's.
using Partition = std::uint32_t;  // 0 to partitions - 1.

enum class RecordKind : std::uint8_t {
    batch = 1,   // Events.
    flush = 2,   // Control: close all windows.
    tick = 3,    // Control: time passed without events.
    points = 4,  // What views emit.
};

inline constexpr std::size_t kRecordBytesMax = 3u << 20;  // No record holds more memory.

/// What an appender hands over: of the last three, the one that belongs to the kind.
struct Record {
    RecordKind kind = RecordKind::batch;
    models::EventBatchPtr batch = {};
    models::MetricBatchPtr points = {};
    Timestamp time{};  // Of a tick: the event time that the stream has reached.

    /// About the memory that it holds, for limits.
    [[nodiscard]] std::size_t bytes() const {
        return sizeof *this + (batch ? batch->bytes() : 0) + (points ? points->bytes() : 0);
    }
};

/// Who wrote a record. Gapless per (producer, epoch, partition), so that a reader drops what it has seen and raises an
/// alarm on a gap. The adapter stamps it; the epoch rises each time the log is opened for writing.
struct ProducerStamp {
    std::uint64_t producer_id = 0;
    std::uint32_t epoch = 0;
    std::uint64_t sequence = 0;
};

struct StoredRecord {
    Offset offset = 0;
    ProducerStamp stamp;
    Timestamp appended_at;
    Record record;
};

struct OffsetRange {
    Offset begin = 0;  // The oldest record still there.
    Offset end = 0;    // One past the newest durable record.
};

struct TopicInfo {
    std::string name;
    Partition partitions = 0;
};

struct ReadLimits {
    std::size_t bytes_max = 8u << 20;  // Stops after the record that reaches it; at least one record is returned.
    Deadline wait_until{};             // How long to wait when nothing is there yet. Default: not at all.
};

/// Whether appends are taken now, and if not, why; for readiness and for refusing a request before it is parsed.
struct LogState {
    bool accepting = true;
    bool failed = false;  // True: for good, until restart (a failed fsync, say).
    std::string reason;   // For people; empty while accepting.
};

/// All calls from any thread. Order: two appends to one partition by one thread keep their order. Callbacks run on the
/// log's own thread and must not block; each runs exactly once, also at stop().
class Log {
public:
    using OnDurable = std::move_only_function<void(Result<Offset>)>;

    virtual ~Log() = default;

    /// Opens or recovers what is there. `corrupt` names the place and the repair command.
    [[nodiscard]] virtual Result<> start() = 0;

    /// Makes what was appended durable, runs the outstanding callbacks, closes. Idempotent; safe after a failed
    /// start().
    virtual void stop() = 0;

    /// Makes the topic with so many partitions, or checks that it has them (`conflict` otherwise).
    [[nodiscard]] virtual Result<> ensure_topic(std::string_view topic, Partition partitions) = 0;

    /// `done` gets the offset once the record is durable, or an error: `overloaded` (queue full), `unavailable` (disk
    /// full, failed, stopped), `invalid_input` (larger than kRecordBytesMax). After an error the record is either not
    /// stored or will be found again at the next start, never half stored; a caller that retries leaves duplicates to
    /// be told apart by event id.
    virtual void append(std::string_view topic, Partition partition, Record record, OnDurable done) = 0;

    /// Durable records from `from` on, in order; empty when there are none before `limits.wait_until`. Offsets may be
    /// missing in between where a repair gave records up: SequenceCheck tells, and reading goes on. `not_found` when
    /// `from` was trimmed (detail: the oldest offset), `corrupt` when the partition is damaged there, `invalid_input`
    /// when `from` is past the end. Returned batches are shared with other readers.
    [[nodiscard]] virtual Result<std::vector<StoredRecord>> read(std::string_view topic, Partition partition,
                                                                 Offset from, ReadLimits limits) = 0;

    [[nodiscard]] virtual Result<OffsetRange> range(std::string_view topic, Partition partition) = 0;

    /// Allows records below `before` to be dropped. An adapter drops them when it is cheap: some may stay for long.
    [[nodiscard]] virtual Result<> trim(std::string_view topic, Partition partition, Offset before) = 0;

    [[nodiscard]] virtual std::vector<TopicInfo> topics() = 0;

    [[nodiscard]] virtual LogState state() = 0;

    /// Bytes on disk, all topics; for limits and metrics.
    [[nodiscard]] virtual std::uint64_t bytes_on_disk() = 0;
};

}  // namespace sf::messaging
