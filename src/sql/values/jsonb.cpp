#include "sql/values/jsonb.hpp"

#include "base/ascii.hpp"
#include "models/json_strict.hpp"
#include "sql/values/json_items.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <vector>

namespace sf::sql {
namespace {

constexpr std::size_t kNumericDigitsMax = 131'072;  // Before numeric's point;
constexpr std::int64_t kNumericScaleMax = 16'383;   // and behind it.
constexpr std::int64_t kPlainDigitsMax = 40;        // Canonical numbers longer than this have an exponent.

bool has_escapes(std::string_view raw) { return std::memchr(raw.data(), '\\', raw.size()) != nullptr; }

bool is_string_of(std::string_view raw, std::string_view content) {
    const std::string_view inside = raw.substr(1, raw.size() - 2);
    if (!has_escapes(inside)) return inside == content;
    std::string resolved;
    models::unescape(resolved, inside);
    return resolved == content;
}

// A number taken apart: sign, digits without leading zeros, and where the point stands.
struct Number {
    bool negative = false;
    std::string_view whole;     // Digits before the point,
    std::string_view fraction;  // and behind it, as written.
    std::int64_t exponent = 0;
};

bool split(std::string_view text, Number& number) {
    const char* c = text.data();
    const char* const end = c + text.size();
    if (*c == '-') {
        number.negative = true;
        ++c;
    }
    const char* begin = c;
    while (c != end && is_digit(*c)) ++c;
    number.whole = {begin, static_cast<std::size_t>(c - begin)};
    if (c != end && *c == '.') {
        begin = ++c;
        while (c != end && is_digit(*c)) ++c;
        number.fraction = {begin, static_cast<std::size_t>(c - begin)};
    }
    if (c == end) return true;
    ++c;
    if (*c == '+') ++c;
    return std::from_chars(c, end, number.exponent).ec == std::errc{} && number.exponent < 1'000'000 &&
           number.exponent > -1'000'000;
}

std::string_view without_leading_zeros(std::string_view digits) {
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    return digits;
}

// The number as numeric prints it: "1e3" is "1000", "1.50" stays. False if that is too long for `room`.
bool append_number(std::string& out, std::string_view text, std::size_t room) {
    Number number;
    if (!split(text, number)) return false;
    const std::int64_t scale =
        std::max<std::int64_t>(static_cast<std::int64_t>(number.fraction.size()) - number.exponent, 0);
    std::string digits;
    digits.reserve(number.whole.size() + number.fraction.size());
    digits.append(number.whole).append(number.fraction);
    // The value is digits * 10^(exponent - fraction.size()); written with `scale` digits behind the point.
    const std::int64_t zeros = number.exponent - static_cast<std::int64_t>(number.fraction.size()) + scale;
    const std::string_view significant = without_leading_zeros(digits);
    const bool zero = significant.empty();
    const std::int64_t whole_digits = static_cast<std::int64_t>(significant.size()) + zeros - scale;
    if (scale > kNumericScaleMax || (!zero && whole_digits > static_cast<std::int64_t>(kNumericDigitsMax)))
        return false;
    if (static_cast<std::size_t>(scale + (zero ? 1 : std::max<std::int64_t>(whole_digits, 1))) > room) return false;
    if (number.negative && !zero) out += '-';
    std::string all(significant);
    if (!zero) all.append(static_cast<std::size_t>(zeros), '0');
    const auto behind = static_cast<std::size_t>(scale);
    if (all.size() <= behind) all.insert(0, behind + 1 - all.size(), '0');
    out.append(all, 0, all.size() - behind);
    if (behind > 0) out.append(".").append(all, all.size() - behind);
    return true;
}

// Sorted keys: shorter ones first, then by bytes.
struct Member {
    std::string key;
    std::string_view value;
};

// Values in a canonical form. Stops soon after `end`, the size of the text, is passed.
class Printer {
public:
    enum class Numbers : std::uint8_t { as_numeric, by_value };

    Printer(std::string& out, Numbers numbers, std::size_t size_max)
        : out_(out), numbers_(numbers), end_(out.size() + std::min(size_max, out.max_size() - out.size())) {}

    // False, and the text as it was, if the value can't be printed.
    bool print(std::string_view value) {
        const std::size_t before = out_.size();
        if (any(value, 0)) return true;
        out_.resize(before);
        return false;
    }

private:
    bool any(std::string_view value, std::size_t depth) {
        switch (value[0]) {
            case '{': return depth < kJsonDepthMax && object(value, depth + 1);
            case '[': return depth < kJsonDepthMax && array(value, depth + 1);
            case '"': {
                const std::string_view inside = value.substr(1, value.size() - 2);
                if (!has_escapes(inside)) {
                    out_ += value;
                    break;
                }
                std::string content;
                models::unescape(content, inside);
                append_json_quoted(out_, content);
                break;
            }
            case 't':
            case 'f':
            case 'n': out_ += value; break;
            default:
                if (numbers_ == Numbers::by_value ? !append_json_scalar(out_, value)
                                                  : !append_number(out_, value, end_ - out_.size()))
                    return false;
        }
        return fits();
    }

    bool array(std::string_view value, std::size_t depth) {
        bool first = true;
        out_ += '[';
        for (JsonItems items(value); items.next(); first = false) {
            if (!first) out_ += ", ";
            if (!fits() || !any(items.value(), depth)) return false;
        }
        out_ += ']';
        return fits();
    }

    bool object(std::string_view value, std::size_t depth) {
        std::vector<Member> members;
        for (JsonItems items(value); items.next();) {
            Member& member = members.emplace_back();
            append_json_content(member.key, items.key());
            member.value = items.value();
        }
        std::ranges::stable_sort(members, [](const Member& a, const Member& b) {
            return a.key.size() != b.key.size() ? a.key.size() < b.key.size() : a.key < b.key;
        });
        bool first = true;
        out_ += '{';
        for (std::size_t i = 0; i < members.size(); ++i) {
            if (i + 1 < members.size() && members[i].key == members[i + 1].key) continue;
            if (!first) out_ += ", ";
            first = false;
            append_json_quoted(out_, members[i].key);
            out_ += ": ";
            if (!fits() || !any(members[i].value, depth)) return false;
        }
        out_ += '}';
        return fits();
    }

    [[nodiscard]] bool fits() const { return out_.size() <= end_; }

    std::string& out_;
    Numbers numbers_;
    std::size_t end_;  // The size that the text may get.
};

}  // namespace

bool is_jsonb(std::string_view text) {
    std::string padded(text);
    padded.append(models::JsonIndex::kPadding, ' ');
    const std::string_view view = std::string_view(padded).substr(0, text.size());
    models::JsonIndex index;
    models::JsonError error;
    if (!index.build(view, error)) return false;
    models::StrictJson json;
    json.start(view, index);
    std::string_view raw;
    std::vector<models::JsonComplaint> complaints;
    return json.skip_value(raw, 0, complaints) && json.at_end() && complaints.empty();
}

std::string_view json_trimmed(std::string_view text) {
    while (!text.empty() && is_json_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_json_space(text.back())) text.remove_suffix(1);
    return text;
}

std::string_view json_type(std::string_view value) {
    switch (value[0]) {
        case '{': return "object";
        case '[': return "array";
        case '"': return "string";
        case 't':
        case 'f': return "boolean";
        case 'n': return "null";
        default: return "number";
    }
}

bool append_jsonb(std::string& out, std::string_view value, std::size_t size_max) {
    return Printer(out, Printer::Numbers::as_numeric, size_max).print(value);
}

void append_canonical_jsonb(std::string& out, std::string_view value) {
    if (!Printer(out, Printer::Numbers::by_value, out.max_size()).print(value)) out += value;  // Too deep.
}

bool jsonb_equal(std::string_view a, std::string_view b) {
    if (a == b) return true;
    if (json_type(a) != json_type(b)) return false;
    std::string left, right;
    append_canonical_jsonb(left, a);
    append_canonical_jsonb(right, b);
    return left == right;
}

std::optional<std::string_view> json_member(std::string_view value, std::string_view key) {
    if (value[0] != '{') return std::nullopt;
    std::optional<std::string_view> found;
    for (JsonItems items(value); items.next();) {
        if (is_string_of(items.key(), key)) found = items.value();
    }
    return found;
}

std::optional<std::string_view> json_element(std::string_view value, std::int64_t index) {
    if (value[0] == '{') return std::nullopt;
    if (value[0] != '[') return index == 0 || index == -1 ? std::optional(value) : std::nullopt;
    if (index < 0) {
        std::int64_t count = 0;
        for (JsonItems items(value); items.next();) ++count;
        index += count;
    }
    for (JsonItems items(value); index >= 0 && items.next(); --index) {
        if (index == 0) return items.value();
    }
    return std::nullopt;
}

bool json_exists(std::string_view value, std::string_view text) {
    if (value[0] == '"') return is_string_of(value, text);
    if (value[0] != '{' && value[0] != '[') return false;
    const bool object = value[0] == '{';
    for (JsonItems items(value); items.next();) {
        const std::string_view candidate = object ? items.key() : items.value();
        if (candidate[0] == '"' && is_string_of(candidate, text)) return true;
    }
    return false;
}

void append_json_content(std::string& out, std::string_view raw) {
    const std::string_view inside = raw.substr(1, raw.size() - 2);
    if (has_escapes(inside)) models::unescape(out, inside);
    else out += inside;
}

bool append_json_text(std::string& out, std::string_view value, std::size_t size_max) {
    if (value[0] != '"') return append_jsonb(out, value, size_max);
    append_json_content(out, value);
    return true;
}

bool is_canonical_scalar(std::string_view value) {
    switch (value[0]) {
        case '"': return !has_escapes(value);
        case 't':
        case 'f': return true;
        case '{':
        case '[':
        case 'n': return false;
        default: break;
    }
    // Digits alone, but no negative zero; or digits around a point, the last of which says something.
    if (value.size() > static_cast<std::size_t>(kPlainDigitsMax)) return false;
    bool point = false;
    for (const char c : value.substr(1)) {
        if (is_digit(c)) continue;
        if (c != '.') return false;
        point = true;
    }
    return point ? value.back() != '0' : value != "-0";
}

bool append_json_scalar(std::string& out, std::string_view value) {
    if (value[0] == '{' || value[0] == '[' || value[0] == 'n') return false;
    if (is_canonical_scalar(value)) {
        out += value;
        return true;
    }
    if (value[0] == '"') {
        std::string content;
        append_json_content(content, value);
        append_json_quoted(out, content);
        return true;
    }
    Number number;
    if (!split(value, number)) {
        // An exponent beyond all reason: only a zero has one, or what is too small for a double.
        out += '0';
        return true;
    }
    std::string digits;
    digits.append(number.whole).append(number.fraction);
    std::int64_t exponent = number.exponent - static_cast<std::int64_t>(number.fraction.size());
    std::string_view significant = without_leading_zeros(digits);
    if (significant.empty()) {
        out += '0';
        return true;
    }
    const std::size_t last = significant.find_last_not_of('0');
    exponent += static_cast<std::int64_t>(significant.size() - 1 - last);
    significant = significant.substr(0, last + 1);
    const auto count = static_cast<std::int64_t>(significant.size());
    if (number.negative) out += '-';
    if (exponent >= 0 && count + exponent <= kPlainDigitsMax) {
        out.append(significant).append(static_cast<std::size_t>(exponent), '0');
    } else if (exponent < 0 && -exponent <= kPlainDigitsMax && count + exponent <= kPlainDigitsMax) {
        const std::int64_t before = count + exponent;
        if (before > 0) out.append(significant.substr(0, static_cast<std::size_t>(before)));
        else out += '0';
        out += '.';
        if (before < 0) out.append(static_cast<std::size_t>(-before), '0');
        out.append(significant.substr(static_cast<std::size_t>(std::max<std::int64_t>(before, 0))));
    } else {
        out.append(significant).append("e").append(std::to_string(exponent));
    }
    return true;
}

void append_json_quoted(std::string& out, std::string_view content) {
    static constexpr std::string_view kHex = "0123456789abcdef";
    out += '"';
    for (const char c : content) {
        switch (c) {
            case '"': out += "\\\""; break;
            case '\\': out += "\\\\"; break;
            case '\b': out += "\\b"; break;
            case '\f': out += "\\f"; break;
            case '\n': out += "\\n"; break;
            case '\r': out += "\\r"; break;
            case '\t': out += "\\t"; break;
            default:
                if (static_cast<unsigned char>(c) < 0x20) {
                    out += "\\u00";
                    out += kHex[static_cast<unsigned char>(c) >> 4];
                    out += kHex[c & 15];
                } else {
                    out += c;
                }
        }
    }
    out += '"';
}

}  // namespace sf::sql
