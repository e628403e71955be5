// NDJSON as recordings: a line is an event already. It goes out as it is, except that an id is added where there is
// none, times are shifted, and type and source are replaced if asked for.
#include "cli/recording/recording_kinds.hpp"

#include "base/json_text.hpp"
#include "models/json_index.hpp"
#include "models/json_strict.hpp"

#include <vector>

namespace sf::recording {
namespace {

static_assert(TextInput::kPadding >= models::JsonIndex::kPadding);

class EventLinesRecording final : public Recording {
public:
    EventLinesRecording(TextInput input, RecordingOptions options) : Recording(std::move(input), std::move(options)) {}

private:
    Next read(std::string& out) override;
    [[nodiscard]] bool read_members(std::string& out);
    void append_member(std::string& out, std::string_view key, std::string_view value);
    void append_override(std::string& out, std::string_view key, const std::optional<std::string>& value);
    Next unreadable(const models::JsonError& error) {
        problem_ = error.message + " (byte " + std::to_string(error.position) + ")";
        return Next::unreadable;
    }

    models::JsonIndex index_;
    models::StrictJson json_;
    std::vector<models::JsonComplaint> complaints_;
    std::string members_;  // Scratch: all members but the id.
    bool has_id_ = false;
};

Next EventLinesRecording::read(std::string& out) {
    do {
        if (!input_.next_line(text_)) return Next::end;
    } while (text_.find_first_not_of(" \t") == std::string_view::npos);
    if (input_.overlong()) {
        problem_ = "the line is longer than 1 MiB";
        return Next::unreadable;
    }
    models::JsonError error;
    if (!index_.build(text_, error)) return unreadable(error);
    json_.start(text_, index_);
    if (json_.peek() != '{') return unreadable({"an event is a JSON object", 0});
    members_.clear();
    has_id_ = false;
    complaints_.clear();
    if (!read_members(members_)) return unreadable(json_.error());
    if (!json_.at_end()) return unreadable({"something follows the event", json_.position()});
    append_override(members_, "type", options_.type);
    append_override(members_, "source", options_.source);
    if (has_id_) {
        // An id of the file's own comes with the members; `{` replaces the first comma.
        out += '{';
        out.append(members_, 1);
    } else {
        append_id(out);
        out += members_;
    }
    out += '}';
    return Next::event;
}

bool EventLinesRecording::read_members(std::string& out) {
    json_.take();
    if (json_.peek() == '}') {
        json_.take();
        return true;
    }
    while (true) {
        std::string_view key;
        std::string_view value;
        if (json_.peek() != '"') return json_.fail("expected a key in double quotes");
        if (!json_.raw_string(key) || !json_.expect(':', "expected a colon after a key")) return false;
        if (!json_.skip_value(value, 1, complaints_)) return false;
        append_member(out, key, value);
        if (json_.peek() != ',') break;
        json_.take();
    }
    return json_.expect('}', "expected a comma or } in an event");
}

// Values are not judged here: ingestion does, and answers for each event.
void EventLinesRecording::append_member(std::string& out, std::string_view key, std::string_view value) {
    if ((key == "type" && options_.type) || (key == "source" && options_.source)) return;
    if (key == "id" && value == "null") return;
    if (key == "id") has_id_ = true;
    if (key == "timestamp" && value.size() > 2 && value.front() == '"') {
        if (const auto time = parse_rfc3339(value.substr(1, value.size() - 2))) {
            if (options_.shift != Duration{}) {
                append_time(out, *time);
                return;
            }
            time_ = *time;
        }
    }
    out += ",\"";
    out += key;
    out += "\":";
    out += value;
}

void EventLinesRecording::append_override(std::string& out, std::string_view key,
                                          const std::optional<std::string>& value) {
    if (!value) return;
    out += ',';
    append_json_string(out, key);
    out += ':';
    append_json_string(out, *value);
}

}  // namespace

Result<std::unique_ptr<Recording>> open_event_lines(TextInput input, RecordingOptions options) {
    if (options.mapping) {
        return fail(ErrorCode::invalid_input, "NDJSON takes no mapping file", "each line is an event already",
                    "leave --mapping out, or say --format csv or tsv");
    }
    return std::make_unique<EventLinesRecording>(std::move(input), std::move(options));
}

}  // namespace sf::recording
