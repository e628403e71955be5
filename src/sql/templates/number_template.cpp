#include "sql/templates/number_template.hpp"

#include "base/ascii.hpp"
#include "sql/templates/ordinal.hpp"
#include "sql/values/characters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sf::sql {
namespace {

using NumberKind = NumberItem::Kind;
using Sign = NumberTemplate::Sign;

constexpr int kPlacesMax = 100;  // More than a number has digits.

struct NumberWord {
    std::string_view word;  // In capitals; small ones are the same.
    NumberKind kind;
};
constexpr std::array kNumberWords = {
    NumberWord{"9", NumberKind::digit},       NumberWord{"0", NumberKind::zero},
    NumberWord{".", NumberKind::point},       NumberWord{"D", NumberKind::point},
    NumberWord{",", NumberKind::comma},       NumberWord{"G", NumberKind::comma},
    NumberWord{"MI", NumberKind::minus_sign}, NumberWord{"PL", NumberKind::plus_sign},
    NumberWord{"SG", NumberKind::any_sign},   NumberWord{"TH", NumberKind::ordinal},
};
// What PostgreSQL has as well.
constexpr std::array<std::string_view, 7> kOthers = {"EEEE", "RN", "SP", "B", "C", "L", "V"};

std::unexpected<Error> refuse_number(std::string message, std::string hint = {}) {
    return fail(ErrorCode::invalid_input, std::move(message), {}, std::move(hint));
}

class NumberReader {
public:
    explicit NumberReader(std::string_view text) : rest_(text) {}

    Result<NumberTemplate> run() {
        while (!rest_.empty()) {
            if (skip("FM")) {
                shape_.fill_mode = true;
            } else if (skip("PR")) {
                if (leading_ || trailing_ || written_) return signs_together();
                brackets_ = true;
            } else if (std::ranges::any_of(kOthers, [&](std::string_view word) { return stands(word); })) {
                return refuse_number(fmt::format("\"{}\" in a template of numbers is not supported", rest_),
                                     "9 0 . , D G FM S MI PL SG PR and TH are; text goes into double quotes");
            } else {
                SF_TRY(item());
            }
        }
        if (shape_.items.empty()) return refuse_number("the template is empty", "such as 'FM999990.00'");
        if (shape_.before + shape_.after > kPlacesMax)
            return refuse_number(fmt::format("the template has more than {} places", kPlacesMax));
        // An S behind all digits before the point stands behind the number.
        if (leading_ && leading_at_ == shape_.before) trailing_ = true;
        shape_.sign = brackets_   ? Sign::brackets
                      : trailing_ ? Sign::trailing
                      : leading_  ? Sign::leading
                      : minus_    ? Sign::where_written
                                  : Sign::before_digits;
        return std::move(shape_);
    }

private:
    [[nodiscard]] bool stands(std::string_view word) const {
        return rest_.starts_with(word) || rest_.starts_with(ascii_lower(word));
    }
    bool skip(std::string_view word) {
        if (!stands(word)) return false;
        rest_.remove_prefix(word.size());
        return true;
    }
    static std::unexpected<Error> signs_together() {
        return refuse_number("S, PR and MI, PL, SG can't stand together", "one of them says where the sign goes");
    }

    Result<> item() {
        const auto* const known =
            std::ranges::find_if(kNumberWords, [&](const NumberWord& each) { return stands(each.word); });
        if (known == kNumberWords.end()) {
            if (skip("S")) return leading_sign();
            text();
            return {};
        }
        const std::string_view word = rest_.substr(0, known->word.size());
        rest_.remove_prefix(word.size());
        shape_.items.push_back({known->kind, std::string(word)});
        switch (known->kind) {
            case NumberKind::digit:
            case NumberKind::zero: return digit(known->kind == NumberKind::zero);
            case NumberKind::point:
                if (shape_.has_point) return refuse_number("the template has two points");
                shape_.has_point = true;
                return {};
            case NumberKind::minus_sign:
            case NumberKind::any_sign: minus_ = true; [[fallthrough]];
            case NumberKind::plus_sign:
                if (leading_ || trailing_ || brackets_) return signs_together();
                written_ = true;
                return {};
            default: return {};
        }
    }

    Result<> digit(bool zero) {
        if (brackets_) return refuse_number("PR stands behind all digits");
        if (zero && shape_.zeros_from < 0 && !shape_.has_point) shape_.zeros_from = shape_.before;
        ++(shape_.has_point ? shape_.after : shape_.before);
        if (zero) shape_.zeros_to = shape_.before + shape_.after;
        return {};
    }

    Result<> leading_sign() {
        if (leading_ || trailing_ || written_ || brackets_) return signs_together();
        if (shape_.has_point) {
            trailing_ = true;
        } else {
            leading_ = true;
            leading_at_ = shape_.before;
        }
        return {};
    }

    void text() {
        std::string& out = shape_.items.emplace_back().text;
        const auto take = [&] {
            const std::size_t size = character_bytes(rest_, 1);
            out += rest_.substr(0, size);
            rest_.remove_prefix(size);
        };
        if (rest_[0] != '"') {
            if (rest_.starts_with("\\\"")) rest_.remove_prefix(1);
            return take();
        }
        rest_.remove_prefix(1);
        while (!rest_.empty() && rest_[0] != '"') {
            if (rest_[0] == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
            take();
        }
        if (!rest_.empty()) rest_.remove_prefix(1);
    }

    std::string_view rest_;
    NumberTemplate shape_;
    bool leading_ = false;
    int leading_at_ = 0;
    bool trailing_ = false;
    bool brackets_ = false;
    bool written_ = false;
    bool minus_ = false;
};

class NumberWriter {
public:
    NumberWriter(std::string& out, const NumberTemplate& shape, std::string_view number, int after)
        : out_(out), shape_(shape), after_(after) {
        negative_ = number.starts_with('-');
        if (negative_) number.remove_prefix(1);
        const auto whole = static_cast<int>(std::min(number.find('.'), number.size()));
        if (whole > shape.before) {  // No room: # in each place.
            digits_.assign(static_cast<std::size_t>(shape.before), '#');
            digits_ += '.';
            digits_.append(static_cast<std::size_t>(after), '#');
        } else {
            blanks_ = shape.before - whole;
            digits_ = number;
        }
        // FM leaves out zeros at the end of a fraction, but not where the template has 0.
        const std::size_t point = digits_.find('.');
        if (shape.fill_mode && shape.has_point && point != std::string::npos) {
            relevant_ = std::max(point, digits_.find_last_not_of('0'));
            if (shape.zeros_to > blanks_)
                relevant_ = std::max(relevant_,
                                     std::min(digits_.size() - 1, static_cast<std::size_t>(shape.zeros_to - blanks_)));
        }
        const bool bare = shape.fill_mode && !negative_;
        wants_brackets_ = shape.sign == Sign::brackets && !bare;
        sign_done_ =
            shape.sign == Sign::where_written || shape.sign == Sign::trailing || (bare && shape.sign != Sign::leading);
    }

    void run() {
        int places = shape_.before + after_ + (shape_.has_point ? 1 : 0);
        for (const NumberItem& item : shape_.items) {
            switch (item.kind) {
                case NumberKind::digit:
                case NumberKind::zero:
                case NumberKind::point:
                    if (!place(item.kind == NumberKind::zero)) return;
                    if (--places == 0) behind();
                    break;
                case NumberKind::comma:
                    if (in_number_) out_ += ',';
                    else if (!shape_.fill_mode) out_ += ' ';
                    break;
                case NumberKind::minus_sign: written_sign(negative_, '-'); break;
                case NumberKind::plus_sign: written_sign(!negative_, '+'); break;
                case NumberKind::any_sign: out_ += negative_ ? '-' : '+'; break;
                case NumberKind::ordinal: ordinal(item); break;
                case NumberKind::text: out_ += item.text; break;
            }
        }
    }

private:
    // Before the point of a fraction without a whole part nothing is written: " .5".
    [[nodiscard]] bool hides_zero() const {
        return shape_.zeros_from < 0 && at_ == 0 && !digits_.empty() && digits_[0] == '0' && after_ > 0;
    }
    [[nodiscard]] bool fraction_is_zero() const { return relevant_ != std::string::npos && digits_[relevant_] == '.'; }

    void sign() {
        const bool begins = place_ >= blanks_ || shape_.zeros_from == place_;
        if (sign_done_ || !begins || (hides_zero() && !fraction_is_zero())) return;
        sign_done_ = true;
        if (shape_.sign == Sign::leading) out_ += negative_ ? '-' : '+';
        else if (shape_.sign == Sign::brackets) out_ += negative_ ? '<' : ' ';
        else if (negative_) out_ += '-';
        else if (!shape_.fill_mode) out_ += ' ';
    }

    // False where the number has no more digits, which ends it.
    bool place(bool zero) {
        in_number_ = false;
        sign();
        if (place_ < blanks_) {
            if (shape_.zeros_from >= 0 && shape_.zeros_from <= place_) {
                out_ += '0';
                in_number_ = true;
            } else if (!shape_.fill_mode) {
                out_ += ' ';
            }
            ++place_;
            return true;
        }
        ++place_;
        if (relevant_ != std::string::npos && at_ > relevant_ && !zero) {
            ++at_;  // A zero at the end that is left out.
            return true;
        }
        if (at_ >= digits_.size()) return false;
        const char digit = digits_[at_];
        if (digit == '.') {
            out_ += '.';
        } else if (hides_zero()) {
            if (!shape_.fill_mode) out_ += ' ';
            else if (fraction_is_zero()) out_ += '0';
        } else {
            out_ += digit;
            in_number_ = true;
        }
        ++at_;
        return true;
    }

    void behind() {
        if (wants_brackets_ && sign_done_) out_ += negative_ ? '>' : ' ';
        else if (shape_.sign == Sign::trailing) out_ += negative_ ? '-' : '+';
    }

    void written_sign(bool is, char sign) {
        if (is) out_ += sign;
        else if (!shape_.fill_mode) out_ += ' ';
    }

    void ordinal(const NumberItem& item) {
        if (negative_ || shape_.has_point || digits_.starts_with('#')) return;
        for (const char c : ordinal_ending(digits_).value_or(""))
            out_ += item.text[0] == 'T' ? static_cast<char>(c - 'a' + 'A') : c;
    }

    std::string& out_;
    const NumberTemplate& shape_;
    const int after_;
    std::string digits_;  // Without the sign.
    bool negative_ = false;
    int blanks_ = 0;                            // Places before the first digit.
    std::size_t relevant_ = std::string::npos;  // The last digit that is written, where FM leaves some out.
    bool wants_brackets_ = false;
    bool sign_done_ = false;
    bool in_number_ = false;
    int place_ = 0;
    std::size_t at_ = 0;  // In digits_.
};

}  // namespace

Result<NumberTemplate> parse_number_template(std::string_view text) { return NumberReader(text).run(); }

void write_number(std::string& out, const NumberTemplate& shape, std::string_view number, int after) {
    NumberWriter(out, shape, number, after).run();
}

}  // namespace sf::sql
