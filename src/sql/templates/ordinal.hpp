// The ending of an ordinal number: 1st, 22nd, 13th.
#pragma once

#include <optional>
#include <string_view>

namespace sf::sql {

/// In small letters. Nothing of what does not end in a digit.
[[nodiscard]] constexpr std::optional<std::string_view> ordinal_ending(std::string_view number) {
    if (number.empty() || number.back() < '0' || number.back() > '9') return std::nullopt;
    if (number.size() > 1 && number[number.size() - 2] == '1') return "th";
    switch (number.back()) {
        case '1': return "st";
        case '2': return "nd";
        case '3': return "rd";
        default: return "th";
    }
}

}  // namespace sf::sql
