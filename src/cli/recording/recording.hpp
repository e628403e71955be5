// A recording is a file whose records become events: each as one line of the NDJSON that ingestion takes, with an id
// that is always the same for the same record, so that sending a file again adds nothing. What can't become an event is
// reported with its line, never skipped in silence.
#pragma once

#include "cli/recording/mapping.hpp"
#include "base/text_input.hpp"

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sf::recording {

enum class Format : std::uint8_t { ndjson, csv, tsv, clf };

[[nodiscard]] std::string_view to_string(Format format);

/// "ndjson", "jsonl", "csv", "tsv", "clf" or "combined".
[[nodiscard]] std::optional<Format> parse_format(std::string_view text);

/// By the file's extension: .ndjson .jsonl .json, .csv, .tsv .tab, .log. Nothing for others.
[[nodiscard]] std::optional<Format> guess_format(const std::filesystem::path& file);

struct RecordingOptions {
    Format format = Format::ndjson;
    std::optional<Mapping> mapping;  // For csv and tsv; else mapping_of_columns() of the header.
    std::string name;  // Part of every id: the file's name without folders, so that a moved file keeps its ids.
    std::string run;   // Part of every id; another one makes the same file new events.
    std::optional<std::string> type;    // Instead of what the file or the mapping says.
    std::optional<std::string> source;  // Also instead. Where nothing says it: the name without its extension.
    Duration shift{};                   // Added to every time.
};

enum class Next : std::uint8_t {
    event,       // One line was appended.
    unreadable,  // This record is no event: problem() says why.
    end,
};

/// Reads one file once. One thread.
class Recording {
public:
    virtual ~Recording() = default;

    /// Appends the next event, as a line with its end, to `out`. At the end see error().
    [[nodiscard]] Next next(std::string& out);

    // About the record that next() just gave:
    [[nodiscard]] std::uint64_t line() const { return input_.line_number(); }  // Where it starts, from 1.
    [[nodiscard]] std::optional<Timestamp> time() const {
        return time_;
    }  // With the shift; nothing: the server's time.
    [[nodiscard]] const std::string& problem() const { return problem_; }
    [[nodiscard]] std::string_view text() const { return text_; }  // As it stands in the file.

    /// Whether next() would wait for whoever writes into a pipe.
    [[nodiscard]] bool would_wait() const { return input_.would_wait(); }

    [[nodiscard]] std::uint64_t bytes_read() const { return input_.bytes_read(); }
    [[nodiscard]] std::uint64_t fields_mended() const { return mended_; }  // Not UTF-8, read as Latin-1.
    [[nodiscard]] const std::optional<Error>& error() const {
        return input_.error();
    }  // Reading the file failed half-way.

protected:
    Recording(TextInput input, RecordingOptions options);

    /// Reads a record and appends its event without the line's end; sets text_ and time_, or problem_.
    [[nodiscard]] virtual Next read(std::string& out) = 0;

    void append_id(std::string& out);                    // `{"id":"..."`, from text_ and the line's number.
    void append_time(std::string& out, Timestamp time);  // `,"timestamp":"..."`, and sets time_.
    [[nodiscard]] std::string_view default_source() const { return default_source_; }

    TextInput input_;
    RecordingOptions options_;
    std::string_view text_;
    std::optional<Timestamp> time_;
    std::string problem_;
    std::uint64_t mended_ = 0;

private:
    std::string default_source_;
    std::string id_name_;  // Scratch; starts with what all ids of this file share.
    std::size_t id_name_shared_ = 0;
};

/// "-" is standard input. `invalid_input` where the file does not fit its mapping (a column is missing), and what
/// TextInput::open() returns.
[[nodiscard]] Result<std::unique_ptr<Recording>> open_recording(const std::filesystem::path& file,
                                                                RecordingOptions options);
[[nodiscard]] Result<std::unique_ptr<Recording>> open_recording(TextInput input, RecordingOptions options);

}  // namespace sf::recording
