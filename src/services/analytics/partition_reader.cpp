#include "services/analytics/partition_reader.hpp"

#include "base/logging.hpp"

namespace sf::analytics {
namespace {

// How long a read waits for the next record: so long may a command wait.
constexpr auto kReadPatience = std::chrono::milliseconds{10};

}  // namespace

PartitionReader::PartitionReader(Options options, messaging::Log& log, const Clock& clock, Sink sink)
    : options_(std::move(options)),
      log_(log),
      clock_(clock),
      sink_(std::move(sink)),
      fold_(options_.partition, options_.time),
      next_(options_.from) {}

void PartitionReader::start() {
    {
        std::lock_guard lock(mutex_);
        stopped_ = false;
    }
    thread_ = std::jthread([this](std::stop_token stop) { read(stop); });
}

void PartitionReader::stop() {
    thread_ = {};
    std::lock_guard lock(mutex_);
    stopped_ = true;
    commands_.clear();  // Their promises break, which run() takes for "stopped".
}

bool PartitionReader::run(Command command) {
    std::future<void> done;
    {
        std::lock_guard lock(mutex_);
        if (stopped_ || failure_) return false;
        commands_.push_back({std::move(command), {}});
        done = commands_.back().done.get_future();
    }
    try {
        done.get();
        return true;
    } catch (const std::future_error&) {
        return false;
    }
}

std::optional<Error> PartitionReader::failure() const {
    std::lock_guard lock(mutex_);
    return failure_;
}

void PartitionReader::run_commands() {
    std::vector<Waiting> commands;
    {
        std::lock_guard lock(mutex_);
        commands.swap(commands_);
    }
    for (Waiting& waiting : commands) {
        waiting.command(fold_, next_);
        waiting.done.set_value();
    }
}

void PartitionReader::read(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        run_commands();
        auto records =
            log_.read(options_.topic, options_.partition, next_, {.wait_until = clock_.steady() + kReadPatience});
        if (!records) {
            logging::error("analytics can't read on",
                           {{"partition", options_.partition}, {"error", records.error().line()}});
            std::lock_guard lock(mutex_);
            failure_ = records.error();
            commands_.clear();
            return;
        }
        for (std::span<const messaging::StoredRecord> left = *records; !left.empty();) {
            const std::size_t count = joined(left);
            if (!take(left.first(count))) return;
            left = left.subspan(count);
        }
    }
}

// How many of them are folded as one.
std::size_t PartitionReader::joined(std::span<const messaging::StoredRecord> records) const {
    const messaging::Offset first = records.front().offset;
    if (records.size() == 1 || first < options_.join_from) return 1;
    return RecordJoiner::count(records, fold_.next_change(first), fold_.views());
}

bool PartitionReader::take(std::span<const messaging::StoredRecord> records) {
    const messaging::StoredRecord& record = records.back();
    engine::FramePtr frame;
    switch (record.record.kind) {
        case messaging::RecordKind::batch:
            frame = fold_.fold(records.front().offset, record.offset, *joiner_.join(records));
            break;
        case messaging::RecordKind::flush: frame = fold_.flush(record.offset); break;
        case messaging::RecordKind::tick:
            frame = fold_.tick(record.offset, to_micros(record.record.time), to_micros(record.appended_at));
            break;
        case messaging::RecordKind::points: return true;  // Not in this topic.
    }
    next_ = record.offset + 1;
    return sink_(std::move(frame), records.front().appended_at);
}

}  // namespace sf::analytics
