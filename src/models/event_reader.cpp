#include "models/event_reader.hpp"

#include "base/assert.hpp"
#include "models/event_rules.hpp"

#include <cstring>

namespace sf::models {
namespace {

enum Member : std::uint32_t { id = 0, type, source, timestamp, severity, user_id, correlation_id, tags, data, none };

constexpr std::uint32_t bit(Member member) { return 1u << member; }

// The first eight bytes of a name as one number.
constexpr std::uint64_t word_of(std::string_view name) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < name.size() && i < 8; ++i)
        word |= std::uint64_t{static_cast<unsigned char>(name[i])} << (8 * i);
    return word;
}

// Eight bytes are readable at any key: the body is padded.
Member member_of(std::string_view key) {
    std::uint64_t word;
    std::memcpy(&word, key.data(), 8);
    if (key.size() < 8) word &= (std::uint64_t{1} << (8 * key.size())) - 1;
    switch (key.size()) {
        case 2: return word == word_of("id") ? Member::id : Member::none;
        case 4:
            if (word == word_of("type")) return Member::type;
            if (word == word_of("data")) return Member::data;
            return word == word_of("tags") ? Member::tags : Member::none;
        case 6: return word == word_of("source") ? Member::source : Member::none;
        case 7: return word == word_of("user_id") ? Member::user_id : Member::none;
        case 8: return word == word_of("severity") ? Member::severity : Member::none;
        case 9: return word == word_of("timestamp") && key[8] == 'p' ? Member::timestamp : Member::none;
        case 14:
            return word == word_of("correlation_id") && key.substr(8) == "ion_id" ? Member::correlation_id
                                                                                  : Member::none;
        default: return Member::none;
    }
}

std::string resolved(std::string_view raw) {
    std::string text;
    if (check_escapes(raw) == nullptr) unescape(text, raw);
    else text = raw;
    return text;
}

// `text` with eight readable bytes behind its content.
std::string_view padded(std::string& text) {
    text.reserve(text.size() + 8);
    return text;
}

std::string at_byte(const JsonError& error) { return error.message + " (byte " + std::to_string(error.position) + ")"; }

}  // namespace

void EventReading::clear() {
    rows.clear();
    indexes.clear();
    refused.clear();
    count = 0;
}

std::optional<BodyProblem> EventReader::read(std::string_view body, Form form, Timestamp now, UuidGenerator& ids,
                                             EventReading& reading) {
    reading.clear();
    scratch_.clear();
    problem_pointer_.clear();
    too_many_ = false;
    body_ = body;
    now_ = now;
    ids_ = &ids;
    if (form == Form::lines) {
        read_lines(body, reading);
        if (too_many_)
            return BodyProblem{.too_many = true, .pointer = "", .detail = "more than 10000 events in one request"};
        return std::nullopt;
    }
    JsonError error;
    if (!index_.build(body, error)) return BodyProblem{.too_many = false, .pointer = "", .detail = at_byte(error)};
    json_.start(body, index_);
    const bool fine = form == Form::single ? read_event("", reading) : read_batch(reading);
    if (too_many_)
        return BodyProblem{.too_many = true, .pointer = "", .detail = "more than 10000 events in one request"};
    if (fine && json_.at_end()) return std::nullopt;
    const std::string detail = fine ? "something follows the JSON text (byte " + std::to_string(json_.position()) + ")"
                                    : at_byte(json_.error());
    return BodyProblem{.too_many = false, .pointer = problem_pointer_, .detail = detail};
}

bool EventReader::read_batch(EventReading& reading) {
    if (json_.peek() == '[') return read_array("", reading);
    if (json_.peek() != '{') return json_.fail("expected an array of events, or an object with \"events\"");
    json_.take();
    std::string_view key;
    if (json_.peek() != '"') return json_.fail("expected the member \"events\"");
    if (!json_.raw_string(key)) return false;
    if (key != "events") {
        problem_pointer_ = pointer_token(resolved(key));
        return json_.fail("expected \"events\": a batch is an array of events, or {\"events\": [...]}");
    }
    if (!json_.expect(':', "expected a colon after a key")) return false;
    if (json_.peek() != '[') {
        problem_pointer_ = "/events";
        return json_.fail("expected an array of events");
    }
    if (!read_array("/events", reading)) return false;
    return json_.expect('}', "expected } after the events: there is no other member");
}

bool EventReader::read_array(std::string_view pointer, EventReading& reading) {
    json_.take();
    if (json_.peek() == ']') {
        json_.take();
        return true;
    }
    while (true) {
        if (!read_event(pointer, reading)) {
            if (!too_many_) problem_pointer_ = std::string(pointer) + '/' + std::to_string(reading.count);
            return false;
        }
        if (json_.peek() == ',') {
            json_.take();
            continue;
        }
        return json_.expect(']', "expected a comma or ] after an event");
    }
}

void EventReader::read_lines(std::string_view body, EventReading& reading) {
    std::size_t at = 0;
    while (at < body.size() && !too_many_) {
        const void* newline = std::memchr(body.data() + at, '\n', body.size() - at);
        const std::size_t end = newline == nullptr
                                    ? body.size()
                                    : static_cast<std::size_t>(static_cast<const char*>(newline) - body.data());
        const std::string_view line = body.substr(at, end - at);
        at = end + 1;
        if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
        JsonError error;
        bool fine = index_.build(line, error);
        if (fine) {
            json_.start(line, index_);
            const std::size_t rows = reading.rows.size();
            const std::size_t refused = reading.refused.size();
            const std::uint32_t count = reading.count;
            fine = read_event("", reading);
            if (fine && !json_.at_end()) {
                error = {"something follows the event", json_.position()};
                fine = false;
            } else if (!fine) {
                error = json_.error();
            }
            if (!fine) {
                reading.rows.resize(rows);
                reading.indexes.resize(rows);
                reading.refused.resize(refused);
                reading.count = count;
            }
        }
        if (!fine && !too_many_) {
            if (reading.count >= kEventsPerRequestMax) {
                too_many_ = true;
                return;
            }
            RefusedEvent& refused = reading.refused.emplace_back();
            refused.index = reading.count++;
            refused.json = line;
            refused.complaints.push_back({'/' + std::to_string(refused.index), at_byte(error)});
        }
    }
}

void EventReader::complain(std::string pointer, std::string detail) {
    complaints_.push_back({std::move(pointer), std::move(detail)});
}

bool EventReader::read_event(std::string_view prefix, EventReading& reading) {
    if (reading.count >= kEventsPerRequestMax) {
        too_many_ = true;
        return false;
    }
    complaints_.clear();
    far_off_ = false;
    seen_ = 0;
    const std::size_t begin = json_.at_end() ? body_.size() : json_.position();
    EventRow row;
    row.received_at = to_micros(now_);
    row.timestamp = row.received_at;
    row.data = "{}";
    std::string_view text;
    if (json_.peek() != '{') {
        if (!json_.skip_value(text, 0, complaints_)) return false;
        complaints_.clear();
        complain("", "an event is a JSON object");
    } else {
        json_.take();
        if (json_.peek() == '}') {
            json_.take();
        } else {
            while (true) {
                std::string_view key;
                if (json_.peek() != '"') return json_.fail("expected a key in double quotes");
                if (!json_.raw_string(key) || !json_.expect(':', "expected a colon after a key")) return false;
                if (!read_member(key, row)) return false;
                if (json_.peek() != ',') break;
                json_.take();
            }
            if (!json_.expect('}', "expected a comma or } in an event")) return false;
        }
        text = json_.text_from(begin);
        check_required();
        if (text.size() > kEventBytesMax) complain("", "the event is larger than 256 KiB");
    }
    const std::uint32_t index = reading.count++;
    if (complaints_.empty() && !far_off_) {
        if ((seen_ & bit(Member::id)) == 0) row.id = ids_->next(now_);
        reading.rows.push_back(row);
        reading.indexes.push_back(index);
        return true;
    }
    RefusedEvent& refused = reading.refused.emplace_back();
    refused.index = index;
    refused.refusal = complaints_.empty() ? Refusal::quarantined : Refusal::rejected;
    refused.json = text;
    if (row.id_from_client) refused.id = row.id;
    // A lone event is the body itself; in an array, or a line, it has a number.
    std::string base(prefix);
    if (json_.text().size() != body_.size() || body_[body_.find_first_not_of(" \t\r\n")] == '[' || !prefix.empty()) {
        base += '/' + std::to_string(index);
    }
    for (JsonComplaint& complaint : complaints_) {
        refused.complaints.push_back({base + complaint.pointer, std::move(complaint.detail)});
    }
    if (complaints_.empty()) {
        refused.complaints.push_back(
            {base + "/timestamp", "the time is before 1970 or more than 5 minutes in the future"});
    }
    return true;
}

bool EventReader::read_member(std::string_view raw_key, EventRow& row) {
    const bool escaped = json_.has_escapes(raw_key);
    const std::string_view key = escaped ? padded(scratch_.emplace_back(resolved(raw_key))) : raw_key;
    const Member member = member_of(key);
    if (member == Member::none) {
        std::string_view skipped;
        std::vector<JsonComplaint> ignored;
        if (!json_.skip_value(skipped, 1, ignored)) return false;
        if (complaints_.size() < 10) complain(pointer_token(key), unknown_member_detail(key));
        return true;
    }
    if ((seen_ & bit(member)) != 0) complain(pointer_token(key), "this key stands twice in its object");
    seen_ |= bit(member);

    std::string_view text;
    bool present = false;
    switch (member) {
        case Member::id: {
            if (!read_text("id", 36, text, present)) return false;
            if (!present) {
                seen_ &= ~bit(Member::id);
                return true;
            }
            const auto parsed = parse_uuid(text);
            if (!parsed) complain("/id", "not a UUID, such as 018f4e9c-1c2b-7a3d-8e4f-5a6b7c8d9e0f");
            else row.id = *parsed;
            row.id_from_client = parsed.has_value();
            return true;
        }
        case Member::type:
            if (json_.peek() == 'n') seen_ &= ~bit(Member::type);
            if (!read_text("type", kTypeSizeMax, text, present)) return false;
            if (present && !is_event_type(text)) complain("/type", "a type is dotted lower case, such as web.click");
            row.type = text;
            return true;
        case Member::source:
            if (json_.peek() == 'n') seen_ &= ~bit(Member::source);
            if (!read_text("source", kNameSizeMax, text, present)) return false;
            if (present && text.empty()) complain("/source", "must not be empty");
            row.source = text;
            return true;
        case Member::timestamp: {
            if (!read_text("timestamp", 64, text, present)) return false;
            if (!present) return true;
            const auto time = parse_rfc3339(text);
            if (!time) complain("/timestamp", "not an RFC 3339 time, such as 2026-01-31T12:00:00.5Z");
            else if (*time > now_ + kFutureMax || *time < Timestamp{}) far_off_ = true;
            if (time) row.timestamp = to_micros(*time);
            return true;
        }
        case Member::severity: {
            if (!read_text("severity", 16, text, present)) return false;
            if (!present) return true;
            const auto severity = parse_severity(text);
            if (!severity) complain("/severity", "not one of low, medium, high, critical");
            else row.severity = *severity;
            return true;
        }
        case Member::user_id:
            if (!read_text("user_id", kNameSizeMax, text, present)) return false;
            if (present && text.empty()) complain("/user_id", "must not be empty; leave it out where there is no user");
            row.user_id = text;
            row.has_user_id = present;
            return true;
        case Member::correlation_id:
            if (!read_text("correlation_id", kNameSizeMax, text, present)) return false;
            row.correlation_id = text;
            row.has_correlation_id = present;
            return true;
        case Member::tags: return read_tags(row);
        case Member::data: {
            const char first = json_.peek();
            const std::size_t before = complaints_.size();
            if (!json_.skip_value(text, 1, complaints_)) return false;
            for (std::size_t i = before; i < complaints_.size(); ++i) complaints_[i].pointer.insert(0, "/data");
            if (first == '{') row.data = text;
            else if (text != "null") complain("/data", "must be a JSON object");
            return true;
        }
        case Member::none: break;
    }
    SF_ASSERT(false);  // Every member has its case.
}

// A string member; null stands for an absent one. Anything else is complained about and skipped.
bool EventReader::read_text(std::string_view name, std::size_t size_max, std::string_view& text, bool& present) {
    if (json_.peek() != '"') {
        std::string_view skipped;
        if (!json_.skip_value(skipped, 1, complaints_)) return false;
        if (skipped != "null") complain('/' + std::string(name), "must be a string");
        return true;
    }
    if (!json_.raw_string(text)) return false;
    present = true;
    if (json_.has_escapes(text)) {
        if (const char* wrong = check_escapes(text)) {
            complain('/' + std::string(name), wrong);
            return true;
        }
        unescape(scratch_.emplace_back(), text);
        text = scratch_.back();
    }
    if (text.size() > size_max) complain('/' + std::string(name), "longer than " + std::to_string(size_max) + " bytes");
    return true;
}

bool EventReader::read_tags(EventRow& row) {
    if (json_.peek() != '[') {
        std::string_view skipped;
        if (!json_.skip_value(skipped, 1, complaints_)) return false;
        if (skipped != "null") complain("/tags", "must be an array of strings");
        return true;
    }
    json_.take();
    if (json_.peek() == ']') {
        json_.take();
        return true;
    }
    std::string& encoded = scratch_.emplace_back();
    for (std::size_t i = 0;; ++i) {
        std::string_view tag;
        bool present = false;
        const std::string name = "tags/" + std::to_string(i);
        if (json_.peek() == 'n') complain('/' + name, "must be a string");
        if (!read_text(name, kNameSizeMax, tag, present)) return false;
        if (i == kTagsMax) complain("/tags", "more than 64 tags");
        if (i < kTagsMax && tag.size() <= kNameSizeMax) {
            encoded.push_back(static_cast<char>(tag.size() & 0xFF));
            encoded.push_back(static_cast<char>(tag.size() >> 8));
            encoded.append(tag);
        }
        if (json_.peek() != ',') break;
        json_.take();
    }
    row.tags_encoded = encoded;
    return json_.expect(']', "expected a comma or ] in an array");
}

void EventReader::check_required() {
    if ((seen_ & bit(Member::type)) == 0) complain("/type", "is required");
    if ((seen_ & bit(Member::source)) == 0) complain("/source", "is required");
}

}  // namespace sf::models
