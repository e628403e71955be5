#include "sql/functions/like.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace sf::sql {
namespace {

bool is_inside(char c) { return (c & 0xC0) == 0x80; }

bool ends_with_escape(std::string_view pattern) {
    std::size_t backslashes = 0;
    while (backslashes < pattern.size() && pattern[pattern.size() - 1 - backslashes] == '\\') ++backslashes;
    return backslashes % 2 == 1;
}

// Walks both; after a mismatch goes back to the last %, which then takes one character more. Quadratic at worst.
// Nothing where it comes to a backslash with nothing behind it.
template <bool kIgnoreCase>
std::optional<bool> walk(std::string_view text, std::string_view pattern) {
    const auto fold = [](char c) { return kIgnoreCase ? ascii_lower(c) : c; };
    const auto is_lone = [&](std::size_t at) { return pattern[at] == '\\' && at + 1 == pattern.size(); };
    const auto take_character = [&](std::size_t& at) {
        ++at;
        while (at < text.size() && is_inside(text[at])) ++at;
    };
    std::size_t t = 0;
    std::size_t p = 0;
    std::size_t after_percent = std::string_view::npos;
    std::size_t retry = 0;
    while (t < text.size()) {
        if (p < pattern.size()) {
            const char c = pattern[p];
            if (c == '%') {
                // What follows it of % and _ is looked at at once, as PostgreSQL does: whether a lone backslash behind
                // them is reached depends on it.
                for (++p; p < pattern.size() && (pattern[p] == '%' || pattern[p] == '_'); ++p) {
                    if (pattern[p] == '%') continue;
                    if (t == text.size()) return false;
                    take_character(t);
                }
                if (p == pattern.size()) return true;
                if (is_lone(p)) return std::nullopt;
                after_percent = p;
                retry = t;
                continue;
            }
            if (c == '_') {
                ++p;
                take_character(t);
                continue;
            }
            if (is_lone(p)) return std::nullopt;
            const std::size_t literal = c == '\\' ? p + 1 : p;
            if (fold(pattern[literal]) == fold(text[t])) {
                p = literal + 1;
                ++t;
                continue;
            }
        }
        if (after_percent == std::string_view::npos) return false;
        take_character(retry);
        t = retry;
        p = after_percent;
    }
    while (p < pattern.size() && pattern[p] == '%') ++p;
    return p == pattern.size();
}

}  // namespace

std::optional<LikePattern> LikePattern::compile(std::string_view pattern, bool ignore_case) {
    if (pattern.size() > kLikePatternMax || ends_with_escape(pattern)) return std::nullopt;
    LikePattern compiled;
    compiled.ignore_case_ = ignore_case;
    compiled.pattern_ = pattern;
    if (ignore_case) return compiled;
    std::string_view middle = pattern;
    const bool from = middle.starts_with('%');
    if (from) middle.remove_prefix(1);
    bool to = false;
    for (std::size_t i = 0; i < middle.size(); ++i) {
        if (middle[i] == '%' && i + 1 == middle.size()) {
            to = true;
            break;
        }
        if (middle[i] == '%' || middle[i] == '_') return compiled;
        if (middle[i] == '\\') ++i;
        compiled.fixed_ += middle[i];
    }
    compiled.shape_ = from ? (to ? Shape::part : Shape::suffix) : (to ? Shape::prefix : Shape::exact);
    if (pattern == "%") compiled.shape_ = Shape::part;
    return compiled;
}

bool LikePattern::matches(std::string_view text) const {
    switch (shape_) {
        case Shape::exact: return text == fixed_;
        case Shape::prefix: return text.starts_with(fixed_);
        case Shape::suffix: return text.ends_with(fixed_);
        case Shape::part: return text.find(fixed_) != std::string_view::npos;
        case Shape::other: break;
    }
    return *(ignore_case_ ? walk<true>(text, pattern_) : walk<false>(text, pattern_));
}

std::optional<bool> like(std::string_view text, std::string_view pattern, bool ignore_case) {
    if (pattern.size() > kLikePatternMax) return std::nullopt;
    return ignore_case ? walk<true>(text, pattern) : walk<false>(text, pattern);
}

std::string with_backslashes(std::string_view pattern, std::string_view escape) {
    if (escape == "\\") return std::string(pattern);
    std::string result;
    bool escaped = false;  // The character before was the escape: this one is literal.
    while (!pattern.empty()) {
        if (!escape.empty() && !escaped && pattern.starts_with(escape)) {
            result += '\\';
            escaped = true;
            pattern.remove_prefix(escape.size());
            continue;
        }
        if (pattern[0] == '\\' && !escaped) result += '\\';
        result += pattern[0];
        pattern.remove_prefix(1);
        escaped = false;
    }
    return result;
}

}  // namespace sf::sql
