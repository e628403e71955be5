#include "cli/recording/recording.hpp"

#include "base/ascii.hpp"
#include "cli/recording/recording_kinds.hpp"

#include "base/assert.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace sf::recording {

std::string_view to_string(Format format) {
    switch (format) {
        case Format::ndjson: return "ndjson";
        case Format::csv: return "csv";
        case Format::tsv: return "tsv";
        case Format::clf: return "clf";
    }
    return "ndjson";
}

std::optional<Format> parse_format(std::string_view text) {
    if (text == "ndjson" || text == "jsonl") return Format::ndjson;
    if (text == "csv") return Format::csv;
    if (text == "tsv") return Format::tsv;
    if (text == "clf" || text == "combined") return Format::clf;
    return std::nullopt;
}

std::optional<Format> guess_format(const std::filesystem::path& file) {
    const std::string extension = ascii_lower(file.extension().string());
    if (extension == ".ndjson" || extension == ".jsonl" || extension == ".json") return Format::ndjson;
    if (extension == ".csv") return Format::csv;
    if (extension == ".tsv" || extension == ".tab") return Format::tsv;
    if (extension == ".log") return Format::clf;
    return std::nullopt;
}

Recording::Recording(TextInput input, RecordingOptions options)
    : input_(std::move(input)), options_(std::move(options)) {
    default_source_ = std::filesystem::path(options_.name).stem().string();
    if (default_source_.empty() || default_source_ == "-") default_source_ = "import";
    // Version 1 of the ids' names, as docs/import.md promises it.
    id_name_ = fmt::format("recording/1\n{}\n{}\n", options_.name, options_.run);
    id_name_shared_ = id_name_.size();
}

Next Recording::next(std::string& out) {
    const std::size_t before = out.size();
    time_.reset();
    const Next result = read(out);
    if (result == Next::event) out += '\n';
    else out.resize(before);
    return result;
}

void Recording::append_id(std::string& out) {
    id_name_.resize(id_name_shared_);
    fmt::format_to(std::back_inserter(id_name_), "{}\n", line());
    id_name_ += text_;
    out += R"({"id":")";
    out += sf::to_string(uuid_from_name(id_name_));
    out += '"';
}

void Recording::append_time(std::string& out, Timestamp time) {
    time += options_.shift;
    time_ = time;
    out += R"(,"timestamp":")";
    out += format_rfc3339(time);
    out += '"';
}

Result<std::unique_ptr<Recording>> open_recording(const std::filesystem::path& file, RecordingOptions options) {
    SF_ASSIGN(TextInput input, TextInput::open(file));
    auto opened = open_recording(std::move(input), std::move(options));
    if (!opened) return fail(std::move(opened.error()).during(file == "-" ? "standard input" : file.string()));
    return opened;
}

Result<std::unique_ptr<Recording>> open_recording(TextInput input, RecordingOptions options) {
    switch (options.format) {
        case Format::ndjson: return open_event_lines(std::move(input), std::move(options));
        case Format::csv:
        case Format::tsv: return open_table(std::move(input), std::move(options));
        case Format::clf: return open_access_log(std::move(input), std::move(options));
    }
    SF_ASSERT(false);
}

}  // namespace sf::recording
