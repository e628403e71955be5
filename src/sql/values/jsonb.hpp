// JSON values as PostgreSQL's jsonb: read from the text as it came, which was checked when it came in
// (models/json_strict.hpp), so these functions don't look for mistakes. The one that does is for texts of other origin:
// is_jsonb().
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sf::sql {

inline constexpr std::size_t kJsonDepthMax = 32;

/// Whether `text` is JSON as events may hold it: strict, no duplicate keys, not deeper than kJsonDepthMax.
[[nodiscard]] bool is_jsonb(std::string_view text);

/// `text` without the white space around it.
[[nodiscard]] std::string_view json_trimmed(std::string_view text);

/// "object", "array", "string", "number", "boolean", "null"
[[nodiscard]] std::string_view json_type(std::string_view value);

/// As jsonb prints: keys sorted by length, then bytes, spaces after : and , and numbers as numeric prints them. False,
/// and `out` as it was, for a number with more digits than numeric has, and for more than `size_max` bytes: a number of
/// a few bytes may print as thousands.
[[nodiscard]] bool append_jsonb(std::string& out, std::string_view value, std::size_t size_max);

/// Appends the one form that equal values share: as append_jsonb(), with numbers by value.
void append_canonical_jsonb(std::string& out, std::string_view value);

/// By value: 1 equals 1.0, the order of keys does not matter.
[[nodiscard]] bool jsonb_equal(std::string_view a, std::string_view b);

/// The member of an object, or the element of an array (from its end where negative), as it stands there. A plain value
/// is an array of itself, as in PostgreSQL. Nothing where there is none, or `value` is something else.
[[nodiscard]] std::optional<std::string_view> json_member(std::string_view value, std::string_view key);
[[nodiscard]] std::optional<std::string_view> json_element(std::string_view value, std::int64_t index);

/// The operator `?`: whether the text is a key of the object, an element of the array, or the string itself.
[[nodiscard]] bool json_exists(std::string_view value, std::string_view text);

/// The string's content, escapes resolved. `raw` has its quotes.
void append_json_content(std::string& out, std::string_view raw);

/// What ->> gives for all but null: strings without their quotes, all else as append_jsonb(), and false as there.
[[nodiscard]] bool append_json_text(std::string& out, std::string_view value, std::size_t size_max);

/// The canonical text of a JSON string, number or boolean: equal values have equal texts. False, and `out` as it was,
/// for anything else.
[[nodiscard]] bool append_json_scalar(std::string& out, std::string_view value);

/// Whether append_json_scalar would give `value` back unchanged; said quickly, and sometimes no although it would.
[[nodiscard]] bool is_canonical_scalar(std::string_view value);

/// A JSON string of `content` with the escapes that must be.
void append_json_quoted(std::string& out, std::string_view content);

}  // namespace sf::sql
