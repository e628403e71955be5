#include "sql/values/jsonb_order.hpp"

#include "sql/values/json_items.hpp"
#include "sql/values/jsonb.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>
#include <vector>

namespace sf::sql {
namespace {

// What a value is, in the order of kinds. An empty array that stands alone comes before all that is no array:
// PostgreSQL compares it with arrays of one element, as which it keeps plain values.
enum class JsonRank : char { empty_array, null, string, number, boolean, array, object };

void append_rank(std::string& out, JsonRank rank) { out += static_cast<char>(rank); }

void append_count(std::string& out, std::size_t count) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(count >> shift);
}

// A zero byte is followed by 255, the end is two zeros.
void append_content(std::string& out, std::string_view content) {
    for (const char c : content) {
        out += c;
        if (c == '\0') out += '\xff';
    }
    out.append(2, '\0');
}

// The sign, where the first digit stands, the digits. `canonical` is as append_json_scalar() writes numbers.
void append_number(std::string& out, std::string_view canonical) {
    if (canonical == "0") {
        out += '\1';
        return;
    }
    const bool negative = canonical[0] == '-';
    if (negative) canonical.remove_prefix(1);
    std::int64_t exponent = 0;
    if (const std::size_t e = canonical.find('e'); e != std::string_view::npos) {
        std::from_chars(canonical.data() + e + 1, canonical.data() + canonical.size(), exponent);
        canonical = canonical.substr(0, e);
    }
    const std::size_t point = std::min(canonical.find('.'), canonical.size());
    std::string digits(canonical.substr(0, point));
    if (point < canonical.size()) digits += canonical.substr(point + 1);
    exponent += static_cast<std::int64_t>(point);
    const std::size_t first = digits.find_first_not_of('0');
    exponent -= static_cast<std::int64_t>(first);
    digits = digits.substr(first, digits.find_last_not_of('0') - first + 1);
    out += negative ? '\0' : '\2';
    const std::size_t begin = out.size();
    const auto biased = static_cast<std::uint64_t>(exponent) + (std::uint64_t{1} << 63);
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(biased >> shift);
    out += digits;
    out += '\0';
    for (std::size_t i = begin; negative && i < out.size(); ++i) out[i] = static_cast<char>(~out[i]);
}

class OrderKey {
public:
    explicit OrderKey(std::string& out) : out_(out) {}

    void append(std::string_view value, std::size_t depth) {
        switch (value[0]) {
            case '{': return object(value, depth);
            case '[': return array(value, depth);
            case 'n': return append_rank(out_, JsonRank::null);
            case 't':
            case 'f':
                append_rank(out_, JsonRank::boolean);
                out_ += value[0] == 't' ? '\1' : '\0';
                return;
            case '"': {
                append_rank(out_, JsonRank::string);
                std::string content;
                append_json_content(content, value);
                return append_content(out_, content);
            }
            default: break;
        }
        append_rank(out_, JsonRank::number);
        std::string canonical;
        if (append_json_scalar(canonical, value)) append_number(out_, canonical);
    }

private:
    void array(std::string_view value, std::size_t depth) {
        std::vector<std::string_view> elements;
        for (JsonItems items(value); items.next();) elements.push_back(items.value());
        append_rank(out_, depth == 0 && elements.empty() ? JsonRank::empty_array : JsonRank::array);
        append_count(out_, elements.size());
        if (depth == kJsonDepthMax) return;
        for (const std::string_view element : elements) append(element, depth + 1);
    }

    // Members in the order in which jsonb keeps them: shorter keys first; of two with one key the last.
    void object(std::string_view value, std::size_t depth) {
        std::vector<std::pair<std::string, std::string_view>> members;
        for (JsonItems items(value); items.next();) {
            std::string key;
            append_json_content(key, items.key());
            members.emplace_back(std::move(key), items.value());
        }
        std::ranges::stable_sort(members, [](const auto& a, const auto& b) {
            return a.first.size() != b.first.size() ? a.first.size() < b.first.size() : a.first < b.first;
        });
        std::size_t kept = 0;
        for (std::size_t i = 0; i < members.size(); ++i) {
            if (i + 1 < members.size() && members[i].first == members[i + 1].first) continue;
            if (kept != i) members[kept] = std::move(members[i]);
            ++kept;
        }
        append_rank(out_, JsonRank::object);
        append_count(out_, kept);
        if (depth == kJsonDepthMax) return;
        for (std::size_t i = 0; i < kept; ++i) {
            append_content(out_, members[i].first);
            append(members[i].second, depth + 1);
        }
    }

    std::string& out_;
};

}  // namespace

void append_jsonb_order(std::string& out, std::string_view value) {
    static constexpr std::string_view kHex = "0123456789abcdef";
    std::string bytes;
    OrderKey(bytes).append(json_trimmed(value), 0);
    for (const char byte : bytes) {
        out += kHex[static_cast<unsigned char>(byte) >> 4];
        out += kHex[static_cast<unsigned char>(byte) & 15];
    }
}

}  // namespace sf::sql
