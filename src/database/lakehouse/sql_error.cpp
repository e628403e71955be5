#include "database/lakehouse/sql_error.hpp"

#include "base/utf8.hpp"
#include "models/json_strict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace sf::database {
namespace {

constexpr std::size_t kLineShown = 120;  // Bytes of a long line around the place.

std::size_t code_points(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

// The start of the code point at or before `at`.
std::size_t align(std::string_view text, std::size_t at) {
    while (at > 0 && at < text.size() && (text[at] & 0xC0) == 0x80) --at;
    return at;
}

}  // namespace

Error sql_error(std::string_view sql, std::optional<std::size_t> position, std::string message, std::string hint) {
    if (!position || *position > sql.size()) return {ErrorCode::invalid_input, std::move(message), {}, std::move(hint)};
    const std::size_t at = align(sql, *position);
    const std::string_view before = sql.substr(0, at);
    const std::size_t line_begin = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
    const std::size_t line_end = std::min(sql.find('\n', at), sql.size());
    const auto line = std::ranges::count(before, '\n') + 1;
    const std::size_t column = code_points(sql.substr(line_begin, at - line_begin)) + 1;
    const std::size_t begin = at - line_begin > kLineShown / 2 ? align(sql, at - kLineShown / 2) : line_begin;
    const std::size_t end = line_end - begin > kLineShown ? align(sql, begin + kLineShown) : line_end;
    std::string shown(sql.substr(begin, end - begin));
    std::ranges::replace_if(shown, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    const std::string lead = begin > line_begin ? "..." : "";
    const std::string tail = end < line_end ? "..." : "";
    const std::string caret(lead.size() + code_points(sql.substr(begin, at - begin)), ' ');
    return {ErrorCode::invalid_input, std::move(message),
            fmt::format("line {}, column {}\n{}{}{}\n{}^", line, column, lead, shown, tail, caret), std::move(hint)};
}

DuckError parse_duck_error(std::string_view text) {
    DuckError error;
    const std::size_t brace = text.find("{\"exception_type\"");
    if (brace == std::string_view::npos) {
        error.message = std::string(text.substr(0, text.find("\n\nLINE ")));
        return error;
    }
    std::string padded(text.substr(brace));
    const std::size_t size = padded.size();
    padded.append(models::JsonIndex::kPadding, '\0');
    const std::string_view json = std::string_view(padded).substr(0, size);
    models::JsonIndex index;
    models::JsonError problem;
    models::StrictJson cursor;
    error.message = std::string(json);
    if (!index.build(json, problem)) return error;
    cursor.start(json, index);
    std::string_view key, value;
    // A flat object of strings.
    cursor.take();
    while (cursor.peek() == '"' && cursor.raw_string(key) && cursor.expect(':', "") && cursor.raw_string(value)) {
        std::string unescaped;
        models::unescape(unescaped, value);
        if (key == "exception_type") error.type = unescaped;
        if (key == "exception_message") error.message = unescaped;
        if (std::size_t position = 0;
            key == "position" &&
            std::from_chars(unescaped.data(), unescaped.data() + unescaped.size(), position).ec == std::errc()) {
            error.position = position;
        }
        if (cursor.peek() == ',') cursor.take();
    }
    return error;
}

}  // namespace sf::database
