// Templates for numbers, as to_char() takes them: "FM999,990.00", "S9999", "99.9PR".
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sf::sql {

struct NumberItem {
    enum class Kind : std::uint8_t {
        digit,       // 9
        zero,        // 0: also zeros in front
        point,       // . and D
        comma,       // , and G
        minus_sign,  // MI: - or a space
        plus_sign,   // PL
        any_sign,    // SG
        ordinal,     // TH and th
        text,
    };
    Kind kind = Kind::text;
    std::string text;
};

struct NumberTemplate {
    enum class Sign : std::uint8_t {
        before_digits,  // - or a space
        leading,        // S: - or +
        trailing,
        brackets,       // PR: <1>
        where_written,  // MI and SG
    };
    std::vector<NumberItem> items;
    int before = 0;       // Digits that it has room for before the point,
    int after = 0;        // and behind it.
    int zeros_from = -1;  // The place, counted from the left, from where on there are zeros in front. -1: nowhere.
    int zeros_to = 0;     // How many places there are up to the last 0.
    bool has_point = false;
    bool fill_mode = false;
    Sign sign = Sign::before_digits;
};

[[nodiscard]] Result<NumberTemplate> parse_number_template(std::string_view text);

/// `number` is a number as text with its sign, with `after` digits behind the point: as many as the template has, or
/// fewer where it has no more that count. Then it ends with the last one.
void write_number(std::string& out, const NumberTemplate& shape, std::string_view number, int after);

}  // namespace sf::sql
