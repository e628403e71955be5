// A file or pipe as lines, read in large pieces: every line is a view into the buffer, never a copy. Knows line numbers
// and byte offsets; knows nothing of what the lines mean.
#pragma once

#include "base/file.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sf {

inline constexpr std::size_t kRecordBytesMax = 1u << 20;  // A longer line, or quoted field, is no record.

/// One thread. Lines end in LF or CRLF, which are not part of them; the last one may have no end. A byte order mark at
/// the start is skipped.
class TextInput {
public:
    static constexpr std::size_t kPadding = 64;  // Readable bytes behind every line, for parsers that read ahead.

    /// `not_found` or `internal` (from errno). "-" is standard input. `invalid_input` for a folder.
    [[nodiscard]] static Result<TextInput> open(const std::filesystem::path& path);

    /// Text in memory: for tests.
    [[nodiscard]] static TextInput from_text(std::string text);

    /// The next line, valid until the next call. False at the end, or when reading failed: see error().
    [[nodiscard]] bool next_line(std::string_view& line);

    /// Joins the next line to the one that next_line() gave, with the line break between them. False at the end of the
    /// file or beyond kRecordBytesMax: `record` is then the first line again, and rewind_to_first_line() goes on behind
    /// it.
    [[nodiscard]] bool extend(std::string_view& record);

    /// Undoes every extend(): the line after the first one comes next.
    void rewind_to_first_line();

    [[nodiscard]] std::uint64_t line_number() const { return line_first_; }  // Of the first line of the record, from 1.
    [[nodiscard]] std::uint64_t bytes_read() const { return offset_ + next_; }  // Up to the end of the record.
    [[nodiscard]] bool overlong() const { return overlong_; }  // The line was cut off: it exceeds kRecordBytesMax.
    [[nodiscard]] const std::optional<Error>& error() const { return error_; }

    /// Whether next_line() would wait for whoever writes into the pipe. Never for a file.
    [[nodiscard]] bool would_wait() const;

private:
    TextInput() = default;
    bool fill();  // More bytes behind end_; false at the end of the file.
    bool find_newline(std::size_t from, std::size_t& newline);
    [[nodiscard]] std::string_view view(std::size_t end) const;
    bool skip_overlong(std::string_view& line);

    std::string name_;
    Fd fd_;
    bool stream_ = false;  // A pipe or terminal: data may come later.
    bool ended_ = false;
    std::optional<Error> error_;

    std::unique_ptr<char[]> buffer_;
    std::size_t capacity_ = 0;    // Without the padding.
    std::size_t begin_ = 0;       // The record starts here,
    std::size_t next_ = 0;        // the line after it here,
    std::size_t first_next_ = 0;  // and the line after its first line here.
    std::size_t end_ = 0;         // Data ends here.
    std::uint64_t offset_ = 0;    // Bytes of the file before buffer_[0].
    std::uint64_t line_first_ = 0;
    std::uint64_t line_last_ = 0;
    bool overlong_ = false;
};

}  // namespace sf
