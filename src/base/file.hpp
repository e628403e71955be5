// Files the way a database needs them: whole reads and writes, synced folders, errors with the path in them.
#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace sf {

/// Owns a file descriptor.
class Fd {
public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Fd();

    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }

private:
    int fd_ = -1;
};

/// An Error from errno: ENOSPC and EDQUOT are `unavailable`, ENOENT `not_found`, all else `internal`.
[[nodiscard]] Error errno_error(std::string_view what, const std::filesystem::path& path);

[[nodiscard]] Result<Fd> open_file(const std::filesystem::path& path, int flags, unsigned mode = 0644);
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path);

/// Replaces `path` atomically: writes beside it, syncs, renames, syncs the folder. `mode` as for open(2).
[[nodiscard]] Result<> write_file_durably(const std::filesystem::path& path, std::string_view content,
                                          unsigned mode = 0644);

/// Makes what was written to `fd` survive a power loss. Never call it again after it failed. `path` is for the error.
[[nodiscard]] Result<> sync_file(const Fd& fd, const std::filesystem::path& path);

/// Makes created, renamed and removed names in `folder` survive a power loss.
[[nodiscard]] Result<> sync_folder(const std::filesystem::path& folder);

/// Makes `folder` and its parents where missing, each synced into its parent.
[[nodiscard]] Result<> make_folders(const std::filesystem::path& folder);

}  // namespace sf
