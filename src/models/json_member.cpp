#include "models/json_member.hpp"

#include "base/ascii.hpp"
#include "models/json_strict.hpp"

namespace sf::models {
namespace {

// Walks over tokens; a step that fails ends the walk.
class Cursor {
public:
    explicit Cursor(std::string_view text) : rest_(text) {}

    bool take(char wanted) {
        skip_spaces();
        if (rest_.empty() || rest_.front() != wanted) return false;
        rest_.remove_prefix(1);
        return true;
    }

    // The content between the quotes; the first of them is taken already.
    std::optional<std::string_view> string() {
        for (std::size_t at = 0; at < rest_.size(); ++at) {
            if (rest_[at] == '\\') {
                ++at;
            } else if (rest_[at] == '"') {
                const std::string_view content = rest_.substr(0, at);
                rest_.remove_prefix(at + 1);
                return content;
            }
        }
        return std::nullopt;
    }

    std::optional<std::string_view> value() {
        skip_spaces();
        const std::string_view begin = rest_;
        std::size_t depth = 0;
        while (!rest_.empty()) {
            const char c = rest_.front();
            const bool ends = c == ',' || c == '}' || c == ']' || is_json_space(c);
            if (depth == 0 && ends) break;
            rest_.remove_prefix(1);
            if (c == '"') {
                if (!string()) return std::nullopt;
                if (depth == 0) break;
            } else if (c == '{' || c == '[') {
                ++depth;
            } else if ((c == '}' || c == ']') && --depth == 0) {
                break;
            }
        }
        if (depth > 0 || begin.size() == rest_.size()) return std::nullopt;
        return begin.substr(0, begin.size() - rest_.size());
    }

private:
    void skip_spaces() {
        while (!rest_.empty() && is_json_space(rest_.front())) rest_.remove_prefix(1);
    }

    std::string_view rest_;
};

bool same(std::string_view raw, std::string_view name) {
    if (raw.find('\\') == std::string_view::npos) return raw == name;
    if (check_escapes(raw) != nullptr) return false;
    std::string resolved;
    unescape(resolved, raw);
    return resolved == name;
}

}  // namespace

std::optional<std::string_view> json_member(std::string_view object, std::string_view name) {
    Cursor cursor(object);
    if (!cursor.take('{')) return std::nullopt;
    while (cursor.take('"')) {
        const auto key = cursor.string();
        if (!key || !cursor.take(':')) return std::nullopt;
        const auto value = cursor.value();
        if (!value) return std::nullopt;
        if (same(*key, name)) return value;
        if (!cursor.take(',')) return std::nullopt;
    }
    return std::nullopt;
}

std::optional<std::string> json_value_text(std::string_view value) {
    if (value == "null") return std::nullopt;
    if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::string(value);
    const std::string_view raw = value.substr(1, value.size() - 2);
    std::string text;
    if (raw.find('\\') == std::string_view::npos || check_escapes(raw) != nullptr) text = raw;
    else unescape(text, raw);
    return text;
}

}  // namespace sf::models
