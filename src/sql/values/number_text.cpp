#include "sql/values/number_text.hpp"

#include "base/ascii.hpp"
#include "sql/values/digits.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace sf::sql {
namespace {

bool equals_ignoring_case(std::string_view text, std::string_view word) {
    return text.size() == word.size() &&
           std::ranges::equal(text, word, [](char a, char b) { return ascii_lower(a) == b; });
}

bool begins_ignoring_case(std::string_view word, std::string_view text) {
    return text.size() <= word.size() && equals_ignoring_case(text, word.substr(0, text.size()));
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char l = ascii_lower(c);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

struct Shortest {
    char digits[20];  // Without a point; the first one is not zero.
    int count = 0;
    int exponent = 0;  // Of the first digit.
};

// From "d.ddde+XX".
Shortest split(const char* begin, const char* end) {
    Shortest parts;
    const char* c = begin;
    for (; c != end && *c != 'e'; ++c) {
        if (*c != '.') parts.digits[parts.count++] = *c;
    }
    if (c != end) std::from_chars(c + (c[1] == '+' ? 2 : 1), end, parts.exponent);
    return parts;
}

// Whether digits * 10^... lies exactly half way between two doubles. PostgreSQL's shortest form never does, because not
// every reader rounds such a text to the even neighbour.
bool is_half_way(const Shortest& parts, double value) {
    std::uint64_t digits = 0;
    for (int i = 0; i < parts.count; ++i) digits = digits * 10 + static_cast<std::uint64_t>(parts.digits[i] - '0');
    const int power = parts.exponent - parts.count + 1;  // The decimal is digits * 10^power.
    if (power > 23 || power < -24) return false;         // 5^power has more bits than a point half way between doubles.
    int exponent = 0;
    const auto mantissa = static_cast<std::uint64_t>(std::ldexp(std::frexp(std::fabs(value), &exponent), 53));
    unsigned __int128 five = 1;
    for (int i = 0; i < std::abs(power); ++i) five *= 5;
    // The points half way are odd * 2^twos. Below a power of two doubles stand twice as close. Compare odd factors and
    // powers of two.
    struct Half {
        std::uint64_t odd;
        int twos;
    };
    const Half above = {2 * mantissa + 1, exponent - 54};
    const Half below = mantissa == std::uint64_t{1} << 52 ? Half{4 * mantissa - 1, exponent - 55}
                                                          : Half{2 * mantissa - 1, exponent - 54};
    for (const Half half : {below, above}) {
        unsigned __int128 left = digits;
        unsigned __int128 right = half.odd;
        (power >= 0 ? left : right) *= five;
        int twos = power - half.twos;
        while ((left & 1) == 0) {
            left >>= 1;
            ++twos;
        }
        if (left == right && twos == 0) return true;
    }
    return false;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

std::optional<std::int64_t> read_bigint(std::string_view text) {
    if (const auto value = read_digits(text)) return value;
    text = trimmed(text);
    if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<std::int64_t> read_integer(std::string_view text) {
    const auto value = read_bigint(text);
    if (!value || *value < std::numeric_limits<std::int32_t>::min() ||
        *value > std::numeric_limits<std::int32_t>::max())
        return std::nullopt;
    return value;
}

std::optional<double> read_double(std::string_view text) {
    text = trimmed(text);
    std::string_view unsigned_text = text;
    const bool negative = !text.empty() && text.front() == '-';
    if (!text.empty() && (negative || text.front() == '+')) unsigned_text.remove_prefix(1);
    if (equals_ignoring_case(unsigned_text, "inf") || equals_ignoring_case(unsigned_text, "infinity")) {
        const double infinity = std::numeric_limits<double>::infinity();
        return negative ? -infinity : infinity;
    }
    if (equals_ignoring_case(text, "nan")) return std::numeric_limits<double>::quiet_NaN();
    // from_chars has its own words for these, and takes a second sign.
    if (unsigned_text.empty() || !((unsigned_text[0] >= '0' && unsigned_text[0] <= '9') || unsigned_text[0] == '.'))
        return std::nullopt;
    double value = 0;
    const char* const last = unsigned_text.data() + unsigned_text.size();
    const auto [end, error] = std::from_chars(unsigned_text.data(), last, value);
    if (error != std::errc{} || end != last) return std::nullopt;
    return negative ? -value : value;
}

std::optional<Decimal> read_numeric(std::string_view text) { return Decimal::parse(trimmed(text)); }

std::optional<bool> read_boolean(std::string_view text) {
    text = trimmed(text);
    if (text.empty()) return std::nullopt;
    if (text == "1") return true;
    if (text == "0") return false;
    if (begins_ignoring_case("true", text) || begins_ignoring_case("yes", text)) return true;
    if (begins_ignoring_case("false", text) || begins_ignoring_case("no", text)) return false;
    if (text.size() < 2) return std::nullopt;  // "o" may be either.
    if (begins_ignoring_case("on", text)) return true;
    if (begins_ignoring_case("off", text)) return false;
    return std::nullopt;
}

std::optional<Uuid> read_uuid(std::string_view text) {
    if (!text.empty() && text.front() == '{') {
        if (text.back() != '}' || text.size() < 2) return std::nullopt;
        text = text.substr(1, text.size() - 2);
    }
    Uuid id;
    std::size_t at = 0;
    for (std::size_t i = 0; i < 16; ++i) {
        if (text.size() - at < 2) return std::nullopt;
        const int high = hex_value(text[at]);
        const int low = hex_value(text[at + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        id.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
        at += 2;
        if (i % 2 == 1 && i < 15 && at < text.size() && text[at] == '-') ++at;
    }
    if (at != text.size()) return std::nullopt;
    return id;
}

std::size_t write_double(char* out, double value) {
    const auto word = [&](std::string_view text) {
        std::memcpy(out, text.data(), text.size());
        return text.size();
    };
    if (std::isnan(value)) return word("NaN");
    if (std::isinf(value)) return word(value < 0 ? "-Infinity" : "Infinity");
    if (value == 0) return word(std::signbit(value) ? "-0" : "0");

    char buffer[40];
    const auto written = std::to_chars(buffer, buffer + sizeof buffer, std::fabs(value), std::chars_format::scientific);
    Shortest parts = split(buffer, written.ptr);
    for (int digits = parts.count + 1; digits <= 17 && is_half_way(parts, value); ++digits) {
        const auto longer =
            std::to_chars(buffer, buffer + sizeof buffer, std::fabs(value), std::chars_format::scientific, digits - 1);
        parts = split(buffer, longer.ptr);
    }
    char* c = out;
    if (value < 0) *c++ = '-';
    const auto put = [&](int from, int to) {
        for (int i = from; i < to; ++i) *c++ = i < parts.count ? parts.digits[i] : '0';
    };
    if (parts.exponent < -4 || parts.exponent >= 15) {
        put(0, 1);
        if (parts.count > 1) *c++ = '.';
        put(1, parts.count);
        *c++ = 'e';
        *c++ = parts.exponent < 0 ? '-' : '+';
        const int exponent = std::abs(parts.exponent);
        if (exponent < 10) *c++ = '0';
        c = std::to_chars(c, c + 4, exponent).ptr;
    } else if (parts.exponent < 0) {
        *c++ = '0';
        *c++ = '.';
        for (int i = -1; i > parts.exponent; --i) *c++ = '0';
        put(0, parts.count);
    } else {
        put(0, parts.exponent + 1);
        if (parts.count > parts.exponent + 1) {
            *c++ = '.';
            put(parts.exponent + 1, parts.count);
        }
    }
    return static_cast<std::size_t>(c - out);
}

}  // namespace sf::sql
