#include "sql/syntax/source_error.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sf::sql {
namespace {

constexpr std::size_t kLineShown = 120;  // Bytes of a long line around the place.

bool is_inside(char c) { return (c & 0xC0) == 0x80; }

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !is_inside(c); }));
}

// The start of the character at or before `at`.
std::size_t aligned(std::string_view text, std::size_t at) {
    while (at > 0 && at < text.size() && is_inside(text[at])) --at;
    return at;
}

}  // namespace

Error source_error(std::string_view sql, int location, std::string message, std::string hint) {
    if (location < 0 || static_cast<std::size_t>(location) > sql.size())
        return {ErrorCode::invalid_input, std::move(message), {}, std::move(hint)};
    const std::size_t at = aligned(sql, static_cast<std::size_t>(location));
    const std::string_view before = sql.substr(0, at);
    const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0.
    const std::size_t line_end = std::min(sql.find('\n', at), sql.size());
    const std::size_t begin = at - line_begin > kLineShown / 2 ? aligned(sql, at - kLineShown / 2) : line_begin;
    const std::size_t end = line_end - begin > kLineShown ? aligned(sql, begin + kLineShown) : line_end;
    std::string shown(sql.substr(begin, end - begin));
    std::ranges::replace_if(shown, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    const std::string_view lead = begin > line_begin ? "..." : "";
    const std::string_view tail = end < line_end ? "..." : "";
    const std::string indent(lead.size() + characters(sql.substr(begin, at - begin)), ' ');
    return {ErrorCode::invalid_input, std::move(message),
            fmt::format("line {}, column {}\n{}{}{}\n{}^", std::ranges::count(before, '\n') + 1,
                        characters(sql.substr(line_begin, at - line_begin)) + 1, lead, shown, tail, indent),
            std::move(hint)};
}

}  // namespace sf::sql
