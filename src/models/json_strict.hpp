// Strict JSON over a JsonIndex: every token is checked (RFC 8259), nested values are validated and skipped, and the
// text that a value covers is given back without a copy. On top of the RFC, inside the values it skips: no duplicate
// keys, no lone surrogates, no
// \u0000, no number that a double can't hold, a limit on depth (I-JSON, RFC 7493, and a little more).
#pragma once

#include "models/json_index.hpp"

#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace sf::models {

/// Something in a well-formed value that we refuse: where (a JSON pointer below the value) and why.
struct JsonComplaint {
    std::string pointer;
    std::string detail;
};

/// A cursor over the tokens of one text. Syntax errors stop it: the call returns false and error() says what and where.
class StrictJson {
public:
    static constexpr std::size_t kDepthMax = 32;        // Deeper values are complained about,
    static constexpr std::size_t kDepthWalkMax = 1024;  // and from here on are a syntax error.

    /// `text` and `index`, which was built of it, outlive the cursor's use.
    void start(std::string_view text, const JsonIndex& index);

    [[nodiscard]] const JsonError& error() const { return error_; }

    /// The first character of the next token; 0 at the end of the text.
    [[nodiscard]] char peek() const { return at_ < end_ ? base_[*at_] : '\0'; }
    [[nodiscard]] std::size_t position() const { return *at_; }
    [[nodiscard]] bool at_end() const { return at_ == end_; }

    [[nodiscard]] std::string_view text() const { return text_; }
    [[nodiscard]] std::string_view text_from(std::size_t begin) const {
        return text_.substr(begin, value_end_ - begin);
    }

    /// Takes the bracket, colon or comma that peek() showed.
    void take() { ++at_; }
    [[nodiscard]] bool expect(char token, const char* message) {
        if (peek() != token) return fail(message);
        value_end_ = *at_ + 1;
        ++at_;
        return true;
    }

    /// The raw content between the quotes of the string that stands here, escapes unresolved.
    // Between the closing quote and the next token stand only spaces, so the closing quote is found from behind.
    [[nodiscard]] bool raw_string(std::string_view& raw) {
        if (peek() != '"') return fail("expected a string");
        const char* const begin = base_ + *at_ + 1;
        const char* last = base_ + at_[1] - 1;
        while (last >= begin && (*last == ' ' || *last == '\n' || *last == '\r' || *last == '\t')) --last;
        if (last < begin || *last != '"')
            return fail_at(static_cast<std::size_t>(last - base_), "unexpected character after a string");
        raw = {begin, static_cast<std::size_t>(last - begin)};
        value_end_ = static_cast<std::size_t>(last - base_) + 1;
        ++at_;
        return true;
    }

    /// Whether the raw content of a string of this text has escapes. Most texts have none at all, which is looked up
    /// once.
    [[nodiscard]] bool has_escapes(std::string_view raw) const {
        return escapes_ && std::memchr(raw.data(), '\\', raw.size()) != nullptr;
    }

    /// Checks and skips any value and returns its text. `depth` is how many brackets are already open. Complaints are
    /// added to `complaints`, which stays untouched by a clean value.
    [[nodiscard]] bool skip_value(std::string_view& raw, std::size_t depth, std::vector<JsonComplaint>& complaints);

    [[nodiscard]] bool fail(const char* message) { return fail_at(at_ < end_ ? *at_ : text_.size(), message); }

private:
    struct Level {
        bool is_object = false;
        std::uint64_t keys_seen = 0;  // A bit for a hash of each key: where the bit is new, so is the key.
        std::size_t keys_begin = 0;   // This object's keys start here in keys_.
        std::size_t count = 0;        // Members or elements so far.
        std::unordered_set<std::string_view> keys_many;  // All keys, in objects of more than kKeysCompared.
    };

    [[nodiscard]] bool fail_at(std::size_t position, const char* message);
    [[nodiscard]] bool scalar(std::vector<JsonComplaint>& complaints);
    [[nodiscard]] bool number(std::string_view token, std::vector<JsonComplaint>& complaints);
    [[nodiscard]] bool open(std::size_t depth, bool& empty, std::vector<JsonComplaint>& complaints);
    [[nodiscard]] bool key(std::vector<JsonComplaint>& complaints);
    [[nodiscard]] bool repeats(Level& level, std::string_view name) const;
    void close();
    void complain(std::vector<JsonComplaint>& complaints, std::string detail) const;

    std::string_view text_;
    const char* base_ = nullptr;  // text_.data()
    bool escapes_ = false;        // There is a backslash somewhere in the text.
    const std::uint32_t* at_ = nullptr;
    const std::uint32_t* end_ = nullptr;
    std::size_t value_end_ = 0;  // Where the last token ended.
    JsonError error_;
    std::vector<Level> levels_;  // Open brackets inside the value that is being skipped; the first depth_ are in use.
    std::size_t depth_ = 0;
    std::vector<std::string_view> keys_;  // Keys of all open objects, escapes resolved.
    std::deque<std::string> resolved_;    // Storage of keys that had escapes.
};

/// Whether the escapes in the raw content of a string are right; if not, what is wrong.
[[nodiscard]] const char* check_escapes(std::string_view raw);

/// Appends the content of a string whose escapes are right.
void unescape(std::string& out, std::string_view raw);

/// `key` as a reference token of a JSON pointer (RFC 6901), with its leading slash.
[[nodiscard]] std::string pointer_token(std::string_view key);

}  // namespace sf::models
