#include "base/text_input.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace sf {
namespace {

constexpr std::size_t kPieceBytes = 256u << 10;
constexpr std::size_t kExcerptBytes = 200;

}  // namespace

Result<TextInput> TextInput::open(const std::filesystem::path& path) {
    TextInput input;
    input.name_ = path.string();
    if (path == "-") {
        // A duplicate, so that closing it leaves the program's own standard input alone.
        const int fd = ::dup(STDIN_FILENO);
        if (fd < 0) return fail(errno_error("opening", "standard input"));
        input.name_ = "standard input";
        input.fd_ = Fd(fd);
        struct stat status{};
        input.stream_ = ::fstat(fd, &status) == 0 && !S_ISREG(status.st_mode);
        return input;
    }
    SF_ASSIGN(input.fd_, open_file(path, O_RDONLY | O_CLOEXEC));
    struct stat status{};
    if (::fstat(input.fd_.get(), &status) == 0 && S_ISDIR(status.st_mode)) {
        return fail(ErrorCode::invalid_input, "\"" + input.name_ + "\" is a folder", "",
                    "name the files in it, for example " + (path / "*").string());
    }
    input.stream_ = !S_ISREG(status.st_mode);
    ::posix_fadvise(input.fd_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
    return input;
}

TextInput TextInput::from_text(std::string text) {
    TextInput input;
    input.ended_ = true;
    input.capacity_ = text.size();
    input.end_ = text.size();
    input.buffer_ = std::make_unique<char[]>(text.size() + kPadding);
    std::memcpy(input.buffer_.get(), text.data(), text.size());
    return input;
}

// Moves the record to the front of the buffer and reads behind it. Positions in the buffer change; their distances do
// not.
bool TextInput::fill() {
    if (ended_) return false;
    if (capacity_ - end_ < kPieceBytes) {
        const std::size_t kept = end_ - begin_;
        if (capacity_ < kept + kPieceBytes) {
            const std::size_t capacity = std::max<std::size_t>(2 * capacity_, kept + 4 * kPieceBytes);
            auto larger = std::make_unique<char[]>(capacity + kPadding);
            if (kept > 0) std::memcpy(larger.get(), buffer_.get() + begin_, kept);
            buffer_ = std::move(larger);
            capacity_ = capacity;
        } else if (kept > 0) {
            std::memmove(buffer_.get(), buffer_.get() + begin_, kept);
        }
        offset_ += begin_;
        next_ -= begin_;
        first_next_ -= std::min(first_next_, begin_);
        end_ = kept;
        begin_ = 0;
    }
    while (true) {
        const ssize_t got = ::read(fd_.get(), buffer_.get() + end_, capacity_ - end_);
        if (got > 0) {
            end_ += static_cast<std::size_t>(got);
            return true;
        }
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) error_ = errno_error("reading", name_);
        ended_ = true;
        return false;
    }
}

// `from` is relative to begin_, as is the result: fill() moves the record.
bool TextInput::find_newline(std::size_t from, std::size_t& newline) {
    while (true) {
        const char* const at = buffer_.get() + begin_ + from;
        const std::size_t left = end_ - begin_ - from;
        const void* const found = left > 0 ? std::memchr(at, '\n', left) : nullptr;
        if (found != nullptr) {
            newline = static_cast<std::size_t>(static_cast<const char*>(found) - (buffer_.get() + begin_));
            return true;
        }
        from = end_ - begin_;
        if (from > kRecordBytesMax || !fill()) return false;
    }
}

std::string_view TextInput::view(std::size_t end) const {
    if (end > 0 && buffer_[begin_ + end - 1] == '\r') --end;
    return {buffer_.get() + begin_, end};
}

bool TextInput::next_line(std::string_view& line) {
    begin_ = next_;
    overlong_ = false;
    if (begin_ == end_ && !fill()) return false;
    if (line_last_ == 0 && offset_ + begin_ == 0) {
        while (end_ - begin_ < 3 && fill()) {
        }
        if (end_ - begin_ >= 3 && std::memcmp(buffer_.get() + begin_, "\xEF\xBB\xBF", 3) == 0) begin_ += 3;
        next_ = begin_;
        if (end_ - begin_ >= 2 && (std::memcmp(buffer_.get() + begin_, "\xFF\xFE", 2) == 0 ||
                                   std::memcmp(buffer_.get() + begin_, "\xFE\xFF", 2) == 0)) {
            error_ = Error{ErrorCode::invalid_input, "\"" + name_ + "\" is UTF-16", "",
                           "convert it first: iconv -f UTF-16 -t UTF-8 " + name_};
            return false;
        }
        if (begin_ == end_ && !fill()) return false;
    }
    line_first_ = ++line_last_;
    std::size_t newline = 0;
    const bool found = find_newline(0, newline);
    if (error_) return false;
    if (!found && end_ - begin_ > kRecordBytesMax) return skip_overlong(line);
    const std::size_t length = found ? newline : end_ - begin_;
    next_ = begin_ + length + (found ? 1 : 0);
    first_next_ = next_;
    line = view(length);
    if (line.size() > kRecordBytesMax) {
        overlong_ = true;
        line = line.substr(0, kExcerptBytes);
    }
    return true;
}

// Keeps the start of the line, for the report, and drops the rest piece by piece.
bool TextInput::skip_overlong(std::string_view& line) {
    overlong_ = true;
    while (true) {
        const char* const rest = buffer_.get() + begin_ + kExcerptBytes;
        const std::size_t left = end_ - begin_ - kExcerptBytes;
        const void* const found = std::memchr(rest, '\n', left);
        if (found != nullptr) {
            next_ = static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.get()) + 1;
            break;
        }
        offset_ += left;
        end_ -= left;
        next_ = end_;
        if (!fill()) {
            next_ = end_;
            break;
        }
    }
    first_next_ = next_;
    line = {buffer_.get() + begin_, kExcerptBytes};
    return !error_;
}

bool TextInput::extend(std::string_view& record) {
    if (overlong_) return false;
    const std::size_t from = next_ - begin_;
    std::size_t newline = 0;
    const bool found = find_newline(from, newline);
    const std::size_t length = found ? newline : end_ - begin_;
    if (error_ || length > kRecordBytesMax || (!found && length == from)) {
        // The search may have moved the buffer, so the caller's view is renewed: its first line.
        std::size_t first = first_next_ - begin_;
        if (first > 0 && buffer_[begin_ + first - 1] == '\n') --first;
        record = view(first);
        return false;
    }
    next_ = begin_ + length + (found ? 1 : 0);
    ++line_last_;
    record = view(length);
    return true;
}

bool TextInput::would_wait() const {
    if (!stream_ || ended_) return false;
    if (end_ > next_ && std::memchr(buffer_.get() + next_, '\n', end_ - next_) != nullptr) return false;
    pollfd ready{.fd = fd_.get(), .events = POLLIN, .revents = 0};
    return ::poll(&ready, 1, 0) == 0;
}

void TextInput::rewind_to_first_line() {
    next_ = first_next_;
    line_last_ = line_first_;
}

}  // namespace sf
