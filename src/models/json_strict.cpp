#include "models/json_strict.hpp"

#include "base/ascii.hpp"
#include "base/assert.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

namespace sf::models {
namespace {

constexpr std::size_t kComplaintsMax = 10;  // For one event; more would only repeat the message.
constexpr std::size_t kKeysCompared = 64;   // Above, an object's keys go into a hash set.

int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// The code unit of "\uXXXX" at raw[at]; -1 if it is none.
int code_unit(std::string_view raw, std::size_t at) {
    if (raw.size() - at < 6 || raw[at] != '\\' || raw[at + 1] != 'u') return -1;
    int value = 0;
    for (std::size_t i = at + 2; i < at + 6; ++i) {
        const int digit = hex_value(raw[i]);
        if (digit < 0) return -1;
        value = value * 16 + digit;
    }
    return value;
}

std::uint64_t key_bit(std::string_view name) {
    if (name.empty()) return 1;
    const auto first = static_cast<unsigned char>(name.front());
    const auto last = static_cast<unsigned char>(name.back());
    return std::uint64_t{1} << ((first * 7u + last * 31u + name.size() * 13u) & 63);
}

}  // namespace

const char* check_escapes(std::string_view raw) {
    std::size_t at = 0;
    while (at < raw.size()) {
        const void* found = std::memchr(raw.data() + at, '\\', raw.size() - at);
        if (found == nullptr) return nullptr;
        at = static_cast<std::size_t>(static_cast<const char*>(found) - raw.data());
        if (at + 1 >= raw.size()) return "a backslash at the end of a string";
        const char kind = raw[at + 1];
        if (kind != 'u') {
            if (std::strchr("\"\\/bfnrt", kind) == nullptr || kind == '\0') return "an unknown escape in a string";
            at += 2;
            continue;
        }
        const int unit = code_unit(raw, at);
        if (unit < 0) return "\\u needs four hexadecimal digits";
        if (unit == 0) return "\\u0000 is not allowed (PostgreSQL and C strings can't hold it)";
        at += 6;
        if (unit >= 0xDC00 && unit <= 0xDFFF) return "a lone surrogate (\\uDC00 to \\uDFFF) is no character";
        if (unit >= 0xD800 && unit <= 0xDBFF) {
            const int low = at < raw.size() ? code_unit(raw, at) : -1;
            if (low < 0xDC00 || low > 0xDFFF) return "a lone surrogate (\\uD800 to \\uDBFF) is no character";
            at += 6;
        }
    }
    return nullptr;
}

void unescape(std::string& out, std::string_view raw) {
    std::size_t at = 0;
    while (at < raw.size()) {
        const std::size_t next = std::min(raw.find('\\', at), raw.size());
        out.append(raw.substr(at, next - at));
        at = next;
        if (at == raw.size()) return;
        switch (const char kind = raw[at + 1]) {
            case 'b': out.push_back('\b'); break;
            case 'f': out.push_back('\f'); break;
            case 'n': out.push_back('\n'); break;
            case 'r': out.push_back('\r'); break;
            case 't': out.push_back('\t'); break;
            case 'u': {
                auto point = static_cast<std::uint32_t>(code_unit(raw, at));
                if (point >= 0xD800 && point <= 0xDBFF) {
                    const auto low = static_cast<std::uint32_t>(code_unit(raw, at + 6));
                    point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
                    at += 6;
                }
                append_utf8(out, point);
                at += 4;
                break;
            }
            default: out.push_back(kind);
        }
        at += 2;
    }
}

std::string pointer_token(std::string_view key) {
    std::string token = "/";
    for (const char c : key) {
        if (c == '~') token += "~0";
        else if (c == '/') token += "~1";
        else token += c;
    }
    return token;
}

void StrictJson::start(std::string_view text, const JsonIndex& index) {
    text_ = text;
    base_ = text.data();
    escapes_ = std::memchr(text.data(), '\\', text.size()) != nullptr;
    at_ = index.begin();
    end_ = index.end();
}

bool StrictJson::fail_at(std::size_t position, const char* message) {
    error_ = {message, position};
    return false;
}

void StrictJson::complain(std::vector<JsonComplaint>& complaints, std::string detail) const {
    if (complaints.size() >= kComplaintsMax) return;
    std::string pointer;
    for (std::size_t i = 0; i < depth_ && i < kDepthMax; ++i) {
        const Level& level = levels_[i];
        if (level.count == 0) break;
        if (level.is_object) pointer += pointer_token(keys_[level.keys_begin + level.count - 1]);
        else pointer += '/' + std::to_string(level.count - 1);
    }
    complaints.push_back({std::move(pointer), std::move(detail)});
}

// RFC 8259, section 6.
bool StrictJson::number(std::string_view token, std::vector<JsonComplaint>& complaints) {
    const char* c = token.data();
    const char* const end = c + token.size();
    bool exponent = false;
    if (*c == '-') ++c;
    if (c == end || !is_digit(*c)) return fail("not a JSON value");
    if (*c == '0') {
        ++c;
    } else {
        while (c != end && is_digit(*c)) ++c;
    }
    if (c != end && *c == '.') {
        ++c;
        if (c == end || !is_digit(*c)) return fail("a number needs a digit after its point");
        while (c != end && is_digit(*c)) ++c;
    }
    if (c != end && (*c == 'e' || *c == 'E')) {
        exponent = true;
        ++c;
        if (c != end && (*c == '+' || *c == '-')) ++c;
        if (c == end || !is_digit(*c)) return fail("a number needs a digit in its exponent");
        while (c != end && is_digit(*c)) ++c;
    }
    if (c != end) return fail("a malformed number");
    // 1.8e308 has 309 digits before its point when written out, so shorter plain numbers can't overflow.
    if (exponent || token.size() > 308) {
        const std::string terminated(token);
        if (std::isinf(std::strtod(terminated.c_str(), nullptr))) {
            complain(complaints, "a number beyond the range of a double");
        }
    }
    return true;
}

bool StrictJson::scalar(std::vector<JsonComplaint>& complaints) {
    if (at_ == end_) return fail("the text ends too early");
    const char first = base_[*at_];
    if (first == '"') {
        std::string_view raw;
        if (!raw_string(raw)) return false;
        if (has_escapes(raw)) {
            if (const char* wrong = check_escapes(raw)) complain(complaints, wrong);
        }
        return true;
    }
    const std::size_t begin = *at_;
    std::size_t end = at_[1];
    while (end > begin && is_json_space(base_[end - 1])) --end;
    const std::string_view token(base_ + begin, end - begin);
    if (first == '-' || is_digit(first)) {
        if (!number(token, complaints)) return false;
    } else if (token != "true" && token != "false" && token != "null") {
        return fail(first == ',' || first == ']' || first == '}' || first == ':' ? "expected a value"
                                                                                 : "not a JSON value");
    }
    value_end_ = end;
    ++at_;
    return true;
}

// Linear in the number of keys: a bit per key settles small objects, a hash set large ones.
bool StrictJson::repeats(Level& level, std::string_view name) const {
    if (level.count >= kKeysCompared) {
        if (level.keys_many.empty())
            level.keys_many.insert(keys_.begin() + static_cast<std::ptrdiff_t>(level.keys_begin), keys_.end());
        return !level.keys_many.insert(name).second;
    }
    const std::uint64_t bit = key_bit(name);
    if ((level.keys_seen & bit) == 0) {
        level.keys_seen |= bit;
        return false;
    }
    return std::find(keys_.begin() + static_cast<std::ptrdiff_t>(level.keys_begin), keys_.end(), name) != keys_.end();
}

bool StrictJson::key(std::vector<JsonComplaint>& complaints) {
    if (peek() != '"') return fail("expected a key in double quotes");
    std::string_view name;
    if (!raw_string(name)) return false;
    Level& level = levels_[depth_ - 1];
    const char* wrong = nullptr;
    if (has_escapes(name)) {
        wrong = check_escapes(name);
        if (wrong == nullptr) {
            unescape(resolved_.emplace_back(), name);
            name = resolved_.back();
        }
    }
    const bool repeated = repeats(level, name);
    keys_.push_back(name);
    ++level.count;
    if (wrong != nullptr) complain(complaints, wrong);
    if (repeated) complain(complaints, "this key stands twice in its object");
    return expect(':', "expected a colon after a key");
}

bool StrictJson::open(std::size_t depth, bool& empty, std::vector<JsonComplaint>& complaints) {
    if (depth + depth_ >= kDepthWalkMax) return fail("nested deeper than 1024 brackets");
    if (depth + depth_ == kDepthMax) complain(complaints, "nested deeper than 32 brackets");
    if (levels_.size() == depth_) levels_.emplace_back();
    Level& level = levels_[depth_++];
    level.is_object = peek() == '{';
    level.keys_seen = 0;
    level.keys_begin = keys_.size();
    level.count = 0;
    if (!level.keys_many.empty()) level.keys_many.clear();
    take();
    empty = peek() == (level.is_object ? '}' : ']');
    if (empty) {
        close();
        return true;
    }
    if (level.is_object) return key(complaints);
    level.count = 1;
    return true;
}

void StrictJson::close() {
    value_end_ = *at_ + 1;
    ++at_;
    --depth_;
    keys_.resize(levels_[depth_].keys_begin);
}

bool StrictJson::skip_value(std::string_view& raw, std::size_t depth, std::vector<JsonComplaint>& complaints) {
    const std::size_t begin = at_ < end_ ? *at_ : text_.size();
    depth_ = 0;
    keys_.clear();
    resolved_.clear();
    while (true) {
        const char first = peek();
        if (first == '{' || first == '[') {
            bool empty = false;
            if (!open(depth, empty, complaints)) return false;
            if (!empty) continue;
        } else if (!scalar(complaints)) {
            return false;
        }
        // A value has ended: close what ends with it, up to the next comma.
        while (true) {
            if (depth_ == 0) {
                raw = {base_ + begin, value_end_ - begin};
                return true;
            }
            Level& level = levels_[depth_ - 1];
            const char next = peek();
            if (next == ',') {
                take();
                if (level.is_object) {
                    if (!key(complaints)) return false;
                } else {
                    ++level.count;
                }
                break;
            }
            if (next != (level.is_object ? '}' : ']')) {
                return fail(level.is_object ? "expected a comma or } in an object"
                                            : "expected a comma or ] in an array");
            }
            close();
        }
    }
}

}  // namespace sf::models
