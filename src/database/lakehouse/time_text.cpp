#include "database/lakehouse/time_text.hpp"

#include <fmt/format.h>

#include <iterator>
#include <limits>

namespace sf::database {
namespace {

// The fraction without the zeros at its end. `digits` digits in `value`.
void append_fraction(std::string& out, std::int64_t value, int digits) {
    if (value == 0) return;
    std::string text = fmt::format("{:0{}}", value, digits);
    text.erase(text.find_last_not_of('0') + 1);
    out += '.';
    out += text;
}

// Days since 1970 to year, month, day: Howard Hinnant's "days_from_civil" backwards, in 64 bits, for years beyond
// std::chrono's.
void append_civil(std::string& out, std::int64_t days) {
    const std::int64_t z = days + 719'468;
    const std::int64_t era = (z >= 0 ? z : z - 146'096) / 146'097;
    const std::int64_t doe = z - era * 146'097;
    const std::int64_t yoe = (doe - doe / 1460 + doe / 36'524 - doe / 146'096) / 365;
    const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    const std::int64_t mp = (5 * doy + 2) / 153;
    const std::int64_t day = doy - (153 * mp + 2) / 5 + 1;
    const std::int64_t month = mp < 10 ? mp + 3 : mp - 9;
    const std::int64_t year = yoe + era * 400 + (month <= 2 ? 1 : 0);
    if (year >= 0 && year <= 9999) {
        fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}", year, month, day);
    } else {
        fmt::format_to(std::back_inserter(out), "{}{:06}-{:02}-{:02}", year < 0 ? '-' : '+', year < 0 ? -year : year,
                       month, day);
    }
}

bool append_infinity(std::string& out, std::int64_t value, std::int64_t most) {
    if (value != most && value != -most) return false;
    out += value > 0 ? "\"infinity\"" : "\"-infinity\"";
    return true;
}

void append_clock(std::string& out, std::int64_t seconds) {
    fmt::format_to(std::back_inserter(out), "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

}  // namespace

void append_timestamp(std::string& out, std::int64_t micros) {
    if (append_infinity(out, micros, std::numeric_limits<std::int64_t>::max())) return;
    constexpr std::int64_t kSecond = 1'000'000;
    std::int64_t seconds = micros / kSecond;
    std::int64_t fraction = micros % kSecond;
    if (fraction < 0) fraction += kSecond, --seconds;
    std::int64_t days = seconds / 86'400;
    std::int64_t of_day = seconds % 86'400;
    if (of_day < 0) of_day += 86'400, --days;
    out += '"';
    append_civil(out, days);
    out += 'T';
    append_clock(out, of_day);
    append_fraction(out, fraction, 6);
    out += "Z\"";
}

void append_date(std::string& out, std::int32_t days) {
    if (append_infinity(out, days, std::numeric_limits<std::int32_t>::max())) return;
    out += '"';
    append_civil(out, days);
    out += '"';
}

}  // namespace sf::database
