// All functions and operators, by name, and those that the grammar has words of its own for.
#pragma once

#include "sql/functions/function.hpp"

#include <array>
#include <span>
#include <string_view>
#include <vector>

namespace sf::sql {

/// The ways to call a function, or an operator of that many operands; empty if there is none.
[[nodiscard]] std::vector<const Function*> functions_named(std::string_view name);
[[nodiscard]] std::vector<const Function*> operators_named(std::string_view symbol, std::size_t operands);

/// One that takes any number of arguments; null if there is none of this name.
[[nodiscard]] const Function* variadic_function(std::string_view name);

/// The names of all functions, for suggestions.
[[nodiscard]] std::vector<std::string_view> function_names();

/// The cast between two types, null where PostgreSQL has none or where both are the same. Casts of json_scalar are the
/// readings of `data.field` in a place that wants that type.
[[nodiscard]] const Function* cast_function(Type from, Type to);

// logic.cpp
extern const Function kAnd;  // Any number of booleans, from left to right.
extern const Function kOr;
extern const Function kNot;
extern const Function kIsNull;  // Of any type.
extern const Function kIsNotNull;
extern const Function kIsTrue;
extern const Function kIsNotTrue;
extern const Function kIsFalse;
extern const Function kIsNotFalse;

// compare.cpp: two of one type.
extern const Function kDistinctFrom;
extern const Function kNotDistinctFrom;

// conditional.cpp
extern const Function kCase;      // condition, result, condition, result, ..., the result otherwise.
extern const Function kCoalesce;  // Any number of one type.
extern const Function kGreatest;
extern const Function kLeast;

// array.cpp
extern const Function kArray;      // ARRAY[...]: any number of one type.
extern const Function kElementAt;  // array[i]: an array, integer.
extern const Function kSlice;      // array[from:to]: an array, integer, integer.

// membership.cpp
extern const Function kIn;      // A value and literals of its type.
extern const Function kHasTag;  // An array of texts, none of them NULL, and a literal text.

// casts.cpp
extern const Function kNumericLimit;  // numeric, precision, scale: numeric(10, 2)
extern const Function kSmallLimit;    // integer: a smallint, which has 16 bits.
extern const Function kTextLimit;     // text, length: varchar(10)

// text.cpp, text_making.cpp, text_format.cpp: any number of texts.
extern const Function kConcat;
extern const Function kConcatWs;
extern const Function kFormat;

// bytes.cpp: of texts, or of bytes in their place.
extern const Function kTextToBytes;
extern const Function kSha256;
extern const Function kHexToBytes;
extern const Function kBase64ToBytes;
extern const Function kBytesToHex;
extern const Function kBytesToBase64;
extern const Function kBytesToText;

// trigonometry.cpp
extern const Function kPi;  // Of nothing.

// json.cpp
extern const Function kScalarOfField;  // jsonb to json_scalar.
extern const Function kJsonStep;       // jsonb, text or integer: jsonb. ->
extern const Function kJsonPathStep;   // jsonb, text: jsonb. A step of #>: a key, or the index of an array.
extern const Function kJsonText;       // jsonb: text. What ->> and #>> do after the last step.

// row_sources.cpp: what functions in FROM make rows of.
extern const Function kJsonElements;      // jsonb: jsonb[], of an array;
extern const Function kJsonElementTexts;  // as ->> gives them: text[].
extern const Function kJsonKeys;          // jsonb: text[], of an object, sorted as jsonb sorts them;
extern const Function kJsonValues;        // jsonb[], in that order;
extern const Function kJsonValueTexts;    // text[].
extern const Function kOrdinals;          // Any number of arrays: bigint[], 1 and on to the length of the longest.

// jsonb.cpp
extern const Function kJsonPath;         // jsonb, text[]: jsonb. #> with a path that is computed.
extern const Function kJsonBuildArray;   // Any number of any types;
extern const Function kJsonBuildObject;  // in pairs.

// comparison_forms.cpp
extern const Function kIntervalForm;   // interval: the form that those of one length share, and that sorts as they do.
extern const Function kIntervalsForm;  // interval[]: the same of each.
extern const Function kJsonEqual;      // jsonb, or json_scalar: jsonb, the one form that equal values share.
extern const Function kJsonOrder;      // The same: text, sorts as the values do.

/// Tables of the files of this folder.
[[nodiscard]] std::span<const Function> comparison_operators();
[[nodiscard]] std::span<const Function> arithmetic_operators();
[[nodiscard]] std::span<const Function> text_operators();
[[nodiscard]] std::span<const Function> pattern_operators();
[[nodiscard]] std::span<const Function> time_operators();
[[nodiscard]] std::span<const Function> json_operators();
[[nodiscard]] std::span<const Function> calendar_functions();
[[nodiscard]] std::span<const Function> calendar_operators();
[[nodiscard]] std::span<const Function> calendar_casts();
[[nodiscard]] std::span<const Function> bit_operators();
[[nodiscard]] std::span<const Function> absolute_operators();
[[nodiscard]] std::span<const Function> root_operators();
[[nodiscard]] std::span<const Function> jsonb_operators();
[[nodiscard]] std::span<const Function> jsonb_functions();
[[nodiscard]] std::span<const Function> jsonb_change_operators();
[[nodiscard]] std::span<const Function> jsonb_change_functions();
[[nodiscard]] std::span<const Function> overlap_functions();
[[nodiscard]] std::span<const Function> template_functions();
[[nodiscard]] std::span<const Function> text_making_functions();
[[nodiscard]] std::span<const Function> piece_functions();
[[nodiscard]] std::span<const Function> trigonometric_functions();
[[nodiscard]] std::span<const Function> whole_functions();
[[nodiscard]] std::span<const Function> array_operators();
[[nodiscard]] std::span<const Function> array_functions();
[[nodiscard]] std::span<const Function> array_text_functions();
[[nodiscard]] std::span<const Function> array_casts();
[[nodiscard]] std::span<const Function> math_functions();
[[nodiscard]] std::span<const Function> text_functions();
[[nodiscard]] std::span<const Function> time_functions();
[[nodiscard]] std::span<const Function> json_functions();
[[nodiscard]] std::span<const Function> number_casts();
[[nodiscard]] std::span<const Function> text_casts();
[[nodiscard]] std::span<const Function> json_casts();

/// Arrays of functions as one.
template <std::size_t... N>
[[nodiscard]] constexpr auto joined(const std::array<Function, N>&... tables) {
    std::array<Function, (N + ...)> all{};
    std::size_t at = 0;
    const auto add = [&](const auto& table) {
        for (const Function& function : table) all[at++] = function;
    };
    (add(tables), ...);
    return all;
}

}  // namespace sf::sql
