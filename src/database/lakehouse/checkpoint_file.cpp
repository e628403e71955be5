#include "database/lakehouse/checkpoint_file.hpp"

#include "base/hash.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sf::database {
namespace {

constexpr char kMagic[8] = {'S', 'F', 'C', 'K', 'P', 'T', '0', '1'};
constexpr std::size_t kPiece = 256u << 10;

struct Header {
    char magic[8];
    std::uint64_t sequence;
    std::uint64_t length;  // Of the content behind it.
    std::uint32_t epoch;
    std::uint32_t crc;  // Of the content, and then of the header up to here.
};
static_assert(sizeof(Header) == 32);

std::uint32_t checksum(const Header& header, std::uint32_t content_crc) {
    return crc32c(std::as_bytes(std::span(&header, 1)).first(sizeof header - sizeof header.crc), content_crc);
}

Result<> write_all(const Fd& fd, const std::filesystem::path& path, std::span<const std::byte> bytes,
                   std::uint64_t at) {
    while (!bytes.empty()) {
        const ssize_t n = ::pwrite(fd.get(), bytes.data(), bytes.size(), static_cast<off_t>(at));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail(errno_error("writing", path));
        bytes = bytes.subspan(static_cast<std::size_t>(n));
        at += static_cast<std::uint64_t>(n);
    }
    return {};
}

// Fewer bytes than asked for: the file ends there.
Result<std::size_t> read_all(const Fd& fd, const std::filesystem::path& path, std::span<std::byte> bytes,
                             std::uint64_t at) {
    std::size_t got = 0;
    while (got < bytes.size()) {
        const ssize_t n = ::pread(fd.get(), bytes.data() + got, bytes.size() - got, static_cast<off_t>(at + got));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail(errno_error("reading", path));
        if (n == 0) break;
        got += static_cast<std::size_t>(n);
    }
    return got;
}

}  // namespace

Result<CheckpointFileWriter> CheckpointFileWriter::create(std::filesystem::path path) {
    SF_ASSIGN(Fd fd, open_file(path, O_WRONLY | O_CREAT | O_TRUNC, 0640));
    return CheckpointFileWriter(std::move(path), std::move(fd));
}

Result<> CheckpointFileWriter::append(std::span<const std::byte> piece) {
    waiting_.insert(waiting_.end(), piece.begin(), piece.end());
    if (waiting_.size() < kPiece) return {};
    return write_out();
}

Result<> CheckpointFileWriter::write_out() {
    SF_TRY(write_all(fd_, path_, waiting_, sizeof(Header) + length_));
    crc_ = crc32c(waiting_, crc_);
    length_ += waiting_.size();
    waiting_.clear();
    return {};
}

Result<> CheckpointFileWriter::sync() {
    SF_TRY(write_out());
    if (::fsync(fd_.get()) != 0) return fail(errno_error("syncing", path_));
    return {};
}

Result<> CheckpointFileWriter::finish(CheckpointStamp stamp) {
    SF_TRY(write_out());
    Header header{};
    std::memcpy(header.magic, kMagic, sizeof kMagic);
    header.sequence = stamp.sequence;
    header.length = length_;
    header.epoch = stamp.epoch;
    header.crc = checksum(header, crc_);
    SF_TRY(write_all(fd_, path_, std::as_bytes(std::span(&header, 1)), 0));
    if (::fsync(fd_.get()) != 0) return fail(errno_error("syncing", path_));
    return {};
}

Result<std::vector<std::byte>> read_checkpoint_file(const std::filesystem::path& path, std::uint64_t sequence) {
    const auto damaged = [&](const char* what) {
        return fail(ErrorCode::corrupt, "the checkpoint " + path.string() + " is damaged", what);
    };
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    // These say nothing about the file: it may be read another time.
    if (!fd && (errno == EMFILE || errno == ENFILE || errno == EACCES)) return fail(errno_error("opening", path));
    if (!fd) return damaged(std::strerror(errno));
    struct stat file{};
    if (::fstat(fd.get(), &file) != 0) return damaged(std::strerror(errno));
    Header header{};
    const auto got = read_all(fd, path, std::as_writable_bytes(std::span(&header, 1)), 0);
    if (!got) return damaged(got.error().message.c_str());
    if (*got < sizeof header) return damaged("it is shorter than its header");
    if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0) return damaged("its header is unknown");
    // Before anything is allocated: a damaged length must not.
    if (header.length != static_cast<std::uint64_t>(file.st_size) - sizeof header)
        return damaged("its length is not right");
    std::vector<std::byte> content(header.length);
    const auto read = read_all(fd, path, content, sizeof header);
    if (!read) return damaged(read.error().message.c_str());
    if (*read != content.size()) return damaged("it ends too early");
    if (checksum(header, crc32c(content)) != header.crc) return damaged("it does not match its checksum");
    if (header.sequence != sequence) return damaged("it is another one's file");
    return content;
}

}  // namespace sf::database
