// Functions that take pieces of a text out by a regular expression, or put others in their place. The pattern and the
// flags are literals.
#include "sql/functions/catalog.hpp"
#include "sql/functions/regular_expression.hpp"
#include "sql/functions/rowwise.hpp"
#include "sql/values/array.hpp"
#include "sql/values/characters.hpp"

#include <fmt/format.h>

#include <array>

namespace sf::sql {
namespace {

using Pieces = std::array<std::string_view, RegularExpression::kPiecesMax>;

struct PreparedPieces : Prepared {
    PreparedPieces(RegularExpression regular_expression, bool all_of_them)
        : expression(std::move(regular_expression)), all(all_of_them) {}
    RegularExpression expression;
    bool all;  // Flag g.
};

const RegularExpression& expression_of(const Call& call) {
    return static_cast<const PreparedPieces&>(*call.expression().prepared).expression;
}

struct PatternFlags {
    bool ignore_case = false;
    bool all = false;
};

Result<PatternFlags> read_flags(const Expression& literal, bool may_be_all) {
    const std::string* const text = std::get_if<std::string>(&literal.literal);
    if (text == nullptr) return fail(ErrorCode::invalid_input, "the flags of a regular expression must be a literal");
    PatternFlags flags;
    for (const char c : *text) {
        if (c == 'i' || c == 'c') flags.ignore_case = c == 'i';
        else if (c == 'g' && may_be_all) flags.all = true;
        else
            return fail(ErrorCode::invalid_input,
                        fmt::format("the flag \"{}\" of a regular expression is not supported here", c), {},
                        may_be_all ? "i, c and g are" : "i and c are");
    }
    return flags;
}

bool has_back_reference(const Expression& replacement) {
    const std::string* const text = std::get_if<std::string>(&replacement.literal);
    if (text == nullptr) return !is_null_literal(replacement);
    for (std::size_t i = 0; i + 1 < text->size(); ++i) {
        if ((*text)[i] != '\\') continue;
        if ((*text)[i + 1] >= '1' && (*text)[i + 1] <= '9') return true;
        ++i;
    }
    return false;
}

enum class Groups : std::uint8_t { unused, used, in_replacement };

// `kFlags` is the place of the flags among the arguments, 0 where there are none.
template <std::size_t kFlags, Groups kGroups, bool kMayBeAll = false>
Result<std::shared_ptr<const Prepared>> prepare_pieces(std::span<const ExpressionPtr> arguments) {
    const std::string* const text = std::get_if<std::string>(&arguments[1]->literal);
    if (text == nullptr) {
        if (is_null_literal(*arguments[1])) return std::shared_ptr<const Prepared>{};
        return fail(ErrorCode::invalid_input, "a regular expression must be a literal");
    }
    PatternFlags flags;
    if constexpr (kFlags > 0) {
        if (is_null_literal(*arguments[kFlags])) return std::shared_ptr<const Prepared>{};
        SF_ASSIGN(flags, read_flags(*arguments[kFlags], kMayBeAll));
    }
    bool groups = kGroups == Groups::used;
    if constexpr (kGroups == Groups::in_replacement) groups = has_back_reference(*arguments[2]);
    SF_ASSIGN(auto expression, RegularExpression::compile(*text, flags.ignore_case,
                                                          groups ? RegularExpression::Wanted::place_and_groups
                                                                 : RegularExpression::Wanted::place));
    return std::make_shared<const PreparedPieces>(std::move(expression), flags.all);
}

std::size_t end_of(std::string_view text, std::string_view piece) {
    return static_cast<std::size_t>(piece.data() - text.data()) + piece.size();
}

// Calls `take` with each place that matches, until it says no. After an empty one the search goes on a character later.
template <class Take>
void each_match(const RegularExpression& expression, std::string_view text, std::size_t from, std::size_t groups,
                Take take) {
    Pieces pieces;
    while (from <= text.size() && expression.find(text, from, std::span(pieces).first(groups + 1))) {
        if (!take(pieces)) return;
        from = end_of(text, pieces[0]);
        if (pieces[0].empty()) from += from < text.size() ? character_bytes(text.substr(from), 1) : 1;
    }
}

bool is_like(Call& call, std::string_view text) { return expression_of(call).matches(text); }

// Whole matches of a strict function of the text, the pattern, and further arguments that the loop does not read.
template <class Out, class Row>
void rows_of_texts(Call& call, Row row_function) {
    const auto texts = call.read<std::string_view>(0);
    const std::span<Out> out = call.write<Out>();
    for (std::size_t row = 0; row < out.size(); ++row) {
        out[row] = {};
        if (call.is_valid(row)) row_function(row, texts[row], out[row]);
    }
}

void regexp_like(Call& call) {
    rows_of_texts<std::uint8_t>(call, [&](std::size_t, std::string_view text, std::uint8_t& out) {
        out = static_cast<std::uint8_t>(is_like(call, text));
    });
}

// The byte where the search begins: the third argument counts characters from 1. Nothing before the first.
std::optional<std::size_t> start_of(const Call& call, std::size_t argument, std::size_t row, std::string_view text) {
    if (call.size() <= argument) return 0;
    const std::int64_t start = call.read<std::int64_t>(argument)[row];
    if (start < 1) return std::nullopt;
    if (start - 1 > count_characters(text)) return text.size() + 1;
    return character_bytes(text, start - 1);
}

void regexp_count(Call& call) {
    rows_of_texts<std::int64_t>(call, [&](std::size_t row, std::string_view text, std::int64_t& out) {
        const auto start = start_of(call, 2, row, text);
        if (!start) return call.fail(row);
        each_match(expression_of(call), text, *start, 0, [&](const Pieces&) {
            ++out;
            return true;
        });
    });
}

void regexp_substr(Call& call) {
    rows_of_texts<std::string_view>(call, [&](std::size_t row, std::string_view text, std::string_view& out) {
        const auto start = start_of(call, 2, row, text);
        std::int64_t left = call.size() > 3 ? call.read<std::int64_t>(3)[row] : 1;
        if (!start || left < 1) return call.fail(row);
        each_match(expression_of(call), text, *start, 0, [&](const Pieces& pieces) {
            if (--left == 0) out = pieces[0];
            return left > 0;
        });
        if (left > 0) call.set_null(row);
    });
}

// regexp_instr(): the place of the n-th match, or the one behind it, counted in characters from 1. 0 without one.
void regexp_place(Call& call) {
    rows_of_texts<std::int64_t>(call, [&](std::size_t row, std::string_view text, std::int64_t& out) {
        const auto start = start_of(call, 2, row, text);
        std::int64_t left = call.size() > 3 ? call.read<std::int64_t>(3)[row] : 1;
        const std::int64_t end = call.size() > 4 ? call.read<std::int64_t>(4)[row] : 0;
        if (!start || left < 1 || end < 0 || end > 1) return call.fail(row);
        each_match(expression_of(call), text, *start, 0, [&](const Pieces& pieces) {
            const std::size_t behind = end_of(text, pieces[0]);
            if (--left == 0) out = count_characters(text.substr(0, end == 1 ? behind : behind - pieces[0].size())) + 1;
            return left > 0;
        });
    });
}

// substring(text from pattern): the first group, or the whole match where there is none.
void substring_of_pattern(Call& call) {
    const std::size_t group = std::min<std::size_t>(expression_of(call).groups(), 1);
    rows_of_texts<std::string_view>(call, [&](std::size_t row, std::string_view text, std::string_view& out) {
        bool found = false;
        each_match(expression_of(call), text, 0, group, [&](const Pieces& pieces) {
            found = pieces[group].data() != nullptr;
            if (found) out = pieces[group];
            return false;
        });
        if (!found) call.set_null(row);
    });
}

void regexp_match(Call& call) {
    const std::size_t groups = expression_of(call).groups();
    std::string array;
    rows_of_texts<std::string_view>(call, [&](std::size_t row, std::string_view text, std::string_view& out) {
        bool found = false;
        array.clear();
        each_match(expression_of(call), text, 0, groups, [&](const Pieces& pieces) {
            found = true;
            for (std::size_t i = groups == 0 ? 0 : 1; i <= groups; ++i)
                append_element(array, pieces[i].data() == nullptr ? Element() : Element(pieces[i]));
            return false;
        });
        if (!found) call.set_null(row);
        else if (!call.copy(array, out)) call.fail(row);
    });
}

// Matches that are empty at an end of the text, or right behind the one before, are no separators.
void regexp_split(Call& call) {
    std::string array;
    rows_of_texts<std::string_view>(call, [&](std::size_t row, std::string_view text, std::string_view& out) {
        std::size_t begin = 0;
        array.clear();
        each_match(expression_of(call), text, 0, 0, [&](const Pieces& pieces) {
            const auto at = static_cast<std::size_t>(pieces[0].data() - text.data());
            if (at >= text.size() || at + pieces[0].size() <= begin) return true;
            append_element(array, text.substr(begin, at - begin));
            begin = at + pieces[0].size();
            return array.size() <= Call::kTextMax;
        });
        append_element(array, text.substr(begin));
        if (!call.copy(array, out)) call.fail(row);
    });
}

// What stands for a match: \& for all of it, \1 to \9 for groups, two backslashes for one.
void append_replacement(std::string& out, std::string_view replacement, const Pieces& pieces, std::size_t groups) {
    for (std::size_t i = 0; i < replacement.size(); ++i) {
        const char c = replacement[i];
        if (c != '\\' || i + 1 == replacement.size()) {
            out += c;
            continue;
        }
        const char next = replacement[i + 1];
        if (next >= '1' && next <= '9') {
            const auto group = static_cast<std::size_t>(next - '0');
            if (group <= groups && pieces[group].data() != nullptr) out += pieces[group];
        } else if (next == '&') {
            out += pieces[0];
        } else if (next == '\\') {
            out += '\\';
        } else {
            out += c;
            continue;
        }
        ++i;
    }
}

void regexp_replace(Call& call) {
    if (call.expression().prepared == nullptr) {
        std::ranges::fill(call.write<std::string_view>(), std::string_view{});
        return;
    }
    const auto& prepared = static_cast<const PreparedPieces&>(*call.expression().prepared);
    const auto replacements = call.read<std::string_view>(2);
    const bool places = call.size() > 3 && call.argument(3).type == Type::integer;
    const std::size_t groups = prepared.expression.groups();
    std::string text_out;
    rows_of_texts<std::string_view>(call, [&](std::size_t row, std::string_view text, std::string_view& out) {
        const auto start = places ? start_of(call, 3, row, text) : std::optional<std::size_t>(0);
        const std::int64_t which = places && call.size() > 4 ? call.read<std::int64_t>(4)[row] : 1;
        if (!start || which < 0) return call.fail(row);
        const bool all = prepared.all || which == 0;
        std::int64_t seen = 0;
        std::size_t copied = 0;
        text_out.clear();
        each_match(prepared.expression, text, *start, groups, [&](const Pieces& pieces) {
            if (++seen < which) return true;
            text_out += text.substr(copied, static_cast<std::size_t>(pieces[0].data() - text.data()) - copied);
            append_replacement(text_out, replacements[row], pieces, groups);
            copied = end_of(text, pieces[0]);
            return all && text_out.size() <= Call::kTextMax;
        });
        if (copied == 0 && text_out.empty()) {
            out = text;
            return;
        }
        text_out += text.substr(copied);
        if (!call.copy(text_out, out)) call.fail(row);
    });
}

// Where the pattern or the flags are NULL, so is every row.
template <Kernel kKernel, class Out>
void unless_null(Call& call) {
    if (call.expression().prepared != nullptr) kKernel(call);
    else std::ranges::fill(call.write<Out>(), Out{});
}

constexpr Type kTextType = Type::text;
constexpr Type kWhole = Type::integer;

constexpr Function piece(std::string_view name, std::array<Type, kArgumentsMax> arguments, std::uint8_t arity,
                         Type result, Kernel kernel, decltype(Function::prepare) prepare) {
    return {
        .name = name, .arguments = arguments, .arity = arity, .result = result, .kernel = kernel, .prepare = prepare};
}

constexpr Kernel kLikeKernel = unless_null<regexp_like, std::uint8_t>;
constexpr Kernel kCountKernel = unless_null<regexp_count, std::int64_t>;
constexpr Kernel kSubstrKernel = unless_null<regexp_substr, std::string_view>;
constexpr Kernel kPlaceKernel = unless_null<regexp_place, std::int64_t>;
constexpr Kernel kSubstringKernel = unless_null<substring_of_pattern, std::string_view>;
constexpr Kernel kMatchKernel = unless_null<regexp_match, std::string_view>;
constexpr Kernel kSplitKernel = unless_null<regexp_split, std::string_view>;

constexpr std::array kPieceFunctions = {
    piece("regexp_like", {kTextType, kTextType}, 2, Type::boolean, kLikeKernel, prepare_pieces<0, Groups::unused>),
    piece("regexp_like", {kTextType, kTextType, kTextType}, 3, Type::boolean, kLikeKernel,
          prepare_pieces<2, Groups::unused>),
    piece("regexp_count", {kTextType, kTextType}, 2, kWhole, kCountKernel, prepare_pieces<0, Groups::unused>),
    piece("regexp_count", {kTextType, kTextType, kWhole}, 3, kWhole, kCountKernel, prepare_pieces<0, Groups::unused>),
    piece("regexp_count", {kTextType, kTextType, kWhole, kTextType}, 4, kWhole, kCountKernel,
          prepare_pieces<3, Groups::unused>),
    piece("regexp_substr", {kTextType, kTextType}, 2, kTextType, kSubstrKernel, prepare_pieces<0, Groups::unused>),
    piece("regexp_substr", {kTextType, kTextType, kWhole}, 3, kTextType, kSubstrKernel,
          prepare_pieces<0, Groups::unused>),
    piece("regexp_substr", {kTextType, kTextType, kWhole, kWhole}, 4, kTextType, kSubstrKernel,
          prepare_pieces<0, Groups::unused>),
    piece("regexp_substr", {kTextType, kTextType, kWhole, kWhole, kTextType}, 5, kTextType, kSubstrKernel,
          prepare_pieces<4, Groups::unused>),
    piece("regexp_instr", {kTextType, kTextType}, 2, kWhole, kPlaceKernel, prepare_pieces<0, Groups::unused>),
    piece("regexp_instr", {kTextType, kTextType, kWhole}, 3, kWhole, kPlaceKernel, prepare_pieces<0, Groups::unused>),
    piece("regexp_instr", {kTextType, kTextType, kWhole, kWhole}, 4, kWhole, kPlaceKernel,
          prepare_pieces<0, Groups::unused>),
    piece("regexp_instr", {kTextType, kTextType, kWhole, kWhole, kWhole}, 5, kWhole, kPlaceKernel,
          prepare_pieces<0, Groups::unused>),
    piece("regexp_instr", {kTextType, kTextType, kWhole, kWhole, kWhole, kTextType}, 6, kWhole, kPlaceKernel,
          prepare_pieces<5, Groups::unused>),
    piece("substring", {kTextType, kTextType}, 2, kTextType, kSubstringKernel, prepare_pieces<0, Groups::used>),
    piece("regexp_match", {kTextType, kTextType}, 2, kTextArray, kMatchKernel, prepare_pieces<0, Groups::used>),
    piece("regexp_match", {kTextType, kTextType, kTextType}, 3, kTextArray, kMatchKernel,
          prepare_pieces<2, Groups::used>),
    piece("regexp_split_to_array", {kTextType, kTextType}, 2, kTextArray, kSplitKernel,
          prepare_pieces<0, Groups::unused>),
    piece("regexp_split_to_array", {kTextType, kTextType, kTextType}, 3, kTextArray, kSplitKernel,
          prepare_pieces<2, Groups::unused>),
    piece("regexp_replace", {kTextType, kTextType, kTextType}, 3, kTextType, regexp_replace,
          prepare_pieces<0, Groups::in_replacement>),
    piece("regexp_replace", {kTextType, kTextType, kTextType, kTextType}, 4, kTextType, regexp_replace,
          prepare_pieces<3, Groups::in_replacement, true>),
    piece("regexp_replace", {kTextType, kTextType, kTextType, kWhole}, 4, kTextType, regexp_replace,
          prepare_pieces<0, Groups::in_replacement>),
    piece("regexp_replace", {kTextType, kTextType, kTextType, kWhole, kWhole}, 5, kTextType, regexp_replace,
          prepare_pieces<0, Groups::in_replacement>),
    piece("regexp_replace", {kTextType, kTextType, kTextType, kWhole, kWhole, kTextType}, 6, kTextType, regexp_replace,
          prepare_pieces<5, Groups::in_replacement>),
};

}  // namespace

std::span<const Function> piece_functions() { return kPieceFunctions; }

}  // namespace sf::sql
