#include "base/ascii.hpp"
#include "sql/values/calendar.hpp"
#include "sql/values/number_text.hpp"
#include "sql/values/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>

namespace sf::sql {
namespace {

// A number as written: the whole part and the fraction, both with its sign.
struct Quantity {
    std::int64_t whole = 0;
    double fraction = 0;
};

// What is read so far. Sums are 64 bits wide and checked at the end.
struct Sum {
    std::int64_t months = 0;
    std::int64_t days = 0;
    std::int64_t micros = 0;
    std::uint32_t seen = 0;  // A bit for each unit: none may come twice.
    bool overflow = false;

    void add(std::int64_t& to, std::int64_t value, std::int64_t scale) {
        std::int64_t product = 0;
        overflow =
            overflow || __builtin_mul_overflow(value, scale, &product) || __builtin_add_overflow(to, product, &to);
    }
    void add_fraction(double fraction, std::int64_t scale) {
        fraction *= static_cast<double>(scale);
        auto whole = static_cast<std::int64_t>(fraction);
        fraction -= static_cast<double>(whole);
        if (fraction > 0.5) ++whole;
        else if (fraction < -0.5) --whole;
        add(micros, whole, 1);
    }
    void add_fraction_of_days(double fraction, int scale) {
        fraction *= scale;
        const auto whole = static_cast<std::int64_t>(fraction);
        add(days, whole, 1);
        add_fraction(fraction - static_cast<double>(whole), kMicrosDay);
    }
    bool mark(TimeUnit unit) {
        const std::uint32_t bit = 1u << static_cast<unsigned>(unit);
        const bool twice = (seen & bit) != 0;
        seen |= bit;
        return !twice;
    }

    // Seconds with a fraction leave no place for milliseconds.
    bool mark_below_second() { return mark(TimeUnit::millisecond) && mark(TimeUnit::microsecond); }

    bool add(Quantity quantity, TimeUnit unit) {
        const auto clock = [&](std::int64_t scale) {
            add(micros, quantity.whole, scale);
            add_fraction(quantity.fraction, scale);
        };
        const auto years = [&](int scale) {
            add(months, quantity.whole, std::int64_t{12} * scale);
            add(months, static_cast<std::int64_t>(std::rint(quantity.fraction * scale * 12)), 1);
        };
        switch (unit) {
            case TimeUnit::microsecond: clock(1); break;
            case TimeUnit::millisecond: clock(1000); break;
            case TimeUnit::second:
                clock(kMicrosSecond);
                if (quantity.fraction != 0 && !mark_below_second()) return false;
                break;
            case TimeUnit::minute: clock(kMicrosMinute); break;
            case TimeUnit::hour: clock(kMicrosHour); break;
            case TimeUnit::day:
                add(days, quantity.whole, 1);
                add_fraction(quantity.fraction, kMicrosDay);
                break;
            case TimeUnit::week:
                add(days, quantity.whole, 7);
                add_fraction_of_days(quantity.fraction, 7);
                break;
            case TimeUnit::month:
                add(months, quantity.whole, 1);
                add_fraction_of_days(quantity.fraction, 30);
                break;
            case TimeUnit::year: years(1); break;
            case TimeUnit::decade: years(10); break;
            case TimeUnit::century: years(100); break;
            case TimeUnit::millennium: years(1000); break;
            default: return false;
        }
        return mark(unit);
    }

    [[nodiscard]] std::optional<Interval> result(bool negative) const {
        constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
        if (overflow || months > kMax || months < -kMax || days > kMax || days < -kMax ||
            micros == std::numeric_limits<std::int64_t>::min())
            return std::nullopt;
        const int sign = negative ? -1 : 1;
        return Interval{static_cast<std::int32_t>(sign * months), static_cast<std::int32_t>(sign * days),
                        sign * micros};
    }
};

class IntervalReader {
public:
    explicit IntervalReader(std::string_view text) : text_(trimmed(text)) {}

    std::optional<Interval> read() {
        if (!text_.empty() && (text_[0] == 'P' || text_[0] == 'p')) return read_iso();
        bool any = false;
        bool negative = false;
        if (peek() == '@') ++at_;
        while (true) {
            skip_spaces();
            if (at_ == text_.size()) break;
            if (is_letter(peek())) {
                const std::string word = take_word();
                if (word != "ago" && read_time_unit(word) && may_stand_before(word, peek()))
                    continue;  // A unit of no number means nothing: "d5" are five seconds.
                negative = word == "ago";
                skip_spaces();
                if (!negative || !any || at_ != text_.size()) return std::nullopt;
                break;
            }
            if (!read_part() || peek() == '-' || peek() == '+') return std::nullopt;
            any = true;
        }
        return any ? sum_.result(negative) : std::nullopt;
    }

private:
    [[nodiscard]] char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    void skip_spaces() {
        while (is_space(peek())) ++at_;
    }
    std::string take_word() {
        std::string word;
        while (is_letter(peek())) word += static_cast<char>(text_[at_++] | 0x20);
        return word;
    }

    // "1d2h" is read, "1day2h" is not: a digit right behind a word makes it a date, unless dates have that word, too.
    static bool may_stand_before(std::string_view word, char next) {
        constexpr std::array<std::string_view, 7> kOfDates = {"d", "dec", "h", "m", "mon", "s", "y"};
        if (next == '-' || next == '+') return false;
        return !is_digit(next) || std::ranges::find(kOfDates, word) != kOfDates.end();
    }

    bool take_digits(std::int64_t& value) {
        const std::size_t begin = at_;
        while (is_digit(peek())) ++at_;
        const auto read = read_bigint(text_.substr(begin, at_ - begin));
        if (read) value = *read;
        return read.has_value();
    }

    double take_fraction() {
        if (peek() != '.') return 0;
        const std::size_t begin = at_++;
        while (is_digit(peek())) ++at_;
        return at_ - begin > 1 ? read_double(text_.substr(begin, at_ - begin)).value_or(0) : 0;
    }

    bool take_quantity(Quantity& quantity, bool& negative) {
        negative = peek() == '-';
        if (negative || peek() == '+') ++at_;
        if (is_digit(peek())) {
            if (!take_digits(quantity.whole)) return false;
        } else if (peek() != '.' || !is_digit(peek(1))) {
            return false;
        }
        quantity.fraction = take_fraction();
        if (negative) quantity = {-quantity.whole, -quantity.fraction};
        return true;
    }

    // "3 days", "04:05:06", "1-2", or a number alone: days before a time of day, else seconds.
    bool read_part() {
        Quantity quantity;
        bool negative = false;
        const std::size_t begin = at_;
        if (!take_quantity(quantity, negative)) return false;
        const bool point = text_.substr(begin, at_ - begin).contains('.');  // Even "1.0" is no hour and no year.
        if (peek() == ':') return !point && read_clock(quantity, negative);
        if (peek() == '-' && !point) {
            ++at_;
            std::int64_t months = 0;
            if (is_digit(peek()) && (!take_digits(months) || months > 11)) return false;
            return sum_.add(quantity, TimeUnit::year) &&
                   sum_.add(Quantity{negative ? -months : months, 0}, TimeUnit::month);
        }
        skip_spaces();
        if (is_letter(peek())) {
            const std::size_t before = at_;
            const std::string word = take_word();
            if (word == "ago") {
                at_ = before;
                return sum_.add(quantity, TimeUnit::second);
            }
            const auto unit = read_time_unit(word);
            return unit && may_stand_before(word, peek()) && sum_.add(quantity, *unit);
        }
        const std::size_t here = at_;
        if (peek() == '-' || peek() == '+') ++at_;
        while (is_digit(peek())) ++at_;
        const bool before_clock = at_ != here && peek() == ':';
        at_ = here;
        return sum_.add(quantity, before_clock ? TimeUnit::day : TimeUnit::second);
    }

    bool read_clock(Quantity first, bool negative) {
        std::int64_t hours = std::abs(first.whole);
        std::int64_t minutes = 0;
        std::int64_t seconds = 0;
        double fraction = 0;
        ++at_;
        if (!take_digits(minutes)) return false;
        if (peek() == ':') {
            ++at_;
            if (!take_digits(seconds)) return false;
            fraction = take_fraction();
        } else if (peek() == '.') {  // Minutes and seconds.
            fraction = take_fraction();
            seconds = minutes;
            minutes = hours;
            hours = 0;
        }
        if (minutes > 59 || seconds > 60) return false;
        Sum clock;
        clock.add(clock.micros, hours, kMicrosHour);
        clock.add(clock.micros, minutes, kMicrosMinute);
        clock.add(clock.micros, seconds, kMicrosSecond);
        clock.add(clock.micros, static_cast<std::int64_t>(std::rint(fraction * 1e6)), 1);
        if (clock.overflow) return false;
        sum_.add(sum_.micros, negative ? -clock.micros : clock.micros, 1);
        return sum_.mark(TimeUnit::hour) && sum_.mark(TimeUnit::minute) && sum_.mark(TimeUnit::second) &&
               sum_.mark_below_second();
    }

    // ISO 8601: "P1Y2M3DT4H5M6S", each part with a sign of its own.
    std::optional<Interval> read_iso() {
        ++at_;
        bool time = false;
        bool any = false;
        while (at_ != text_.size()) {
            if (peek() == 'T' || peek() == 't') {
                if (time) return std::nullopt;
                time = true;
                ++at_;
                continue;
            }
            Quantity quantity;
            bool negative = false;
            if (!take_quantity(quantity, negative) || at_ == text_.size()) return std::nullopt;
            const char designator = static_cast<char>(text_[at_++] | 0x20);
            const std::string_view letters = time ? "hms" : "ymwd";
            static constexpr TimeUnit kTime[] = {TimeUnit::hour, TimeUnit::minute, TimeUnit::second};
            static constexpr TimeUnit kDate[] = {TimeUnit::year, TimeUnit::month, TimeUnit::week, TimeUnit::day};
            const std::size_t which = letters.find(designator);
            if (which == std::string_view::npos) return std::nullopt;
            sum_.seen = 0;
            if (!sum_.add(quantity, time ? kTime[which] : kDate[which])) return std::nullopt;
            any = true;
        }
        return any ? sum_.result(false) : std::nullopt;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    Sum sum_;
};

}  // namespace

std::optional<Interval> read_interval(std::string_view text) {
    constexpr std::size_t kTextMax = 250;  // PostgreSQL's buffer.
    if (text.size() > kTextMax) return std::nullopt;
    return IntervalReader(text).read();
}

void append_interval(std::string& out, const Interval& interval) {
    bool first = true;
    bool negative_before = false;
    const auto part = [&](std::int64_t value, std::string_view unit) {
        if (value == 0) return;
        fmt::format_to(std::back_inserter(out), "{}{}{} {}{}", first ? "" : " ",
                       negative_before && value > 0 ? "+" : "", value, unit, value == 1 ? "" : "s");
        negative_before = value < 0;
        first = false;
    };
    part(interval.months / 12, "year");
    part(interval.months % 12, "mon");
    part(interval.days, "day");
    if (interval.micros == 0 && !first) return;
    const bool negative = interval.micros < 0;
    const auto micros =
        negative ? -static_cast<std::uint64_t>(interval.micros) : static_cast<std::uint64_t>(interval.micros);
    const std::uint64_t seconds = micros / kMicrosSecond;
    fmt::format_to(std::back_inserter(out), "{}{}{:02}:{:02}:{:02}", first ? "" : " ",
                   negative          ? "-"
                   : negative_before ? "+"
                                     : "",
                   seconds / 3600, seconds / 60 % 60, seconds % 60);
    if (const std::uint64_t fraction = micros % kMicrosSecond; fraction != 0) {
        fmt::format_to(std::back_inserter(out), ".{:06}", fraction);
        out.resize(out.find_last_not_of('0') + 1);
    }
}

}  // namespace sf::sql
