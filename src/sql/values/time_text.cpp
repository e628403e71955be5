#include "sql/values/time_text.hpp"

#include "base/ascii.hpp"
#include "sql/values/calendar.hpp"
#include "sql/values/number_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <iterator>
#include <utility>

namespace sf::sql {
namespace {

constexpr std::size_t kTextMax = 150;  // PostgreSQL's buffer.

// A cursor over the text; every take_ moves on only if it succeeds.
class Cursor {
public:
    explicit Cursor(std::string_view text) : text_(text) {}

    [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
    [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[at_]; }
    bool take(char c) {
        if (peek() != c) return false;
        ++at_;
        return true;
    }
    bool take_spaces() {
        const std::size_t before = at_;
        while (is_space(peek())) ++at_;
        return at_ != before;
    }
    // At most nine digits; -1 if there is none, or more.
    int take_number(std::size_t digits_max = 9) {
        const std::size_t before = at_;
        int value = 0;
        while (is_digit(peek()) && at_ - before < digits_max) value = value * 10 + (text_[at_++] - '0');
        if (at_ == before || is_digit(peek())) {
            at_ = before;
            return -1;
        }
        return value;
    }
    // ".25" in microseconds, rounded; 0 where there is none.
    std::int64_t take_fraction() {
        if (peek() != '.') return 0;
        const std::size_t before = at_++;
        while (is_digit(peek())) ++at_;
        const double fraction = read_double(text_.substr(before, at_ - before)).value_or(0);
        return static_cast<std::int64_t>(std::rint(fraction * 1e6));
    }
    std::string_view rest() const { return text_.substr(at_); }

private:
    std::string_view text_;
    std::size_t at_ = 0;
};

bool is_utc(std::string_view zone) {
    const auto is = [&](std::string_view word) {
        return zone.size() == word.size() &&
               std::ranges::equal(zone, word, [](char a, char b) { return (a | 0x20) == b; });
    };
    return is("z") || is("utc") || is("gmt") || is("zulu");
}

// What is left of a time: nothing, a name of UTC, or "+02", "+02:30", "+02:30:15", "+0230": run together, the last two
// digits are the minutes. In microseconds east of Greenwich.
std::optional<std::int64_t> take_zone(Cursor& cursor) {
    cursor.take_spaces();
    if (cursor.at_end() || is_utc(cursor.rest())) return 0;
    const bool west = cursor.peek() == '-';
    if (!cursor.take('+') && !cursor.take('-')) return std::nullopt;
    const std::string_view digits = cursor.rest();
    int hours = cursor.take_number(6);
    int minutes = 0;
    int seconds = 0;
    if (hours < 0) return std::nullopt;
    if (cursor.at_end() && digits.size() > 2) {
        minutes = hours % 100;
        hours /= 100;
    } else if (cursor.take(':')) {
        minutes = cursor.take_number(2);
        if (minutes >= 0 && cursor.take(':')) seconds = cursor.take_number(2);
    }
    if (!cursor.at_end() || minutes < 0 || seconds < 0 || hours > 15 || minutes > 59 || seconds > 59)
        return std::nullopt;
    const std::int64_t offset = hours * kMicrosHour + minutes * kMicrosMinute + seconds * kMicrosSecond;
    return west ? -offset : offset;
}

char* put(char* at, char one) {
    *at = one;
    return at + 1;
}

char* put_two_digits(char* at, std::int64_t number) {
    at[0] = static_cast<char>('0' + number / 10);
    at[1] = static_cast<char>('0' + number % 10);
    return at + 2;
}

// A time as it is written.
struct Written {
    std::int64_t day = 0;     // The beginning of its date,
    std::int64_t of_day = 0;  // the time of day,
    std::int64_t offset = 0;  // and what the clock that shows it is ahead of UTC.
};

std::optional<Written> read_written(std::string_view text) {
    if (text.size() > kTextMax) return std::nullopt;
    Cursor cursor(trimmed(text));
    const std::size_t year_begin = cursor.rest().size();
    const int year = cursor.take_number();
    if (year_begin - cursor.rest().size() < 4 || year < 1 || !cursor.take('-')) return std::nullopt;
    const int month = cursor.take_number(2);
    if (!cursor.take('-')) return std::nullopt;
    const int day = cursor.take_number(2);
    if (month < 1 || month > 12 || day < 1 || day > days_of_month(year, month)) return std::nullopt;

    std::int64_t of_day = 0;
    const bool letter = cursor.peek() == 'T' || cursor.peek() == 't';
    const bool spaces = !letter && cursor.take_spaces();
    if ((letter && (cursor.take('T') || cursor.take('t'))) || (spaces && is_digit(cursor.peek()))) {
        const int hour = cursor.take_number();
        if (hour < 0 || hour > 24 || !cursor.take(':')) return std::nullopt;
        const int minute = cursor.take_number();
        if (minute < 0 || minute > 59) return std::nullopt;
        int second = 0;
        std::int64_t fraction = 0;
        if (cursor.take(':')) {
            second = cursor.take_number();
            fraction = cursor.take_fraction();
            if (second < 0 || second > 60) return std::nullopt;
        }
        of_day = hour * kMicrosHour + minute * kMicrosMinute + second * kMicrosSecond + fraction;
        if (of_day > kMicrosDay) return std::nullopt;
    }
    const auto offset = take_zone(cursor);
    Written written{0, of_day, offset.value_or(0)};
    if (!offset || __builtin_mul_overflow(days_from_civil(year, month, day), kMicrosDay, &written.day))
        return std::nullopt;
    return written;
}

std::optional<std::int64_t> existing_time(std::int64_t day, std::int64_t of_day) {
    std::int64_t micros = 0;
    if (__builtin_add_overflow(day, of_day, &micros) || !is_time(micros)) return std::nullopt;
    return micros;
}

}  // namespace

std::optional<std::int64_t> read_time(std::string_view text) {
    const auto written = read_written(text);
    return written ? existing_time(written->day, written->of_day - written->offset) : std::nullopt;
}

std::optional<std::int64_t> read_plain_time(std::string_view text) {
    const auto written = read_written(text);
    return written ? existing_time(written->day, written->of_day) : std::nullopt;
}

std::optional<std::int64_t> read_date(std::string_view text) {
    const auto written = read_written(text);
    return written ? existing_time(written->day, 0) : std::nullopt;
}

void append_date(std::string& out, std::int64_t micros) {
    const Civil civil = to_civil(micros);
    fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}", civil.year > 0 ? civil.year : 1 - civil.year,
                   civil.month, civil.day);
    if (civil.year <= 0) out += " BC";
}

namespace {

// Of a second, without the zeros at its end.
char* put_fraction(char* at, std::int64_t micros) {
    if (micros == 0) return at;
    at = put_two_digits(put(at, '.'), micros / 10'000);
    at = put_two_digits(put_two_digits(at, micros / 100 % 100), micros % 100);
    while (at[-1] == '0') --at;
    return at;
}

void append_with_zone(std::string& out, std::int64_t micros, std::string_view zone) {
    const Civil civil = to_civil(micros);
    const std::int64_t seconds = civil.micros / kMicrosSecond;
    const std::int64_t year = civil.year > 0 ? civil.year : 1 - civil.year;
    if (year > 9999) fmt::format_to(std::back_inserter(out), "{}", year);
    // By hand: a view may write the time of every event.
    std::array<char, sizeof "2026-01-01 00:00:00.000000"> text;
    char* c = text.data();
    if (year <= 9999) c = put_two_digits(put_two_digits(c, year / 100), year % 100);
    c = put_two_digits(put(c, '-'), civil.month);
    c = put_two_digits(put(c, '-'), civil.day);
    c = put_two_digits(put(c, ' '), seconds / 3600);
    c = put_two_digits(put(c, ':'), seconds / 60 % 60);
    c = put_two_digits(put(c, ':'), seconds % 60);
    c = put_fraction(c, civil.micros % kMicrosSecond);
    out.append(text.data(), static_cast<std::size_t>(c - text.data()));
    out += zone;
    if (civil.year <= 0) out += " BC";
}

}  // namespace

void append_time(std::string& out, std::int64_t micros) { append_with_zone(out, micros, "+00"); }
void append_plain_time(std::string& out, std::int64_t micros) { append_with_zone(out, micros, ""); }

std::size_t TimeTexts::write(char* const out, std::int64_t micros) {
    constexpr std::int64_t kYear10000 = 253'402'300'800 * kMicrosSecond;
    if (micros < 0 || micros >= kYear10000) {
        text_.clear();
        append_with_zone(text_, micros, zone_);
        std::ranges::copy(text_, out);
        return text_.size();
    }
    const std::int64_t second = micros / kMicrosSecond;
    if (second != second_) {
        text_.clear();
        append_with_zone(text_, second * kMicrosSecond, "");
        std::ranges::copy(text_, head_.begin());
        second_ = second;
    }
    std::memcpy(out, head_.data(), kHead);
    char* at = put_fraction(out + kHead, micros - second * kMicrosSecond);
    for (const char c : zone_) *at++ = c;
    return static_cast<std::size_t>(at - out);
}

std::optional<TimeUnit> read_time_unit(std::string_view word) {
    struct Name {
        std::string_view word;
        TimeUnit unit;
    };
    using enum TimeUnit;
    static constexpr Name kNames[] = {{"us", microsecond},
                                      {"usec", microsecond},
                                      {"usecs", microsecond},
                                      {"usecond", microsecond},
                                      {"useconds", microsecond},
                                      {"microsecond", microsecond},
                                      {"microseconds", microsecond},
                                      {"ms", millisecond},
                                      {"msec", millisecond},
                                      {"msecs", millisecond},
                                      {"msecond", millisecond},
                                      {"mseconds", millisecond},
                                      {"millisecond", millisecond},
                                      {"milliseconds", millisecond},
                                      {"s", second},
                                      {"sec", second},
                                      {"secs", second},
                                      {"second", second},
                                      {"seconds", second},
                                      {"m", minute},
                                      {"min", minute},
                                      {"mins", minute},
                                      {"minute", minute},
                                      {"minutes", minute},
                                      {"h", hour},
                                      {"hr", hour},
                                      {"hrs", hour},
                                      {"hour", hour},
                                      {"hours", hour},
                                      {"d", day},
                                      {"day", day},
                                      {"days", day},
                                      {"w", week},
                                      {"week", week},
                                      {"weeks", week},
                                      {"mon", month},
                                      {"mons", month},
                                      {"month", month},
                                      {"months", month},
                                      {"qtr", quarter},
                                      {"quarter", quarter},
                                      {"y", year},
                                      {"yr", year},
                                      {"yrs", year},
                                      {"year", year},
                                      {"years", year},
                                      {"dec", decade},
                                      {"decs", decade},
                                      {"decade", decade},
                                      {"decades", decade},
                                      {"c", century},
                                      {"cent", century},
                                      {"century", century},
                                      {"centuries", century},
                                      {"mil", millennium},
                                      {"mils", millennium},
                                      {"millennium", millennium},
                                      {"millennia", millennium},
                                      {"epoch", epoch},
                                      {"dow", dow},
                                      {"isodow", isodow},
                                      {"doy", doy},
                                      {"isoyear", isoyear},
                                      {"julian", julian},
                                      {"jd", julian},
                                      {"j", julian},
                                      {"timezone", timezone},
                                      {"timezone_hour", timezone_hour},
                                      {"timezone_minute", timezone_minute}};
    for (const Name& name : kNames) {
        if (word.size() == name.word.size() &&
            std::ranges::equal(word, name.word, [](char a, char b) { return ascii_lower(a) == b; }))
            return name.unit;
    }
    return std::nullopt;
}

}  // namespace sf::sql
