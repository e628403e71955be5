// What the log asks of a disk, small enough to be faked: tests put a disk in its place that loses what was not synced,
// or fails.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sf::messaging::embedded {

/// One file. One thread writes; any thread reads.
class File {
public:
    virtual ~File() = default;

    /// All bytes at `position`, or an error: `unavailable` for a full disk, anything else is for good.
    [[nodiscard]] virtual Result<> write(std::uint64_t position, std::span<const std::byte> bytes) = 0;
    /// What was written, and the size, survive a power loss afterwards. Never call it again after it failed.
    [[nodiscard]] virtual Result<> sync() = 0;
    /// Up to bytes.size() bytes; fewer only at the end of the file.
    [[nodiscard]] virtual Result<std::size_t> read(std::uint64_t position, std::span<std::byte> bytes) = 0;
    [[nodiscard]] virtual Result<> truncate(std::uint64_t size) = 0;
    /// Reserves space, so that writes up to `size` don't fail for want of it. The new bytes are zero.
    [[nodiscard]] virtual Result<> preallocate(std::uint64_t size) = 0;
    [[nodiscard]] virtual Result<std::uint64_t> size() = 0;
};

class Disk {
public:
    virtual ~Disk() = default;

    struct OpenOptions {
        bool create = false;  // Fails if there is one already.
        bool write = false;
    };
    [[nodiscard]] virtual Result<std::unique_ptr<File>> open(const std::filesystem::path& path,
                                                             OpenOptions options) = 0;
    [[nodiscard]] virtual Result<> make_folders(const std::filesystem::path& folder) = 0;
    [[nodiscard]] virtual Result<> sync_folder(const std::filesystem::path& folder) = 0;
    [[nodiscard]] virtual Result<> remove(const std::filesystem::path& path) = 0;
    [[nodiscard]] virtual Result<> rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
    /// Names of the files and folders in `folder`, sorted; empty if it is missing.
    [[nodiscard]] virtual Result<std::vector<std::string>> list(const std::filesystem::path& folder) = 0;
    /// The file system of `folder`, in bytes; `free` is what we may use.
    struct Space {
        std::uint64_t free = 0;
        std::uint64_t total = 0;
    };
    [[nodiscard]] virtual Result<Space> space(const std::filesystem::path& folder) = 0;
    /// A lock on `path` that the kernel drops when the process ends; `conflict` if another has it. Kept until the
    /// pointer goes.
    [[nodiscard]] virtual Result<std::shared_ptr<void>> lock(const std::filesystem::path& path) = 0;
};

/// The machine's disk.
[[nodiscard]] std::shared_ptr<Disk> system_disk();

}  // namespace sf::messaging::embedded
