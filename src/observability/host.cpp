#include "observability/host.hpp"

#include <sys/statvfs.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace sf::observability {
namespace {

// utime and stime of /proc/self/stat, in clock ticks: fields 14 and 15, counted behind the parenthesised name
// (proc(5)).
std::uint64_t process_ticks() {
    std::ifstream file("/proc/self/stat");
    std::string text((std::istreambuf_iterator<char>(file)), {});
    const std::size_t name_end = text.rfind(')');
    if (name_end == std::string::npos) return 0;
    std::istringstream fields(text.substr(name_end + 1));
    std::string skipped;
    for (int i = 3; i < 14; ++i) fields >> skipped;
    std::uint64_t user = 0;
    std::uint64_t system = 0;
    fields >> user >> system;
    return user + system;
}

std::uint64_t kilobytes(const std::string& line) {
    return std::strtoull(line.c_str() + line.find(':') + 1, nullptr, 10) * 1024;
}

}  // namespace

HostSample HostSampler::sample() {
    HostSample sample;
    std::ifstream stat("/proc/stat");
    std::string word;
    stat >> word;
    std::uint64_t total = 0;
    std::uint64_t idle = 0;
    for (int i = 0; i < 8; ++i) {
        std::uint64_t ticks = 0;
        stat >> ticks;
        total += ticks;
        if (i == 3 || i == 4) idle += ticks;
    }
    const std::uint64_t own = process_ticks();
    const std::uint64_t elapsed = total - machine_ticks_;
    if (machine_ticks_ != 0 && elapsed > 0) {
        const auto cores = static_cast<double>(::sysconf(_SC_NPROCESSORS_ONLN));
        sample.machine_cpu_percent =
            100.0 * (1.0 - static_cast<double>(idle - machine_idle_ticks_) / static_cast<double>(elapsed));
        sample.cpu_percent = 100.0 * static_cast<double>(own - process_ticks_) / (static_cast<double>(elapsed) / cores);
    }
    machine_ticks_ = total;
    machine_idle_ticks_ = idle;
    process_ticks_ = own;

    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) sample.memory_bytes = kilobytes(line);
    }
    std::ifstream memory("/proc/meminfo");
    for (std::string line; std::getline(memory, line);) {
        if (line.starts_with("MemTotal:")) sample.memory_total_bytes = kilobytes(line);
        if (line.starts_with("MemAvailable:")) sample.memory_available_bytes = kilobytes(line);
    }
    struct statvfs disk{};
    if (::statvfs(data_.c_str(), &disk) == 0) {
        sample.disk_free_bytes = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
        sample.disk_total_bytes = static_cast<std::uint64_t>(disk.f_blocks) * disk.f_frsize;
    }
    std::error_code ignored;
    for (std::filesystem::directory_iterator it("/proc/self/fd", ignored), end; !ignored && it != end;
         it.increment(ignored))
        ++sample.open_files;
    return sample;
}

std::string host_name() {
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? std::string(name) : "localhost";
}

}  // namespace sf::observability
