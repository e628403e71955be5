// How text looks on a terminal: colours, widths, and what must not reach it raw.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sf::cli {

/// Wraps text in colour codes, or not: on a terminal only, and never with NO_COLOR or --no-color.
class Style {
public:
    explicit Style(bool colours) : colours_(colours) {}

    [[nodiscard]] std::string bold(std::string_view text) const { return wrap("1", text); }
    [[nodiscard]] std::string dim(std::string_view text) const { return wrap("2", text); }
    [[nodiscard]] std::string red(std::string_view text) const { return wrap("31", text); }
    [[nodiscard]] std::string green(std::string_view text) const { return wrap("32", text); }
    [[nodiscard]] std::string yellow(std::string_view text) const { return wrap("33", text); }
    [[nodiscard]] std::string cyan(std::string_view text) const { return wrap("36", text); }
    [[nodiscard]] bool colours() const { return colours_; }

private:
    [[nodiscard]] std::string wrap(std::string_view code, std::string_view text) const;
    bool colours_;
};

/// Columns that `text` takes on a terminal: East Asian wide characters and emoji two, combining marks none.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// `text` with control characters written out (\n, \x1b): event data must not be able to steer the terminal.
[[nodiscard]] std::string visible(std::string_view text);

/// Cut to `width` columns, the last one "…", if it is wider.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t width);

/// 1234567 as "1,234,567".
[[nodiscard]] std::string grouped(std::uint64_t number);

/// "1.5 MB", "12 kB": 1 kB is 1000 bytes.
[[nodiscard]] std::string format_bytes(std::uint64_t bytes);

/// "1 event", "2 events".
[[nodiscard]] std::string counted(std::uint64_t number, std::string_view noun);

}  // namespace sf::cli
