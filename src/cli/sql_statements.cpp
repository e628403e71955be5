#include "cli/sql_statements.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace sf::cli {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v'; }

// One past the quoted text that begins at `at`; a quote inside is written twice.
std::size_t skip_quoted(std::string_view text, std::size_t at) {
    const char quote = text[at++];
    while (at < text.size()) {
        if (text[at++] != quote) continue;
        if (at < text.size() && text[at] == quote) ++at;
        else break;
    }
    return at;
}

// One past the text between two equal $tags$ that begins at `at`; at itself if there is none.
std::size_t skip_dollar_quoted(std::string_view text, std::size_t at) {
    if (text[at] != '$') return at;
    std::size_t end = at + 1;
    const auto in_tag = [&](char c) {
        return is_letter(c) || c == '_' || (c & 0x80) != 0 || (is_digit(c) && end > at + 1);
    };
    while (end < text.size() && in_tag(text[end])) ++end;
    if (end == text.size() || text[end] != '$') return at;  // $1
    const std::string_view tag = text.substr(at, end + 1 - at);
    const std::size_t close = text.find(tag, end + 1);
    return close == std::string_view::npos ? text.size() : close + tag.size();
}

// One past the comment that begins at `at`; at itself if there is none. /* */ nests, as in PostgreSQL.
std::size_t skip_comment(std::string_view text, std::size_t at) {
    if (text.substr(at, 2) == "--") return std::min(text.find('\n', at), text.size());
    if (text.substr(at, 2) != "/*") return at;
    int depth = 0;
    while (at < text.size()) {
        if (text.substr(at, 2) == "/*") ++depth, at += 2;
        else if (text.substr(at, 2) == "*/") --depth, at += 2;
        else ++at;
        if (depth == 0) break;
    }
    return at;
}

}  // namespace

std::vector<SqlStatement> split_statements(std::string_view file) {
    std::vector<SqlStatement> statements;
    std::size_t begin = std::string_view::npos;  // Of the statement: its first character that is no blank or comment.
    std::size_t end = 0;                         // One past its last such character.
    const auto finish = [&] {
        if (begin == std::string_view::npos) return;
        const auto line = 1 + static_cast<std::size_t>(std::ranges::count(file.substr(0, begin), '\n'));
        statements.push_back({std::string(file.substr(begin, end - begin)), line});
        begin = std::string_view::npos;
    };
    for (std::size_t at = 0; at < file.size();) {
        if (const std::size_t after = skip_comment(file, at); after != at) {
            at = after;
            continue;
        }
        const char c = file[at];
        if (c == ';') {
            finish();
            ++at;
            continue;
        }
        if (is_blank(c)) {
            ++at;
            continue;
        }
        if (begin == std::string_view::npos) begin = at;
        const std::size_t dollar_quoted = skip_dollar_quoted(file, at);
        if (dollar_quoted != at) at = dollar_quoted;
        else at = c == '\'' || c == '"' ? skip_quoted(file, at) : at + 1;
        end = at;
    }
    finish();
    return statements;
}

}  // namespace sf::cli
