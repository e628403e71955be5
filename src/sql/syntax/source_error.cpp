#include "sql/syntax/source_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

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
    const SourcePlace place = place_at(sql, at);
    const std::string indent(lead.size() + characters(sql.substr(begin, at - begin)), ' ');
    return {ErrorCode::invalid_input, std::move(message),
            fmt::format("line {}, column {}\n{}{}{}\n{}^", place.line, place.column, lead, shown, tail, indent),
            std::move(hint)};
}

std::optional<SourcePlace> place_of(const Error& error) {
    constexpr std::string_view kLine = "line ", kColumn = ", column ";
    const std::string_view text = error.detail;
    if (!text.starts_with(kLine)) return std::nullopt;
    SourcePlace place;
    const char* const end = text.data() + text.size();
    const auto line = std::from_chars(text.data() + kLine.size(), end, place.line);
    const std::string_view rest = text.substr(static_cast<std::size_t>(line.ptr - text.data()));
    if (line.ec != std::errc{} || !rest.starts_with(kColumn)) return std::nullopt;
    if (std::from_chars(line.ptr + kColumn.size(), end, place.column).ec != std::errc{}) return std::nullopt;
    return place;
}

std::size_t byte_at(std::string_view sql, const SourcePlace& place) {
    std::size_t at = 0;
    for (std::size_t line = 1; line < place.line && at < sql.size(); ++at) line += sql[at] == '\n' ? 1 : 0;
    for (std::size_t column = 1; column < place.column && at < sql.size(); ++column) {
        ++at;
        while (at < sql.size() && is_inside(sql[at])) ++at;
    }
    return at;
}

SourcePlace place_at(std::string_view sql, std::size_t byte) {
    const std::string_view before = sql.substr(0, byte);
    return {static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1,
            characters(before.substr(before.rfind('\n') + 1)) + 1};  // npos + 1 is 0.
}

}  // namespace sf::sql
