// The texts of the reference: a section, a name, what it does.
#include "sql/reference_texts.hpp"

#include <array>

namespace sf::sql {
namespace {

constexpr std::array kTexts = {
    ReferenceText{"Numbers", "abs", "the value without its sign"},
    ReferenceText{"Numbers", "ceil", "the least whole number that is not less"},
    ReferenceText{"Numbers", "ceiling", "the same as ceil"},
    ReferenceText{"Numbers", "floor", "the greatest whole number that is not greater"},
    ReferenceText{"Numbers", "round",
                  "to the nearest whole number, or to places behind the point: of numeric half away from zero, of "
                  "double precision half to even"},
    ReferenceText{"Numbers", "trunc", "without what is behind the point, or behind so many places"},
    ReferenceText{"Numbers", "sign", "-1, 0 or 1"},
    ReferenceText{"Numbers", "sqrt", "square root"},
    ReferenceText{"Numbers", "cbrt", "cube root"},
    ReferenceText{"Numbers", "mod", "what a division leaves"},
    ReferenceText{"Numbers", "div", "the quotient without what is behind its point"},
    ReferenceText{"Numbers", "exp", "e to this power"},
    ReferenceText{"Numbers", "ln", "natural logarithm"},
    ReferenceText{"Numbers", "log", "logarithm to base 10"},
    ReferenceText{"Numbers", "log10", "the same"},
    ReferenceText{"Numbers", "power", "a number to a power"},
    ReferenceText{"Numbers", "pow", "the same"},
    ReferenceText{"Numbers", "pi", "3.14159..."},
    ReferenceText{"Numbers", "degrees", "radians in degrees"},
    ReferenceText{"Numbers", "radians", "degrees in radians"},
    ReferenceText{"Numbers", "sin", "sine of radians"},
    ReferenceText{"Numbers", "cos", "cosine"},
    ReferenceText{"Numbers", "tan", "tangent"},
    ReferenceText{"Numbers", "cot", "cotangent"},
    ReferenceText{"Numbers", "asin", "inverse sine"},
    ReferenceText{"Numbers", "acos", "inverse cosine"},
    ReferenceText{"Numbers", "atan", "inverse tangent"},
    ReferenceText{"Numbers", "atan2", "inverse tangent of y / x"},
    ReferenceText{"Numbers", "sinh", "hyperbolic sine"},
    ReferenceText{"Numbers", "cosh", "hyperbolic cosine"},
    ReferenceText{"Numbers", "tanh", "hyperbolic tangent"},
    ReferenceText{"Numbers", "asinh", "inverse hyperbolic sine"},
    ReferenceText{"Numbers", "acosh", "inverse hyperbolic cosine"},
    ReferenceText{"Numbers", "atanh", "inverse hyperbolic tangent"},
    ReferenceText{"Numbers", "gcd", "greatest common divisor"},
    ReferenceText{"Numbers", "lcm", "least common multiple"},
    ReferenceText{"Numbers", "factorial", "up to 33"},
    ReferenceText{"Numbers", "width_bucket",
                  "which of so many equal parts from low to high a value is in; 0 below, one more above"},
    ReferenceText{"Numbers", "scale", "digits behind the point"},
    ReferenceText{"Numbers", "min_scale", "digits behind the point that are needed"},
    ReferenceText{"Numbers", "trim_scale", "without zeros at the end"},
    ReferenceText{"Text", "lower", "ASCII letters made small"},
    ReferenceText{"Text", "upper", "ASCII letters made capital"},
    ReferenceText{"Text", "initcap", "the first letter of each word capital, the others small"},
    ReferenceText{"Text", "length", "characters"},
    ReferenceText{"Text", "char_length", "the same"},
    ReferenceText{"Text", "character_length", "the same"},
    ReferenceText{"Text", "octet_length", "bytes"},
    ReferenceText{"Text", "bit_length", "bits"},
    ReferenceText{"Text", "substring",
                  "characters from a position, or what matches a regular expression: its first group if it has one"},
    ReferenceText{"Text", "substr", "characters from a position"},
    ReferenceText{"Text", "left", "the first characters; all but so many where negative"},
    ReferenceText{"Text", "right", "the last characters"},
    ReferenceText{"Text", "btrim", "without these characters, or spaces, at both ends"},
    ReferenceText{"Text", "ltrim", "at the beginning"},
    ReferenceText{"Text", "rtrim", "at the end"},
    ReferenceText{"Text", "replace", "each occurrence by another text"},
    ReferenceText{"Text", "split_part", "the n-th piece between separators, from the end where negative"},
    ReferenceText{"Text", "starts_with", "whether it begins so"},
    ReferenceText{"Text", "strpos", "where a text stands in another, 0 if nowhere"},
    ReferenceText{"Text", "position", "the same: position(part in text)"},
    ReferenceText{"Text", "concat", "all of them as text; NULLs count as empty"},
    ReferenceText{"Text", "concat_ws", "the same with the first between them; NULLs are left out"},
    ReferenceText{"Text", "format", "%s, %I, %L with positions and widths"},
    ReferenceText{"Text", "repeat", "so many times"},
    ReferenceText{"Text", "reverse", "characters from the end"},
    ReferenceText{"Text", "lpad", "filled up on the left to a length"},
    ReferenceText{"Text", "rpad", "filled up on the right"},
    ReferenceText{"Text", "chr", "the character of a code point"},
    ReferenceText{"Text", "ascii", "the code point of the first character"},
    ReferenceText{"Text", "translate", "characters by those at the same place in another text"},
    ReferenceText{"Text", "overlay", "a text put over another"},
    ReferenceText{"Text", "md5", "MD5 in hexadecimal digits"},
    ReferenceText{"Text", "encode",
                  "bytes as 'hex' or 'base64': encode(sha256(convert_to(x, 'UTF8')), 'hex'). Bytes are text::bytea, "
                  "convert_to(text, 'UTF8'), decode(text, 'hex' or 'base64') and sha256() of them"},
    ReferenceText{"Text", "convert_from", "bytes as text: convert_from(decode(x, 'base64'), 'UTF8')"},
    ReferenceText{"Text", "to_hex", "hexadecimal digits"},
    ReferenceText{"Text", "quote_literal", "as a literal of SQL"},
    ReferenceText{"Text", "quote_ident", "as a name of SQL"},
    ReferenceText{"Text", "regexp_like", "whether a regular expression matches"},
    ReferenceText{"Text", "regexp_count", "how often it matches"},
    ReferenceText{"Text", "regexp_substr", "the n-th match"},
    ReferenceText{
        "Text", "regexp_instr",
        "the place of the n-th match, from 1 on, or the one behind it (1 as the fifth argument); 0 without one"},
    ReferenceText{"Text", "regexp_replace", "the first match, all (flag g) or the n-th by a text with \\1 and \\&"},
    ReferenceText{"Text", "regexp_match", "the groups of the first match"},
    ReferenceText{"Text", "regexp_split_to_array", "the pieces between matches"},
    ReferenceText{"Times", "date_trunc", "the beginning of the unit"},
    ReferenceText{"Times", "overlaps",
                  "whether two spans have a moment in common: (a, b) OVERLAPS (c, d), where b and d may be intervals"},
    ReferenceText{"Times", "extract", "a part as numeric: extract(hour from t)"},
    ReferenceText{"Times", "date_part", "the same as double precision"},
    ReferenceText{"Times", "date_bin", "the beginning of the bin of this length, counted from an origin"},
    ReferenceText{"Times", "timezone", "AT TIME ZONE: UTC and fixed offsets"},
    ReferenceText{"Times", "age", "the difference in years, months and days"},
    ReferenceText{"Times", "to_timestamp",
                  "seconds since 1970 as a time; a text read by a template, which is a literal"},
    ReferenceText{"Times", "to_date", "the date of a text by a template, which is a literal"},
    ReferenceText{"Times", "to_char", "a value written by a template, which is a literal: see below"},
    ReferenceText{"Times", "make_date", "of year, month and day"},
    ReferenceText{"Times", "make_timestamp", "of year, month, day, hour, minute and second"},
    ReferenceText{"Times", "make_timestamptz", "the same in UTC"},
    ReferenceText{"Times", "make_interval", "of years, months, weeks, days, hours, mins and secs, which may be named"},
    ReferenceText{"Times", "justify_days", "30 days as a month"},
    ReferenceText{"Times", "justify_hours", "24 hours as a day"},
    ReferenceText{"Times", "justify_interval", "both, with one sign"},
    ReferenceText{"Times", "isfinite", "true: there are no infinite times here"},
    ReferenceText{"JSON", "jsonb_typeof", "object, array, string, number, boolean or null"},
    ReferenceText{"JSON", "jsonb_array_length", "elements of an array"},
    ReferenceText{"JSON", "jsonb_strip_nulls", "without members that are null"},
    ReferenceText{"JSON", "jsonb_set",
                  "with another value at the path, which is made where its last step is missing, unless the fourth "
                  "argument says no"},
    ReferenceText{"JSON", "jsonb_insert",
                  "with a value more at the path: before the element there, or after it (true as the fourth argument)"},
    ReferenceText{"JSON", "jsonb_build_array", "an array of any values"},
    ReferenceText{"JSON", "jsonb_build_object", "an object of keys and values"},
    ReferenceText{"JSON", "to_jsonb", "the value as jsonb"},
    ReferenceText{"Arrays", "cardinality", "elements"},
    ReferenceText{"Arrays", "array_length", "elements in dimension 1; NULL of none"},
    ReferenceText{"Arrays", "array_upper", "the same"},
    ReferenceText{"Arrays", "array_lower", "1; NULL of none"},
    ReferenceText{"Arrays", "array_ndims", "1; NULL of none"},
    ReferenceText{"Arrays", "array_append", "with one more at the end"},
    ReferenceText{"Arrays", "array_prepend", "with one more at the beginning"},
    ReferenceText{"Arrays", "array_cat", "two as one"},
    ReferenceText{"Arrays", "array_remove", "without these elements"},
    ReferenceText{"Arrays", "array_replace", "with others for these"},
    ReferenceText{"Arrays", "array_position", "where an element stands for the first time"},
    ReferenceText{"Arrays", "array_positions", "all places where it stands"},
    ReferenceText{"Arrays", "trim_array", "without the last ones"},
    ReferenceText{"Arrays", "array_to_string", "as one text, with a text between and one for NULLs"},
    ReferenceText{"Arrays", "string_to_array", "the pieces of a text"},
    ReferenceText{"Operators", "=", "equal"},
    ReferenceText{"Operators", "<>", "not equal; != is the same"},
    ReferenceText{"Operators", "<", "less"},
    ReferenceText{"Operators", "<=", "less or equal"},
    ReferenceText{"Operators", ">", "greater"},
    ReferenceText{"Operators", ">=", "greater or equal"},
    ReferenceText{"Operators", "+", "sum"},
    ReferenceText{"Operators", "-", "difference, opposite; of jsonb without a key, keys or an element"},
    ReferenceText{"Operators", "*", "product"},
    ReferenceText{"Operators", "/", "quotient; of integers without what is behind the point"},
    ReferenceText{"Operators", "%", "what a division leaves"},
    ReferenceText{"Operators", "^", "power"},
    ReferenceText{"Operators", "|/", "square root"},
    ReferenceText{"Operators", "||/", "cube root"},
    ReferenceText{"Operators", "@", "the value without its sign"},
    ReferenceText{"Operators", "&", "bits that both have"},
    ReferenceText{"Operators", "|", "bits that one has"},
    ReferenceText{"Operators", "#", "bits that only one has"},
    ReferenceText{"Operators", "~", "bits turned over; matches a regular expression"},
    ReferenceText{"Operators", "<<", "bits moved to the left"},
    ReferenceText{"Operators", ">>", "bits moved to the right"},
    ReferenceText{"Operators", "||", "joined: texts, arrays, jsonb"},
    ReferenceText{"Operators", "^@", "begins so"},
    ReferenceText{"Operators", "LIKE", "matches a pattern with % and _"},
    ReferenceText{"Operators", "NOT LIKE", "does not"},
    ReferenceText{"Operators", "ILIKE", "the same whatever the case of ASCII letters"},
    ReferenceText{"Operators", "NOT ILIKE", "does not"},
    ReferenceText{"Operators", "!~", "does not match"},
    ReferenceText{"Operators", "~*", "matches whatever the case"},
    ReferenceText{"Operators", "!~*", "does not"},
    ReferenceText{"Operators", "?", "has this key, element or string"},
    ReferenceText{"Operators", "#-", "without what is at the path"},
    ReferenceText{"Operators", "?|", "has one of them"},
    ReferenceText{"Operators", "?&", "has all of them"},
    ReferenceText{"Operators", "@>", "contains"},
    ReferenceText{"Operators", "<@", "is contained"},
    ReferenceText{"Operators", "&&", "have an element in common"},
};

}  // namespace

std::span<const ReferenceText> reference_texts() { return kTexts; }

std::span<const ReferenceText> aggregate_texts() {
    static constexpr auto of = [](std::string_view name, std::string_view text) {
        return ReferenceText{"Aggregates", name, text};
    };
    static constexpr std::array kAggregates = {
        of("count", "how many rows, or values that are not NULL; with DISTINCT how many different ones"),
        of("sum", "their sum"),
        of("avg", "their mean"),
        of("min", "the least"),
        of("max", "the greatest"),
        of("stddev", "standard deviation of a sample"),
        of("stddev_samp", "the same"),
        of("stddev_pop", "of all there are"),
        of("variance", "variance of a sample"),
        of("var_samp", "the same"),
        of("var_pop", "of all there are"),
        of("bool_and", "whether all are true"),
        of("every", "the same"),
        of("bool_or", "whether one is true"),
        of("bit_and", "bits that all have"),
        of("bit_or", "bits that one has"),
        of("bit_xor", "bits that an odd number of them has"),
        of("first", "of the earliest event"),
        of("last", "of the latest event"),
        of("array_agg", "all as an array, NULLs included; ORDER BY and DISTINCT may stand in the brackets"),
        of("string_agg", "all as one text; ORDER BY and DISTINCT may stand in the brackets"),
        of("mode", "the most frequent"),
        of("percentile_cont", "a quantile, interpolated; exact"),
        of("percentile_disc", "a quantile that is one of the values; exact"),
        of("corr", "correlation of pairs"),
        of("covar_pop", "their covariance"),
        of("covar_samp", "of a sample"),
        of("regr_avgx", "mean of the second"),
        of("regr_avgy", "mean of the first"),
        of("regr_count", "how many pairs without NULL"),
        of("regr_intercept", "where the line that fits best meets the axis"),
        of("regr_r2", "square of the correlation"),
        of("regr_slope", "slope of the line that fits best"),
        of("regr_sxx", "sum of squares of the second"),
        of("regr_sxy", "sum of products"),
        of("regr_syy", "sum of squares of the first"),
        of("approx_count_distinct", "about how many different ones"),
        of("approx_quantile", "about the value below which this fraction lies"),
        of("approx_top_k", "the most frequent, each with about how often"),
    };
    return kAggregates;
}

std::string_view templates_text() {
    return R"(Templates of `to_char`, `to_timestamp` and `to_date` are literals. What they hold beside fields stays as it is; text goes into double quotes:
`'YYYY-MM-DD "at" HH24:MI'`.

| field of a time | is |
|---|---|
| `YYYY` `YYY` `YY` `Y` `Y,YYY`, `IYYY` `IYY` `IY` `I` | the year and its last digits, with a comma; of ISO weeks |
| `BC` `AD` `B.C.` `A.D.`, `CC`, `Q` | era, century, quarter |
| `MM`, `MONTH` `Month` `month`, `MON` `Mon` `mon`, `RM` `rm` | the month: number, name, its first letters, roman |
| `WW`, `W`, `IW` | week of the year and of the month from their first days, ISO week |
| `DD`, `DDD`, `IDDD`, `D`, `ID`, `J` | day of the month, of the year, of the ISO year, of the week (1 is Sunday; Monday), since 4714 BC |
| `DAY` `Day` `day`, `DY` `Dy` `dy` | the day's name, its first letters |
| `HH24`, `HH` `HH12`, `AM` `PM` `A.M.` `P.M.` | hour of 24 or 12 and its half of the day |
| `MI`, `SS`, `SSSS` `SSSSS` | minute, second, second of the day |
| `MS`, `US`, `FF1` to `FF6` | digits of the second behind its point |
| `TZ`, `OF`, `TZH`, `TZM` | UTC and its offset |

Small letters mean the same, but for names, which are written as the field is. `FM` before a field leaves out zeros and spaces that fill it up, `TH` or `th` behind a number makes it 1st. Intervals have the
fields that are numbers, but for weeks and days of ISO and `J`. `to_timestamp` and `to_date` do not read `TZ` and `OF`, and not fields
of ISO weeks beside other fields of a date.

| of a number | is |
|---|---|
| `9`, `0` | a digit; with 0 zeros in front are written |
| `.` `D`, `,` `G` | the point, a comma between digits |
| `S` | the sign, + included |
| `MI`, `PL`, `SG` | here -, here +, here either |
| `PR` | brackets around negative numbers: <1> |
| `FM` | no spaces, no zeros at the end |
| `TH` `th` | 1st |

A number that has more digits than the template is `###`.
)";
}

}  // namespace sf::sql
