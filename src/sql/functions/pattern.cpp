// LIKE, ILIKE, ~ and their opposites.
#include "sql/functions/catalog.hpp"
#include "sql/functions/like.hpp"
#include "sql/functions/regular_expression.hpp"
#include "sql/functions/rowwise.hpp"

namespace sf::sql {
namespace {

template <class Matcher>
struct PreparedPattern : Prepared {
    explicit PreparedPattern(Matcher matcher) : pattern(std::move(matcher)) {}
    Matcher pattern;
};

using PreparedResult = Result<std::shared_ptr<const Prepared>>;

const std::string* literal_text(const Expression& expression) { return std::get_if<std::string>(&expression.literal); }

template <bool kIgnoreCase>
PreparedResult prepare_like(std::span<const ExpressionPtr> arguments) {
    const std::string* const text = literal_text(*arguments[1]);
    if (text == nullptr) return std::shared_ptr<const Prepared>{};  // A pattern a row.
    auto pattern = LikePattern::compile(*text, kIgnoreCase);
    if (!pattern) {
        return fail(ErrorCode::invalid_input,
                    text->size() > kLikePatternMax ? "a LIKE pattern has at most 4096 bytes"
                                                   : "a LIKE pattern must not end with its escape character",
                    {}, "two backslashes stand for one");
    }
    return std::make_shared<const PreparedPattern<LikePattern>>(std::move(*pattern));
}

template <bool kIgnoreCase>
PreparedResult prepare_regular_expression(std::span<const ExpressionPtr> arguments) {
    const std::string* const text = literal_text(*arguments[1]);
    if (text == nullptr) {
        if (is_null_literal(*arguments[1])) return std::shared_ptr<const Prepared>{};
        return fail(ErrorCode::invalid_input, "a regular expression must be a literal", {},
                    "LIKE takes patterns that are computed");
    }
    SF_ASSIGN(auto expression, RegularExpression::compile(*text, kIgnoreCase));
    return std::make_shared<const PreparedPattern<RegularExpression>>(std::move(expression));
}

template <bool kIgnoreCase, bool kWanted>
std::optional<bool> like_row(std::string_view text, std::string_view pattern) {
    const auto matched = like(text, pattern, kIgnoreCase);
    if (!matched) return std::nullopt;
    return *matched == kWanted;
}

template <class Matcher, bool kWanted>
void match_prepared(Call& call) {
    const auto& pattern = static_cast<const PreparedPattern<Matcher>&>(*call.expression().prepared).pattern;
    const auto texts = call.read<std::string_view>(0);
    const std::span<std::uint8_t> out = call.write<std::uint8_t>();
    for (std::size_t row = 0; row < out.size(); ++row)
        out[row] = static_cast<std::uint8_t>(call.is_valid(row) && pattern.matches(texts[row]) == kWanted);
}

template <bool kIgnoreCase, bool kWanted>
void like_kernel(Call& call) {
    if (call.expression().prepared != nullptr) match_prepared<LikePattern, kWanted>(call);
    else rowwise<&like_row<kIgnoreCase, kWanted>>(call);
}

template <bool kWanted>
void regular_expression_kernel(Call& call) {
    if (call.expression().prepared != nullptr) match_prepared<RegularExpression, kWanted>(call);
    else std::ranges::fill(call.write<std::uint8_t>(), std::uint8_t{0});  // The pattern is NULL, and so is every row.
}

constexpr Function pattern(std::string_view name, Kernel kernel, decltype(Function::prepare) prepare) {
    return {.name = name,
            .arguments = {Type::text, Type::text},
            .arity = 2,
            .result = Type::boolean,
            .kernel = kernel,
            .style = Function::Style::infix,
            .prepare = prepare};
}

constexpr std::array kPatternOperators = {
    pattern("LIKE", like_kernel<false, true>, prepare_like<false>),
    pattern("NOT LIKE", like_kernel<false, false>, prepare_like<false>),
    pattern("ILIKE", like_kernel<true, true>, prepare_like<true>),
    pattern("NOT ILIKE", like_kernel<true, false>, prepare_like<true>),
    pattern("~", regular_expression_kernel<true>, prepare_regular_expression<false>),
    pattern("!~", regular_expression_kernel<false>, prepare_regular_expression<false>),
    pattern("~*", regular_expression_kernel<true>, prepare_regular_expression<true>),
    pattern("!~*", regular_expression_kernel<false>, prepare_regular_expression<true>),
};

}  // namespace

std::span<const Function> pattern_operators() { return kPatternOperators; }

}  // namespace sf::sql
