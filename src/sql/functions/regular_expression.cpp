#include "sql/functions/regular_expression.hpp"

#include "base/ascii.hpp"
#include "sql/values/characters.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace sf::sql {
namespace {

constexpr std::int64_t kMemoryMax = 1 << 20;  // Of one program with its caches.
constexpr int kProgramMax = 5000;             // Instructions.
constexpr std::size_t kPatternMax = 4096;     // Bytes.
constexpr int kRepetitionsMax = 255;          // PostgreSQL's.

Error refused(std::string message, std::string hint = {}) {
    return {ErrorCode::invalid_input, std::move(message), {}, std::move(hint)};
}

Error invalid(std::string_view what) { return refused(fmt::format("invalid regular expression: {}", what)); }

// PostgreSQL's syntax as RE2's. They agree on most of it; this finds the rest. Letters are given in both cases where
// case is ignored: RE2 would fold those of all languages, and PostgreSQL folds ASCII alone in the "C" locale.
class Translation {
public:
    Translation(std::string_view pattern, bool ignore_case, RegularExpression::Wanted wanted)
        : pattern_(pattern), ignore_case_(ignore_case), wanted_(wanted) {}

    Result<std::string> run() {
        if (pattern_.starts_with("***"))
            return fail(refused("the prefix *** of a regular expression is not supported"));
        constexpr std::string_view kIgnoreCase = "(?i)";
        if (pattern_.starts_with(kIgnoreCase)) {
            ignore_case_ = true;
            at_ = kIgnoreCase.size();
        }
        while (at_ < pattern_.size()) {
            const char c = pattern_[at_];
            if (std::exchange(anchor_, false) && is_quantifier()) return fail(invalid("there is nothing to repeat"));
            SF_TRY(check_pieces());
            anchor_ = c == '^' || c == '$';
            if (c == '\\') SF_TRY(escape());
            else if (c == '[') SF_TRY(brackets());
            else if (c == '(' && next(1) == '?') SF_TRY(group());
            else if (c == '{' && is_digit(next(1))) SF_TRY(bound());
            else if (ignore_case_ && is_letter(c)) both_cases();
            else copy(1);
        }
        return std::move(out_);
    }

private:
    using Wanted = RegularExpression::Wanted;

    // Refuses what makes the two take different pieces: quantifiers that take as little as possible, and of groups
    // those that are repeated. (Alternatives: see alternatives_are_clear().)
    Result<> check_pieces() {
        if (wanted_ == Wanted::whether) return {};
        const bool quantifier = is_quantifier();
        if (std::exchange(quantified_, quantifier || (quantified_ && in_bound())) && next(0) == '?')
            return fail(refused("quantifiers that take as little as possible are not supported here",
                                "[^x]*x takes everything up to the first x"));
        if (wanted_ == Wanted::place_and_groups && quantifier && next(0) != '?' && at_ > 0 &&
            pattern_[at_ - 1] == ')' && !(at_ > 1 && pattern_[at_ - 2] == '\\'))
            return fail(refused("a repeated group of a regular expression is not supported here",
                                "repeat inside of the group: ([a-z]+)"));
        return {};
    }
    [[nodiscard]] bool in_bound() const { return next(0) == '}'; }

    static constexpr int kClass = -1;  // Stands for many characters.

    [[nodiscard]] char next(std::size_t ahead) const {
        return at_ + ahead < pattern_.size() ? pattern_[at_ + ahead] : '\0';
    }
    void copy(std::size_t count) {
        const std::string_view copied = pattern_.substr(at_, count);
        out_ += copied;
        at_ += copied.size();
    }
    void replace(std::string_view by) {
        out_ += by;
        at_ += 2;
    }
    void both_cases() {
        const char c = pattern_[at_++];
        out_.append({'[', c, static_cast<char>(c ^ 0x20), ']'});
    }

    // What is the same inside of brackets and outside: the character's code, or kClass.
    Result<int> common_escape() {
        const char c = next(1);
        switch (c) {
            case 'd':
            case 'D':
            case 'w':
            case 'W': copy(2); return kClass;
            case 'f': copy(2); return '\f';
            case 'n': copy(2); return '\n';
            case 'r': copy(2); return '\r';
            case 't': copy(2); return '\t';
            case 'v': copy(2); return '\v';
            case 'b':
            case 'B':
                return fail(refused(fmt::format("\\{} in a regular expression is no word boundary in PostgreSQL", c),
                                    fmt::format("write \\{} for a word boundary", c == 'b' ? 'y' : 'Y')));
            case 'm':
            case 'M':
                return fail(refused(fmt::format("\\{} in a regular expression is not supported", c),
                                    "write \\y for a word boundary"));
            default: break;
        }
        if (at_ + 1 == pattern_.size()) return fail(invalid("trailing \\"));
        if (is_digit(c) || is_letter(c))
            return fail(refused(fmt::format("the escape \\{} of a regular expression is not supported", c)));
        if (static_cast<unsigned char>(c) >= 0x80) {
            ++at_;  // Needs no backslash.
            return character();
        }
        copy(2);
        return c;
    }

    Result<> escape() {
        switch (next(1)) {
            case 'y': return anchor("\\b");
            case 'Y': return anchor("\\B");
            case 'Z': return anchor("\\z");
            case 'A': return anchor("\\A");
            case 's': replace("[[:space:]]"); return {};  // RE2's \s leaves out the vertical tab.
            case 'S': replace("[^[:space:]]"); return {};
            default: break;
        }
        SF_TRY(common_escape());
        return {};
    }

    Result<> anchor(std::string_view by) {
        anchor_ = true;
        replace(by);
        return {};
    }

    [[nodiscard]] bool is_quantifier() const {
        const char c = next(0);
        return c == '*' || c == '+' || c == '?' || (c == '{' && is_digit(next(1)));
    }

    // {2}, {2,}, {2,5}
    Result<> bound() {
        ++at_;
        const int least = count();
        int most = least;
        out_ += fmt::format("{{{}", least);
        if (next(0) == ',') {
            copy(1);
            most = kRepetitionsMax;
            if (is_digit(next(0))) {
                most = count();
                out_ += fmt::format("{}", most);
            }
        }
        if (next(0) != '}') return fail(invalid("a { without its }"));
        if (most > kRepetitionsMax || least > most)
            return fail(invalid(fmt::format("repetition counts go up to {}, the smaller one first", kRepetitionsMax)));
        copy(1);
        return {};
    }
    int count() {
        int value = 0;
        for (; is_digit(next(0)); ++at_) value = std::min(value * 10 + (next(0) - '0'), kRepetitionsMax + 1);
        return value;
    }

    Result<> brackets() {
        copy(next(1) == '^' ? 2 : 1);
        for (bool first = true; at_ < pattern_.size() && (first || next(0) != ']'); first = false) {
            if (!first && is_range()) return fail(invalid("invalid character range"));
            SF_ASSIGN(const int from, member());
            int to = from;
            if (is_range()) {
                copy(1);
                if (from == kClass || is_range()) return fail(invalid("invalid character range"));
                SF_ASSIGN(to, member());
                if (to == kClass) return fail(invalid("invalid character range"));
            }
            if (ignore_case_) {
                other_case(std::max<int>(from, 'a'), std::min<int>(to, 'z'));
                other_case(std::max<int>(from, 'A'), std::min<int>(to, 'Z'));
            }
        }
        copy(1);
        return {};
    }

    // Whether a - follows that makes a range, not the last one, which is a member.
    [[nodiscard]] bool is_range() const { return next(0) == '-' && next(1) != ']' && next(1) != '\0'; }

    void other_case(int from, int to) {
        if (from <= to) out_.append({static_cast<char>(from ^ 0x20), '-', static_cast<char>(to ^ 0x20)});
    }

    // A member of brackets, or an end of a range: its code, or kClass.
    Result<int> member() {
        const char c = next(0);
        if (c == '\\') {
            if (next(1) == 's' || next(1) == 'S') {
                replace(next(1) == 's' ? "[:space:]" : "[:^space:]");
                return kClass;
            }
            return common_escape();
        }
        if (c == '[' && (next(1) == '.' || next(1) == '='))
            return fail(refused("collating elements in a regular expression are not supported"));
        if (c == '[' && next(1) == ':') return named_class();
        if (c == '[' || c == ']' || c == '-' || c == '^') out_ += '\\';
        return character();
    }

    Result<int> named_class() {
        const std::size_t end = pattern_.find(":]", at_ + 2);
        if (end == std::string_view::npos) return fail(invalid("a [: without its :]"));
        std::string_view name = pattern_.substr(at_ + 2, end - at_ - 2);
        if (name.starts_with('^')) return fail(invalid("invalid character class"));
        if (ignore_case_ && (name == "upper" || name == "lower")) name = "alpha";
        out_ += fmt::format("[:{}:]", name);
        at_ = end + 2;
        return kClass;
    }

    // Copies one, and gives its code.
    int character() {
        const auto lead = static_cast<unsigned char>(next(0));
        copy(1);
        if (lead < 0x80) return lead;
        int code = lead & (lead < 0xE0 ? 0x1F : lead < 0xF0 ? 0x0F : 0x07);
        for (int rest = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3; rest > 0 && (next(0) & 0xC0) == 0x80; --rest) {
            code = (code << 6) | (next(0) & 0x3F);
            copy(1);
        }
        return code;
    }

    Result<> group() {
        if (next(2) == ':') {
            copy(3);
            return {};
        }
        return fail(refused("lookaround and options in a regular expression are not supported",
                            "(?:...) groups, and (?i) at its beginning are"));
    }

    std::string_view pattern_;
    bool ignore_case_;
    Wanted wanted_;
    std::size_t at_ = 0;
    bool quantified_ = false;  // A quantifier was read last.
    bool anchor_ = false;      // What was read last is a place, which PostgreSQL does not repeat.
    std::string out_;
};

}  // namespace

namespace {

// Whether groups are the same in both, whatever matches: all alternatives are plain letters, and none begins another.
bool alternatives_are_clear(std::string_view pattern) {
    std::vector<std::vector<std::string>> levels(1, {""});
    std::vector<bool> plain(1, true);
    const auto is_clear = [](const std::vector<std::string>& alternatives) {
        for (std::size_t i = 0; i < alternatives.size(); ++i) {
            for (std::size_t k = 0; k < alternatives.size(); ++k) {
                if (i != k && alternatives[i].starts_with(alternatives[k])) return false;
            }
        }
        return true;
    };
    const auto close = [&] {
        const bool clear = levels.back().size() == 1 || (plain.back() && is_clear(levels.back()));
        levels.pop_back();
        plain.pop_back();
        return clear;
    };
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        const char c = pattern[at];
        if (c == '(') {
            plain.back() = false;
            levels.push_back({""});
            plain.push_back(true);
            if (at + 2 < pattern.size() && pattern[at + 1] == '?') at += 2;
        } else if (c == ')') {
            if (levels.size() == 1 || !close()) return false;
        } else if (c == '|') {
            levels.back().emplace_back();
        } else if (is_letter(c) || is_digit(c) || c == ' ' || c == '-' || c == '_' || c == '/') {
            levels.back().back() += c;
        } else {
            plain.back() = false;
            if (c == '\\') ++at;
            if (c == '[') {
                at += at + 1 < pattern.size() && pattern[at + 1] == '^' ? 2 : 1;
                for (++at; at < pattern.size() && pattern[at] != ']'; ++at) {
                }
            }
        }
    }
    return levels.size() == 1 && close();
}

}  // namespace

struct RegularExpression::Program {
    Program(const std::string& pattern, const re2::RE2::Options& options) : re(pattern, options) {}
    re2::RE2 re;
};

RegularExpression::RegularExpression(std::unique_ptr<Program> program) : program_(std::move(program)) {}
RegularExpression::RegularExpression(RegularExpression&&) noexcept = default;
RegularExpression& RegularExpression::operator=(RegularExpression&&) noexcept = default;
RegularExpression::~RegularExpression() = default;

Result<RegularExpression> RegularExpression::compile(std::string_view pattern, bool ignore_case, Wanted wanted) {
    if (pattern.size() > kPatternMax) return fail(refused("a regular expression has at most 4096 bytes"));
    SF_ASSIGN(const std::string translated, Translation(pattern, ignore_case, wanted).run());
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kMemoryMax);
    options.set_dot_nl(true);  // PostgreSQL's . takes a new line, too.
    options.set_longest_match(wanted != Wanted::whether);
    auto program = std::make_unique<Program>(translated, options);
    if (!program->re.ok()) return fail(invalid(program->re.error()));
    if (program->re.ProgramSize() > kProgramMax)
        return fail(
            refused("the regular expression is too large", "repeat less: (a{100}){100} stands for 10000 letters"));
    if (wanted == Wanted::place_and_groups && program->re.NumberOfCapturingGroups() > 0) {
        if (!alternatives_are_clear(pattern))
            return fail(refused("alternatives beside groups of a regular expression are not supported here",
                                "plain words are, of which none begins another: (web|api)"));
        if (program->re.NumberOfCapturingGroups() >= static_cast<int>(kPiecesMax))
            return fail(refused("a regular expression has at most 9 groups here", "(?:...) groups without a number"));
    }
    return RegularExpression(std::move(program));
}

bool RegularExpression::find(std::string_view text, std::size_t from, std::span<std::string_view> pieces) const {
    std::array<re2::StringPiece, kPiecesMax> found;
    const int count = static_cast<int>(std::min(pieces.size(), found.size()));
    if (!program_->re.Match({text.data(), text.size()}, from, text.size(), re2::RE2::UNANCHORED, found.data(), count))
        return false;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        pieces[i] = {};
        if (found[i].data() != nullptr) pieces[i] = {found[i].data(), found[i].size()};
    }
    return true;
}

std::size_t RegularExpression::groups() const {
    return std::min(static_cast<std::size_t>(program_->re.NumberOfCapturingGroups()), kPiecesMax - 1);
}

// similar_escape_internal() of regexp.c, without its parts between double quotes, which only substring() has.
std::string similar_to_regular_expression(std::string_view pattern, std::string_view escape) {
    std::string out = "^(?:";
    bool in_brackets = false;
    while (!pattern.empty()) {
        const char c = pattern.front();
        if (!escape.empty() && pattern.starts_with(escape) && pattern.size() > escape.size()) {
            pattern.remove_prefix(escape.size());
            const std::size_t size = character_bytes(pattern, 1);
            out.append("\\").append(pattern.substr(0, size));
            pattern.remove_prefix(size);
            continue;
        }
        pattern.remove_prefix(1);
        if (in_brackets) {
            if (c == '\\') out += '\\';
            out += c;
            in_brackets = c != ']';
        } else if (c == '[') {
            out += c;
            in_brackets = true;
        } else if (c == '%') {
            out += ".*";
        } else if (c == '_') {
            out += '.';
        } else if (c == '(') {
            out += "(?:";
        } else {
            if (c == '\\' || c == '.' || c == '^' || c == '$') out += '\\';
            out += c;
        }
    }
    return out + ")$";
}

bool RegularExpression::matches(std::string_view text) const {
    return program_->re.Match({text.data(), text.size()}, 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

}  // namespace sf::sql
