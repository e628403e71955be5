#include "base/time.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace sf {
namespace {

// Two digits at `at`; negative for anything else.
inline int two_digits(const char* at) {
    const unsigned tens = static_cast<unsigned char>(at[0]) - '0';
    const unsigned ones = static_cast<unsigned char>(at[1]) - '0';
    return tens <= 9 && ones <= 9 ? static_cast<int>(tens * 10 + ones) : -1;
}

}  // namespace

// On the path of every event, hence pointers: checked once for the fixed part, then against `end`.
std::optional<Timestamp> parse_rfc3339(std::string_view text) {
    if (text.size() < 20) return std::nullopt;
    const char* c = text.data();
    const char* const end = c + text.size();
    const int century = two_digits(c);
    const int year_in_century = two_digits(c + 2);
    const int month = two_digits(c + 5);
    const int day = two_digits(c + 8);
    const int hour = two_digits(c + 11);
    const int minute = two_digits(c + 14);
    const int second = two_digits(c + 17);
    if ((century | year_in_century | month | day | hour | minute | second) < 0) return std::nullopt;
    if (c[4] != '-' || c[7] != '-' || c[13] != ':' || c[16] != ':') return std::nullopt;
    if (c[10] != 'T' && c[10] != 't' && c[10] != ' ') return std::nullopt;
    if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{century * 100 + year_in_century},
                                           std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok()) return std::nullopt;

    c += 19;
    std::int64_t micros = 0;
    if (*c == '.') {
        const char* const first = ++c;
        std::int64_t scale = 100'000;
        for (; c != end && *c >= '0' && *c <= '9'; ++c) {
            micros += (*c - '0') * scale;
            scale /= 10;
        }
        if (c == first) return std::nullopt;
    }
    if (c == end) return std::nullopt;  // A time without its offset says nothing.
    std::int64_t offset_minutes = 0;
    if (*c == 'Z' || *c == 'z') {
        ++c;
    } else if (*c == '+' || *c == '-') {
        if (end - c != 6 || c[3] != ':') return std::nullopt;
        const int hours = two_digits(c + 1);
        const int minutes = two_digits(c + 4);
        if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
        offset_minutes = *c == '-' ? -(hours * 60 + minutes) : hours * 60 + minutes;
        c += 6;
    }
    if (c != end) return std::nullopt;

    const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
    const std::int64_t seconds = ((days * 24 + hour) * 60 + minute - offset_minutes) * 60 + second;
    return timestamp_from_micros(seconds * 1'000'000 + micros);
}

std::string format_rfc3339(Timestamp time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::int64_t micros_of_day = (time - day).count();
    const std::int64_t seconds = micros_of_day / 1'000'000;
    std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                                   static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                   seconds / 3600, seconds / 60 % 60, seconds % 60);
    if (const std::int64_t fraction = micros_of_day % 1'000'000; fraction != 0) {
        text += fmt::format(".{:06}", fraction);
        text.resize(text.find_last_not_of('0') + 1);
    }
    text += 'Z';
    return text;
}

std::string format_day(Timestamp time) { return format_rfc3339(time).substr(0, 10); }

std::optional<Duration> parse_duration(std::string_view text) {
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || count < 0) return std::nullopt;
    const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    constexpr std::array<std::pair<std::string_view, std::int64_t>, 6> kUnits = {
        {{"us", 1}, {"ms", 1'000}, {"s", 1'000'000}, {"m", 60'000'000}, {"h", 3'600'000'000}, {"d", 86'400'000'000}}};
    for (const auto& [name, micros] : kUnits) {
        std::int64_t result = 0;
        if (unit == name && !__builtin_mul_overflow(count, micros, &result)) return Duration{result};
    }
    return std::nullopt;
}

std::string format_duration(Duration duration) {
    const double micros = static_cast<double>(duration.count());
    if (micros < 1e3) return fmt::format("{} us", duration.count());
    if (micros < 1e6) return fmt::format("{:.3g} ms", micros / 1e3);
    if (micros < 120e6) return fmt::format("{:.3g} s", micros / 1e6);
    if (micros < 7200e6) return fmt::format("{:.3g} min", micros / 60e6);
    if (micros < 48 * 3600e6) return fmt::format("{:.3g} h", micros / 3600e6);
    return fmt::format("{:.3g} d", micros / 86400e6);
}

}  // namespace sf
