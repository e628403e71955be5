#include "base/table_record.hpp"

#include <algorithm>
#include <cstring>

namespace sf {

std::string_view TableRecord::operator[](std::size_t i) const {
    const Field& field = fields_[i];
    const std::string_view place = field.resolved ? std::string_view(resolved_) : text_;
    return place.substr(field.begin, field.end - field.begin);
}

TableRecord::Read TableRecord::read(TextInput& input) {
    do {
        if (!input.next_line(text_)) return Read::end;
    } while (text_.empty());
    fields_.clear();
    resolved_.clear();
    if (input.overlong()) {
        problem_ = "the line is longer than 1 MiB";
        return Read::broken;
    }
    if (!split(input)) {
        input.rewind_to_first_line();
        return Read::broken;
    }
    return Read::record;
}

bool TableRecord::split(TextInput& input) {
    std::size_t at = 0;
    while (true) {
        if (syntax_.quotes && at < text_.size() && text_[at] == '"') {
            if (!read_quoted(input, at)) return false;
        } else {
            const std::size_t left = text_.size() - at;
            const void* found = left > 0 ? std::memchr(text_.data() + at, syntax_.delimiter, left) : nullptr;
            const std::size_t end = found == nullptr
                                        ? text_.size()
                                        : static_cast<std::size_t>(static_cast<const char*>(found) - text_.data());
            fields_.push_back({at, end, false});
            at = end;
        }
        if (at == text_.size()) return true;
        ++at;  // The delimiter.
    }
}

// From the opening quote to behind the closing one. Joins lines while the quote is open; positions stay right because a
// record grows at its end only.
bool TableRecord::read_quoted(TextInput& input, std::size_t& at) {
    std::size_t begin = ++at;
    const std::size_t resolved_begin = resolved_.size();
    bool resolved = false;
    while (true) {
        const std::size_t left = text_.size() - at;
        const void* found = left > 0 ? std::memchr(text_.data() + at, '"', left) : nullptr;
        if (found == nullptr) {
            at = text_.size();
            if (input.extend(text_)) continue;
            problem_ = "a field's closing quote is missing";
            return false;
        }
        at = static_cast<std::size_t>(static_cast<const char*>(found) - text_.data());
        if (at + 1 < text_.size() && text_[at + 1] == '"') {
            resolved_.append(text_.substr(begin, at + 1 - begin));
            resolved = true;
            at += 2;
            begin = at;
            continue;
        }
        break;
    }
    if (resolved) {
        resolved_.append(text_.substr(begin, at - begin));
        fields_.push_back({resolved_begin, resolved_.size(), true});
    } else {
        fields_.push_back({begin, at, false});
    }
    ++at;
    if (at < text_.size() && text_[at] != syntax_.delimiter) {
        problem_ = "something stands between a field's closing quote and the next delimiter";
        return false;
    }
    return true;
}

}  // namespace sf
