#include "cli/recording/time_format.hpp"

#include "base/ascii.hpp"

#include <array>
#include <cctype>
#include <cstdint>

namespace sf::recording {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"january",   "february", "march",    "april",
                                                      "may",       "june",     "july",     "august",
                                                      "september", "october",  "november", "december"};
constexpr std::array<std::string_view, 7> kDays = {"sunday",   "monday", "tuesday", "wednesday",
                                                   "thursday", "friday", "saturday"};

// What the directives have said so far.
struct Parts {
    int year = 1970;
    int month = 1;
    int day = 1;
    int day_of_year = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    std::int64_t micros = 0;
    int half = -1;  // 0: AM, 1: PM
    std::optional<std::int64_t> offset_seconds;
    std::optional<std::int64_t> epoch_seconds;
};

class Cursor {
public:
    explicit Cursor(std::string_view text) : text_(text) {}

    [[nodiscard]] bool at_end() const { return text_.empty(); }

    [[nodiscard]] bool literal(char c) {
        if (text_.empty() || text_.front() != c) return false;
        text_.remove_prefix(1);
        return true;
    }

    void spaces() {
        while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\t')) text_.remove_prefix(1);
    }

    // 1 to `digits` digits, within [least, greatest].
    [[nodiscard]] bool number(int& value, int digits, int least, int greatest) {
        int result = 0;
        int seen = 0;
        for (; seen < digits && !text_.empty() && is_digit(text_.front()); ++seen, text_.remove_prefix(1)) {
            result = result * 10 + (text_.front() - '0');
        }
        value = result;
        return seen > 0 && result >= least && result <= greatest;
    }

    [[nodiscard]] bool fraction(std::int64_t& micros) {
        std::int64_t scale = 100'000;
        bool any = false;
        for (; !text_.empty() && is_digit(text_.front()); text_.remove_prefix(1)) {
            micros += (text_.front() - '0') * scale;
            scale /= 10;
            any = true;
        }
        return any;
    }

    // A name in full or its first three letters, in any case.
    template <std::size_t size>
    [[nodiscard]] bool name(const std::array<std::string_view, size>& names, int& index) {
        for (std::size_t i = 0; i < size; ++i) {
            for (const std::size_t length : {names[i].size(), std::size_t{3}}) {
                if (text_.size() < length) continue;
                bool same = true;
                for (std::size_t k = 0; k < length && same; ++k) {
                    same = std::tolower(static_cast<unsigned char>(text_[k])) == names[i][k];
                }
                if (same) {
                    text_.remove_prefix(length);
                    index = static_cast<int>(i);
                    return true;
                }
            }
        }
        return false;
    }

    [[nodiscard]] bool half_of_day(int& half) {
        if (text_.size() < 2 || (text_[1] != 'M' && text_[1] != 'm')) return false;
        const char c = static_cast<char>(std::tolower(static_cast<unsigned char>(text_[0])));
        if (c != 'a' && c != 'p') return false;
        half = c == 'p' ? 1 : 0;
        text_.remove_prefix(2);
        return true;
    }

    // Z, +hh:mm, +hhmm or +hh.
    [[nodiscard]] bool offset(std::optional<std::int64_t>& seconds) {
        if (text_.empty()) return false;
        const char sign = text_.front();
        text_.remove_prefix(1);
        if (sign == 'Z' || sign == 'z') {
            seconds = 0;
            return true;
        }
        if (sign != '+' && sign != '-') return false;
        int hours = 0;
        int minutes = 0;
        if (!number(hours, 2, 0, 23)) return false;
        if (!text_.empty() && text_.front() == ':') text_.remove_prefix(1);
        if (!text_.empty() && is_digit(text_.front()) && !number(minutes, 2, 0, 59)) return false;
        const std::int64_t total = (hours * 60 + minutes) * 60;
        seconds = sign == '-' ? -total : total;
        return true;
    }

    // Digits with an optional sign and at most `digits_max` of them.
    [[nodiscard]] bool integer(std::int64_t& value, int digits_max) {
        const bool negative = literal('-');
        value = 0;
        int seen = 0;
        for (; !text_.empty() && is_digit(text_.front()); text_.remove_prefix(1), ++seen) {
            if (seen == digits_max) return false;
            value = value * 10 + (text_.front() - '0');
        }
        if (negative) value = -value;
        return seen > 0;
    }

private:
    std::string_view text_;
};

std::optional<Timestamp> parse_epoch(std::string_view text, std::int64_t micros_per_unit) {
    Cursor cursor(text);
    std::int64_t whole = 0;
    std::int64_t micros = 0;
    const bool negative = !text.empty() && text.front() == '-';
    if (!cursor.integer(whole, micros_per_unit == 1'000'000 ? 12 : (micros_per_unit == 1'000 ? 15 : 18)))
        return std::nullopt;
    if (cursor.literal('.')) {
        std::int64_t millionths = 0;
        if (!cursor.fraction(millionths)) return std::nullopt;
        micros = millionths * micros_per_unit / 1'000'000;
    }
    if (!cursor.at_end()) return std::nullopt;
    return timestamp_from_micros(whole * micros_per_unit + (negative ? -micros : micros));
}

bool apply(char directive, Cursor& cursor, Parts& parts) {
    int ignored = 0;
    switch (directive) {
        case 'Y': return cursor.number(parts.year, 4, 0, 9999);
        case 'y':
            if (!cursor.number(parts.year, 2, 0, 99)) return false;
            parts.year += parts.year < 69 ? 2000 : 1900;  // As POSIX has it.
            return true;
        case 'm': return cursor.number(parts.month, 2, 1, 12);
        case 'd': return cursor.number(parts.day, 2, 1, 31);
        case 'e': cursor.spaces(); return cursor.number(parts.day, 2, 1, 31);
        case 'j': return cursor.number(parts.day_of_year, 3, 1, 366);
        case 'b':
            if (!cursor.name(kMonths, parts.month)) return false;
            ++parts.month;
            return true;
        case 'a': return cursor.name(kDays, ignored);
        case 'H': return cursor.number(parts.hour, 2, 0, 23);
        case 'I': return cursor.number(parts.hour, 2, 1, 12);
        case 'p': return cursor.half_of_day(parts.half);
        case 'M': return cursor.number(parts.minute, 2, 0, 59);
        case 'S': return cursor.number(parts.second, 2, 0, 60);
        case 'f': return cursor.fraction(parts.micros);
        case 'z': return cursor.offset(parts.offset_seconds);
        case 's': {
            std::int64_t seconds = 0;
            if (!cursor.integer(seconds, 12)) return false;
            parts.epoch_seconds = seconds;
            return true;
        }
        case ' ': cursor.spaces(); return true;
        default: return false;
    }
}

}  // namespace

Result<TimeFormat> TimeFormat::compile(std::string_view format, TimeZone zone) {
    TimeFormat made;
    made.zone_ = std::move(zone);
    if (format == "rfc3339") return made;
    if (format == "epoch_s" || format == "epoch_ms" || format == "epoch_us") {
        made.kind_ = format == "epoch_s" ? Kind::epoch_s : (format == "epoch_ms" ? Kind::epoch_ms : Kind::epoch_us);
        return made;
    }
    made.kind_ = Kind::directives;
    bool year = false;
    bool day = false;
    const auto directives = [&](std::string_view names, std::string_view separators) {
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (i > 0) made.steps_.push_back({0, separators[0]});
            made.steps_.push_back({names[i]});
        }
    };
    for (std::size_t i = 0; i < format.size(); ++i) {
        if (format[i] == ' ' || format[i] == '\t') {
            made.steps_.push_back({' '});
            continue;
        }
        if (format[i] != '%') {
            made.steps_.push_back({0, format[i]});
            continue;
        }
        const char directive = ++i < format.size() ? format[i] : '\0';
        year = year || std::string_view("YyDFs").find(directive) != std::string_view::npos;
        day = day || std::string_view("dejDFs").find(directive) != std::string_view::npos;
        switch (directive) {
            case 'T': directives("HMS", ":"); break;
            case 'R': directives("HM", ":"); break;
            case 'D': directives("mdy", "/"); break;
            case 'F': directives("Ymd", "-"); break;
            case 'B':
            case 'h': made.steps_.push_back({'b'}); break;
            case 'A': made.steps_.push_back({'a'}); break;
            case 'n':
            case 't': made.steps_.push_back({' '}); break;
            case '%': made.steps_.push_back({0, '%'}); break;
            case 'Y':
            case 'y':
            case 'm':
            case 'd':
            case 'e':
            case 'j':
            case 'b':
            case 'a':
            case 'H':
            case 'I':
            case 'p':
            case 'M':
            case 'S':
            case 'f':
            case 'z':
            case 's': made.steps_.push_back({directive}); break;
            default:
                return fail(
                    ErrorCode::invalid_input,
                    "time format \"" + std::string(format) + "\": %" + std::string(directive == 0 ? 0 : 1, directive) +
                        " is not known",
                    "", "use epoch_s, epoch_ms, epoch_us, rfc3339, or %Y %m %d %b %H %I %p %M %S %f %z and the like");
        }
    }
    if (!year || !day) {
        return fail(ErrorCode::invalid_input, "time format \"" + std::string(format) + "\" gives no date",
                    "it needs a year and a day",
                    "use epoch_s, epoch_ms, epoch_us, rfc3339, or a format such as \"%Y-%m-%d %H:%M:%S\"");
    }
    return made;
}

std::optional<Timestamp> TimeFormat::parse(std::string_view text) const {
    switch (kind_) {
        case Kind::epoch_s: return parse_epoch(text, 1'000'000);
        case Kind::epoch_ms: return parse_epoch(text, 1'000);
        case Kind::epoch_us: return parse_epoch(text, 1);
        case Kind::rfc3339: return parse_rfc3339(text);
        case Kind::directives: return parse_directives(text);
    }
    return std::nullopt;
}

std::optional<Timestamp> TimeFormat::parse_directives(std::string_view text) const {
    Cursor cursor(text);
    Parts parts;
    for (const Step& step : steps_) {
        if (step.directive == 0 ? !cursor.literal(step.literal) : !apply(step.directive, cursor, parts))
            return std::nullopt;
    }
    if (!cursor.at_end()) return std::nullopt;
    if (parts.epoch_seconds) return timestamp_from_micros(*parts.epoch_seconds * 1'000'000 + parts.micros);
    if (parts.half >= 0) parts.hour = parts.hour % 12 + 12 * parts.half;
    std::chrono::year_month_day date{std::chrono::year{parts.year},
                                     std::chrono::month{static_cast<unsigned>(parts.month)},
                                     std::chrono::day{static_cast<unsigned>(parts.day)}};
    if (parts.day_of_year > 0) {
        const std::chrono::sys_days first{std::chrono::year{parts.year} / 1 / 1};
        date = first + std::chrono::days{parts.day_of_year - 1};
        if (date.year() != std::chrono::year{parts.year}) return std::nullopt;
    }
    if (!date.ok()) return std::nullopt;
    const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
    const std::int64_t local = ((days * 24 + parts.hour) * 60 + parts.minute) * 60 + parts.second;
    const std::int64_t utc = parts.offset_seconds ? local - *parts.offset_seconds : zone_.to_utc(local);
    return timestamp_from_micros(utc * 1'000'000 + parts.micros);
}

}  // namespace sf::recording
