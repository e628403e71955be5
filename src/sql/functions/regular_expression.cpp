#include "sql/functions/regular_expression.hpp"

#include "base/ascii.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <string>
#include <utility>

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
    Translation(std::string_view pattern, bool ignore_case) : pattern_(pattern), ignore_case_(ignore_case) {}

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
    std::size_t at_ = 0;
    bool anchor_ = false;  // What was read last is a place, which PostgreSQL does not repeat.
    std::string out_;
};

}  // namespace

struct RegularExpression::Program {
    Program(const std::string& pattern, const re2::RE2::Options& options) : re(pattern, options) {}
    re2::RE2 re;
};

RegularExpression::RegularExpression(std::unique_ptr<Program> program) : program_(std::move(program)) {}
RegularExpression::RegularExpression(RegularExpression&&) noexcept = default;
RegularExpression& RegularExpression::operator=(RegularExpression&&) noexcept = default;
RegularExpression::~RegularExpression() = default;

Result<RegularExpression> RegularExpression::compile(std::string_view pattern, bool ignore_case) {
    if (pattern.size() > kPatternMax) return fail(refused("a regular expression has at most 4096 bytes"));
    SF_ASSIGN(const std::string translated, Translation(pattern, ignore_case).run());
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kMemoryMax);
    options.set_dot_nl(true);  // PostgreSQL's . takes a new line, too.
    auto program = std::make_unique<Program>(translated, options);
    if (!program->re.ok()) return fail(invalid(program->re.error()));
    if (program->re.ProgramSize() > kProgramMax)
        return fail(
            refused("the regular expression is too large", "repeat less: (a{100}){100} stands for 10000 letters"));
    return RegularExpression(std::move(program));
}

bool RegularExpression::matches(std::string_view text) const {
    return program_->re.Match({text.data(), text.size()}, 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

}  // namespace sf::sql
