#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace sf {

Fd::~Fd() {
    if (fd_ >= 0) ::close(fd_);
}

Error errno_error(std::string_view what, const std::filesystem::path& path) {
    const int number = errno;
    ErrorCode code = ErrorCode::internal;
    std::string hint;
    if (number == ENOSPC || number == EDQUOT) {
        code = ErrorCode::unavailable;
        hint = "free some space on that disk";
    } else if (number == ENOENT) {
        code = ErrorCode::not_found;
    } else if (number == EACCES || number == EPERM || number == EROFS) {
        code = ErrorCode::invalid_input;
        hint = "check who owns the folder and its permissions";
    }
    return Error{code, fmt::format("{} {} failed: {}", what, path.string(), std::strerror(number)), "", hint};
}

Result<Fd> open_file(const std::filesystem::path& path, int flags, unsigned mode) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    if (fd < 0) return fail(errno_error("opening", path));
    return Fd(fd);
}

Result<std::string> read_file(const std::filesystem::path& path) {
    SF_ASSIGN(Fd fd, open_file(path, O_RDONLY));
    std::string content;
    char piece[1 << 16];
    while (true) {
        const ssize_t n = ::read(fd.get(), piece, sizeof piece);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail(errno_error("reading", path));
        if (n == 0) return content;
        content.append(piece, static_cast<std::size_t>(n));
    }
}

Result<> write_file_durably(const std::filesystem::path& path, std::string_view content, unsigned mode) {
    std::filesystem::path beside = path;
    beside += ".new";
    {
        SF_ASSIGN(Fd fd, open_file(beside, O_WRONLY | O_CREAT | O_TRUNC, mode));
        while (!content.empty()) {
            const ssize_t n = ::write(fd.get(), content.data(), content.size());
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return fail(errno_error("writing", beside));
            content.remove_prefix(static_cast<std::size_t>(n));
        }
        if (::fsync(fd.get()) != 0) return fail(errno_error("syncing", beside));
    }
    if (::rename(beside.c_str(), path.c_str()) != 0) return fail(errno_error("renaming to", path));
    return sync_folder(path.has_parent_path() ? path.parent_path() : ".");
}

Result<> sync_file(const Fd& fd, const std::filesystem::path& path) {
    if (::fdatasync(fd.get()) != 0) return fail(errno_error("syncing", path));
    return {};
}

Result<> sync_folder(const std::filesystem::path& folder) {
    SF_ASSIGN(Fd fd, open_file(folder, O_RDONLY | O_DIRECTORY));
    if (::fsync(fd.get()) != 0) return fail(errno_error("syncing", folder));
    return {};
}

Result<> make_folders(const std::filesystem::path& folder) {
    std::error_code ignored;
    if (folder.empty() || std::filesystem::is_directory(folder, ignored)) return {};
    const std::filesystem::path parent = folder.parent_path();
    SF_TRY(make_folders(parent));
    if (::mkdir(folder.c_str(), 0750) != 0 && errno != EEXIST) return fail(errno_error("making", folder));
    return sync_folder(parent.empty() ? "." : parent);
}

}  // namespace sf
