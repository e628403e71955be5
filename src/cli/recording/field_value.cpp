#include "cli/recording/field_value.hpp"

#include "base/ascii.hpp"
#include "cli/recording/field_text.hpp"

#include <array>

namespace sf::recording {
namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

std::size_t digits_at(std::string_view text, std::size_t at) {
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) ++end;
    return end - at;
}

// What JSON's grammar for numbers wants beyond the digits: no leading zeros or plus, a digit on both sides of the
// point.
bool append_number(std::string& out, std::string_view text, bool whole) {
    const bool negative = !text.empty() && text.front() == '-';
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
    const std::size_t before = digits_at(text, 0);
    std::string_view integer = text.substr(0, before);
    std::string_view fraction;
    std::size_t at = before;
    if (at < text.size() && text[at] == '.') {
        fraction = text.substr(at + 1, digits_at(text, at + 1));
        at += 1 + fraction.size();
    }
    if (integer.empty() && fraction.empty()) return false;
    std::string_view exponent;
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E') && !whole) {
        std::size_t end = at + 1;
        if (end < text.size() && (text[end] == '+' || text[end] == '-')) ++end;
        const std::size_t digits = digits_at(text, end);
        if (digits == 0) return false;
        exponent = text.substr(at, end + digits - at);
        at = end + digits;
    }
    if (at != text.size()) return false;
    if (whole && fraction.find_first_not_of('0') != std::string_view::npos) return false;
    while (integer.size() > 1 && integer.front() == '0') integer.remove_prefix(1);
    if (negative) out += '-';
    out += integer.empty() ? std::string_view("0") : integer;
    if (!whole && !fraction.empty()) {
        out += '.';
        out += fraction;
    }
    out += exponent;
    return true;
}

bool append_boolean(std::string& out, std::string_view text) {
    constexpr std::array<std::string_view, 5> kTrue = {"true", "yes", "t", "y", "1"};
    constexpr std::array<std::string_view, 5> kFalse = {"false", "no", "f", "n", "0"};
    const std::string lower = ascii_lower(text);
    for (std::size_t i = 0; i < kTrue.size(); ++i) {
        if (lower == kTrue[i] || lower == kFalse[i]) {
            out += lower == kTrue[i] ? "true" : "false";
            return true;
        }
    }
    return false;
}

}  // namespace

std::string_view to_string(ValueType type) {
    switch (type) {
        case ValueType::string: return "string";
        case ValueType::integer: return "integer";
        case ValueType::number: return "number";
        case ValueType::boolean: return "boolean";
    }
    return "string";
}

bool append_value(std::string& out, std::string_view text, ValueType type, std::uint64_t& mended) {
    switch (type) {
        case ValueType::string:
            if (append_field(out, text)) ++mended;
            return true;
        case ValueType::integer: return append_number(out, trimmed(text), true);
        case ValueType::number: return append_number(out, trimmed(text), false);
        case ValueType::boolean: return append_boolean(out, trimmed(text));
    }
    return false;
}

}  // namespace sf::recording
