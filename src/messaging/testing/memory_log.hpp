// The log in memory, for tests: they decide when an append becomes durable and when it fails.
#pragma once

#include "messaging/log.hpp"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>

namespace sf::messaging::testing {

/// Any thread. Unless held, appends are durable at once and callbacks run on the appender's thread.
class MemoryLog final : public Log {
public:
    explicit MemoryLog(const Clock& clock = system_clock()) : clock_(clock) {}
    ~MemoryLog() override { stop(); }

    [[nodiscard]] Result<> start() override;
    void stop() override;
    [[nodiscard]] Result<> ensure_topic(std::string_view topic, Partition partitions) override;
    void append(std::string_view topic, Partition partition, Record record, OnDurable done) override;
    [[nodiscard]] Result<std::vector<StoredRecord>> read(std::string_view topic, Partition partition, Offset from,
                                                         ReadLimits limits) override;
    [[nodiscard]] Result<OffsetRange> range(std::string_view topic, Partition partition) override;
    [[nodiscard]] Result<> trim(std::string_view topic, Partition partition, Offset before) override;
    [[nodiscard]] std::vector<TopicInfo> topics() override;
    [[nodiscard]] LogState state() override;
    [[nodiscard]] std::uint64_t bytes_on_disk() override;

    void hold();                         // Appends wait from now on,
    void release();                      // and become durable, in order.
    void fail_held(const Error& error);  // What waits fails; the hold stays.
    [[nodiscard]] std::size_t held() const;
    void set_state(LogState state);
    void fail_appends(std::optional<Error> error);  // Every later append fails with it.

private:
    struct Partition_ {
        std::vector<StoredRecord> records;
        Offset begin = 0;
    };
    struct Held {
        Partition_* partition;
        Record record;
        OnDurable done;
    };

    [[nodiscard]] Partition_* find(std::string_view topic, Partition partition);
    Offset store(Partition_& partition, Record record);

    const Clock& clock_;
    mutable std::mutex mutex_;
    std::condition_variable stored_;
    std::map<std::string, std::vector<Partition_>, std::less<>> topics_;  // Under mutex_, as all below.
    std::deque<Held> held_;
    bool holding_ = false;
    bool started_ = false;
    std::uint32_t epoch_ = 0;
    LogState state_;
    std::optional<Error> failure_;
};

}  // namespace sf::messaging::testing
