// A walk over the members of a JSON object or the elements of an array, in text that was checked before.
#pragma once

#include "base/ascii.hpp"

#include <cstddef>
#include <string_view>

namespace sf::sql {
namespace json_inner {

inline const char* skip_spaces(const char* c, const char* end) {
    while (c != end && is_json_space(*c)) ++c;
    return c;
}

// Behind the closing quote of the string that begins at `c`.
inline const char* skip_string(const char* c, const char* end) {
    for (++c; c != end && *c != '"'; ++c) {
        if (*c == '\\') ++c;
    }
    return c + 1;
}

// Behind the value that begins at `c`.
inline const char* skip_value(const char* c, const char* end) {
    if (*c == '"') return skip_string(c, end);
    if (*c != '{' && *c != '[') {
        while (c != end && *c != ',' && *c != ']' && *c != '}' && !is_json_space(*c)) ++c;
        return c;
    }
    std::size_t depth = 0;
    while (true) {
        if (*c == '"') {
            c = skip_string(c, end);
            continue;
        }
        if (*c == '{' || *c == '[') ++depth;
        else if ((*c == '}' || *c == ']') && --depth == 0) return c + 1;
        ++c;
    }
}

}  // namespace json_inner

/// Walks the members of an object or the elements of an array.
class JsonItems {
public:
    explicit JsonItems(std::string_view container)
        : c_(container.data() + 1), end_(container.data() + container.size()) {
        object_ = container[0] == '{';
    }

    bool next() {
        c_ = json_inner::skip_spaces(c_, end_);
        if (c_ == end_ || *c_ == '}' || *c_ == ']') return false;
        if (*c_ == ',') c_ = json_inner::skip_spaces(c_ + 1, end_);
        if (object_) {
            const char* const begin = c_;
            c_ = json_inner::skip_string(c_, end_);
            key_ = {begin, static_cast<std::size_t>(c_ - begin)};
            c_ = json_inner::skip_spaces(json_inner::skip_spaces(c_, end_) + 1, end_);
        }
        const char* const begin = c_;
        c_ = json_inner::skip_value(c_, end_);
        value_ = {begin, static_cast<std::size_t>(c_ - begin)};
        return true;
    }
    [[nodiscard]] std::string_view key() const { return key_; }  // With its quotes.
    [[nodiscard]] std::string_view value() const { return value_; }

private:
    const char* c_;
    const char* end_;
    bool object_ = false;
    std::string_view key_;
    std::string_view value_;
};

}  // namespace sf::sql
