// The state of this process and its machine, from /proc and statvfs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace sf::observability {

struct HostSample {
    double cpu_percent = 0;          // Of this process since the last sample; 100 is one core.
    double machine_cpu_percent = 0;  // Of all cores since the last sample, 0 to 100.
    std::uint64_t memory_bytes = 0;  // Resident, of this process.
    std::uint64_t memory_total_bytes = 0;
    std::uint64_t memory_available_bytes = 0;
    std::uint64_t disk_free_bytes = 0;  // On the disk of the data directory.
    std::uint64_t disk_total_bytes = 0;
    std::uint64_t open_files = 0;
};

/// One thread at a time.
class HostSampler {
public:
    explicit HostSampler(std::filesystem::path data_directory) : data_(std::move(data_directory)) {}

    [[nodiscard]] HostSample sample();

private:
    std::filesystem::path data_;
    std::uint64_t process_ticks_ = 0;
    std::uint64_t machine_ticks_ = 0;
    std::uint64_t machine_idle_ticks_ = 0;
};

[[nodiscard]] std::string host_name();

}  // namespace sf::observability
