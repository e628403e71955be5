#include "messaging/embedded/disk.hpp"

#include "base/file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace sf::messaging::embedded {
namespace {

class SystemFile final : public File {
public:
    SystemFile(Fd fd, std::filesystem::path path) : fd_(std::move(fd)), path_(std::move(path)) {}

    Result<> write(std::uint64_t position, std::span<const std::byte> bytes) override {
        while (!bytes.empty()) {
            const ssize_t n = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(position));
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return fail(errno_error("writing", path_));
            bytes = bytes.subspan(static_cast<std::size_t>(n));
            position += static_cast<std::uint64_t>(n);
        }
        return {};
    }

    Result<> sync() override {
        if (::fdatasync(fd_.get()) != 0) return fail(errno_error("syncing", path_));
        return {};
    }

    Result<std::size_t> read(std::uint64_t position, std::span<std::byte> bytes) override {
        std::size_t done = 0;
        while (done < bytes.size()) {
            const ssize_t n =
                ::pread(fd_.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(position + done));
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return fail(errno_error("reading", path_));
            if (n == 0) break;
            done += static_cast<std::size_t>(n);
        }
        return done;
    }

    Result<> truncate(std::uint64_t size) override {
        if (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) return fail(errno_error("truncating", path_));
        return {};
    }

    Result<> preallocate(std::uint64_t size) override {
        int error = 0;
        do error = ::posix_fallocate(fd_.get(), 0, static_cast<off_t>(size));
        while (error == EINTR);
        errno = error;
        if (error != 0) return fail(errno_error("reserving space for", path_));
        return {};
    }

    Result<std::uint64_t> size() override {
        struct stat status{};
        if (::fstat(fd_.get(), &status) != 0) return fail(errno_error("looking at", path_));
        return static_cast<std::uint64_t>(status.st_size);
    }

private:
    Fd fd_;
    std::filesystem::path path_;
};

class SystemDisk final : public Disk {
public:
    Result<std::unique_ptr<File>> open(const std::filesystem::path& path, OpenOptions options) override {
        const int flags = (options.write ? O_RDWR : O_RDONLY) | (options.create ? O_CREAT | O_EXCL : 0);
        SF_ASSIGN(Fd fd, open_file(path, flags, 0640));
        return std::make_unique<SystemFile>(std::move(fd), path);
    }
    Result<> make_folders(const std::filesystem::path& folder) override { return sf::make_folders(folder); }
    Result<> sync_folder(const std::filesystem::path& folder) override { return sf::sync_folder(folder); }
    Result<> remove(const std::filesystem::path& path) override {
        if (::unlink(path.c_str()) != 0) return fail(errno_error("removing", path));
        return {};
    }
    Result<> rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
        if (::rename(from.c_str(), to.c_str()) != 0) return fail(errno_error("renaming to", to));
        return {};
    }
    Result<std::vector<std::string>> list(const std::filesystem::path& folder) override {
        std::vector<std::string> names;
        std::error_code error;
        for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
            names.push_back(it->path().filename().string());
        }
        if (error && error != std::errc::no_such_file_or_directory) {
            return fail(ErrorCode::internal, "listing " + folder.string() + " failed: " + error.message());
        }
        std::ranges::sort(names);
        return names;
    }
    Result<Space> space(const std::filesystem::path& folder) override {
        struct statvfs status{};
        if (::statvfs(folder.c_str(), &status) != 0) return fail(errno_error("looking at the disk of", folder));
        return Space{static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize,
                     static_cast<std::uint64_t>(status.f_blocks) * status.f_frsize};
    }
    Result<std::shared_ptr<void>> lock(const std::filesystem::path& path) override {
        SF_ASSIGN(Fd fd, open_file(path, O_RDWR | O_CREAT, 0640));
        if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
            if (errno != EWOULDBLOCK) return fail(errno_error("locking", path));
            char pid[32] = {};
            const ssize_t n = ::pread(fd.get(), pid, sizeof pid - 1, 0);
            return fail(ErrorCode::conflict, "the data directory " + path.parent_path().string() + " is in use",
                        n > 0 ? "by process " + std::string(pid) : "by another process",
                        "stop that process, or give this one another --data-dir");
        }
        const std::string pid = std::to_string(::getpid());
        if (::ftruncate(fd.get(), 0) != 0 || ::pwrite(fd.get(), pid.data(), pid.size(), 0) < 0) {
            return fail(errno_error("writing", path));
        }
        return std::static_pointer_cast<void>(std::make_shared<Fd>(std::move(fd)));
    }
};

}  // namespace

std::shared_ptr<Disk> system_disk() { return std::make_shared<SystemDisk>(); }

}  // namespace sf::messaging::embedded
