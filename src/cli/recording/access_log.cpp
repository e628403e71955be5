#include "cli/recording/access_log.hpp"

#include "base/ascii.hpp"
#include "base/utf8.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace sf::recording {
namespace {

int two_digits(const char* at) { return is_digit(at[0]) && is_digit(at[1]) ? (at[0] - '0') * 10 + (at[1] - '0') : -1; }

bool all_digits(std::string_view text) {
    for (const char c : text) {
        if (!is_digit(c)) return false;
    }
    return !text.empty();
}

std::string_view take_word(std::string_view& text) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return word;
}

// A field in quotes at the start of `text`, and the space after it. False if there is none.
bool take_quoted(std::string_view& text, std::string_view& field) {
    if (text.empty() || text.front() != '"') return false;
    std::size_t at = 1;
    while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
    const bool closed = at < text.size();
    const std::size_t end = std::min(at, text.size());
    field = text.substr(1, end - 1);
    text.remove_prefix(closed ? end + 1 : end);
    if (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    return true;
}

// "17/May/2015:10:05:03 +0000"
std::optional<Timestamp> parse_log_time(std::string_view text) {
    if (text.size() != 26) return std::nullopt;
    static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const char* const c = text.data();
    const int day = two_digits(c);
    const std::size_t month = kMonths.find(text.substr(3, 3));
    const int century = two_digits(c + 7);
    const int year = two_digits(c + 9);
    const int hour = two_digits(c + 12);
    const int minute = two_digits(c + 15);
    const int second = two_digits(c + 18);
    const int zone_hours = two_digits(c + 22);
    const int zone_minutes = two_digits(c + 24);
    if ((day | century | year | hour | minute | second | zone_hours | zone_minutes) < 0) return std::nullopt;
    if (c[2] != '/' || c[6] != '/' || c[11] != ':' || c[14] != ':' || c[17] != ':' || c[20] != ' ') return std::nullopt;
    if (month == std::string_view::npos || month % 3 != 0 || hour > 23 || minute > 59 || second > 60)
        return std::nullopt;
    if ((c[21] != '+' && c[21] != '-') || zone_hours > 23 || zone_minutes > 59) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{century * 100 + year},
                                           std::chrono::month{static_cast<unsigned>(month / 3 + 1)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok()) return std::nullopt;
    const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
    const std::int64_t zone = (zone_hours * 60 + zone_minutes) * (c[21] == '-' ? -60 : 60);
    const std::int64_t seconds = ((days * 24 + hour) * 60 + minute) * 60 + second - zone;
    return timestamp_from_micros(seconds * 1'000'000);
}

int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

const char* parse_access_log_line(std::string_view text, AccessLogLine& line) {
    line = {};
    line.host = take_word(text);
    line.ident = take_word(text);
    // The user's name may have spaces, so it ends where the time begins.
    const std::size_t bracket = text.find('[');
    if (line.host.empty() || line.ident.empty() || bracket == std::string_view::npos || bracket < 2) {
        return "not a line of an access log: expected HOST IDENT USER [TIME] \"REQUEST\" STATUS BYTES";
    }
    line.user = text.substr(0, bracket - 1);
    text.remove_prefix(bracket + 1);
    const std::size_t closing = text.find(']');
    const auto time = closing == std::string_view::npos ? std::nullopt : parse_log_time(text.substr(0, closing));
    if (!time) return "the time is not like [17/May/2015:10:05:03 +0000]";
    line.time = *time;
    text.remove_prefix(std::min(closing + 2, text.size()));
    if (!take_quoted(text, line.request)) return "expected the request in double quotes after the time";
    line.status = take_word(text);
    line.bytes = take_word(text);
    if (line.status != "-" && (!all_digits(line.status) || line.status.size() != 3)) {
        return "the status is not a number of three digits";
    }
    if (line.bytes != "-" && !all_digits(line.bytes)) return "the size is not a number";
    if (line.bytes.size() > 18) return "the size is too large";
    if (take_quoted(text, line.referrer)) static_cast<void>(take_quoted(text, line.user_agent));
    line.extra = text;
    return nullptr;
}

std::optional<RequestLine> parse_request_line(std::string_view request) {
    RequestLine line;
    const std::size_t first = request.find(' ');
    if (first == std::string_view::npos || first == 0) return std::nullopt;
    line.method = request.substr(0, first);
    for (const char c : line.method) {
        if ((c < 'A' || c > 'Z') && c != '-' && c != '_') return std::nullopt;
    }
    line.path = request.substr(first + 1);
    const std::size_t last = line.path.rfind(' ');
    if (last != std::string_view::npos) {
        line.protocol = line.path.substr(last + 1);
        line.path = line.path.substr(0, last);
        // "GET /a b" has no protocol; a path with a space and none is malformed.
        if (!line.protocol.starts_with("HTTP/")) return std::nullopt;
    }
    if (line.path.empty()) return std::nullopt;
    return line;
}

std::string_view resolve_log_escapes(std::string_view text, std::string& scratch) {
    if (std::memchr(text.data(), '\\', text.size()) == nullptr) return text;
    scratch.clear();
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            scratch += text[i];
            continue;
        }
        const char kind = text[++i];
        if (kind == '"' || kind == '\\') {
            scratch += kind;
        } else if (kind == 'n' || kind == 't' || kind == 'r') {
            scratch += kind == 'n' ? '\n' : (kind == 't' ? '\t' : '\r');
        } else if (kind == 'x' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
            const int byte = hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]);
            if (byte < 0x20 || byte == 0x7F) return text;
            scratch += static_cast<char>(byte);
            i += 2;
        } else {
            return text;  // No escape that we know.
        }
    }
    return utf8_valid_prefix(scratch) == scratch.size() ? std::string_view(scratch) : text;
}

}  // namespace sf::recording
