// The log on the local disk: folders of segments, one writer thread a partition. docs/formats/log-segments.md.
#pragma once

#include "base/clock.hpp"
#include "messaging/embedded/disk.hpp"
#include "messaging/embedded/partition_log.hpp"
#include "messaging/log.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>

namespace sf::messaging {

struct EmbeddedLogOptions {
    std::filesystem::path folder;
    embedded::PartitionOptions partition;
    std::uint64_t disk_free_min = 256u << 20;  // Appends stop when less is free, or less than 5 % of a small disk.
    std::uint64_t reserve_bytes =
        4u << 20;  // Given back to the disk when it is full, so that checkpoints can be written.
};

class EmbeddedLog final : public Log {
public:
    explicit EmbeddedLog(EmbeddedLogOptions options, const Clock& clock = system_clock(),
                         std::shared_ptr<embedded::Disk> disk = embedded::system_disk());
    ~EmbeddedLog() override;

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

private:
    using Partitions = std::vector<std::unique_ptr<embedded::PartitionLog>>;

    [[nodiscard]] Result<> open_topic(const std::string& topic, Partition partitions);
    [[nodiscard]] embedded::PartitionLog* find(std::string_view topic, Partition partition);
    [[nodiscard]] bool disk_is_full();
    void keep_reserve(bool full);

    const EmbeddedLogOptions options_;
    const Clock& clock_;
    const std::shared_ptr<embedded::Disk> disk_;  // Shared with the partitions.
    embedded::LogHealth health_;
    std::shared_ptr<void> lock_;
    ProducerStamp producer_;
    bool started_ = false;

    std::mutex mutex_;
    std::map<std::string, Partitions, std::less<>> topics_;  // Under mutex_; partitions stay until stop().

    std::mutex disk_mutex_;
    std::chrono::steady_clock::time_point disk_looked_at_{};  // Under disk_mutex_, as the next two.
    bool disk_full_ = false;
    bool has_reserve_ = false;
};

}  // namespace sf::messaging
