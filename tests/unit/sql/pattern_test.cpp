// LIKE and regular expressions, as PostgreSQL understands them.
#include "sql/functions/like.hpp"
#include "sql/functions/regular_expression.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace sf::sql {
namespace {

bool matches(std::string_view text, std::string_view pattern, bool ignore_case = false) {
    const auto compiled = LikePattern::compile(pattern, ignore_case);
    const auto once = like(text, pattern, ignore_case);
    EXPECT_TRUE(compiled && once) << pattern;
    EXPECT_EQ(compiled->matches(text), *once) << text << " LIKE " << pattern;
    return *once;
}

TEST(Like, wildcards) {
    EXPECT_TRUE(matches("", ""));
    EXPECT_FALSE(matches("a", ""));
    EXPECT_TRUE(matches("", "%"));
    EXPECT_TRUE(matches("abc", "a%"));
    EXPECT_TRUE(matches("abc", "%c"));
    EXPECT_TRUE(matches("abc", "%b%"));
    EXPECT_TRUE(matches("abc", "a_c"));
    EXPECT_FALSE(matches("abc", "a_"));
    EXPECT_TRUE(matches("aXbXc", "a%b%c"));
    EXPECT_FALSE(matches("aXcXb", "a%b%c"));
    EXPECT_TRUE(matches("aab", "%ab"));
    EXPECT_TRUE(matches("é", "_"));
    EXPECT_TRUE(matches("日本語", "__語"));
    EXPECT_FALSE(matches("日本語", "_"));
    EXPECT_TRUE(matches("a\nb", "a%b"));
}

TEST(Like, backslashes) {
    EXPECT_TRUE(matches("a%b", "a\\%b"));
    EXPECT_FALSE(matches("aXb", "a\\%b"));
    EXPECT_TRUE(matches("a_b", "%\\_%"));
    EXPECT_TRUE(matches("a\\b", "a\\\\b"));
    EXPECT_TRUE(matches("ab", "\\ab"));
    EXPECT_FALSE(LikePattern::compile("a\\", false));
    EXPECT_TRUE(LikePattern::compile("a\\\\", false));
    EXPECT_EQ(with_backslashes("a!%!!%\\", "!"), "a\\%\\!%\\\\");
    EXPECT_EQ(with_backslashes("a\\%", ""), "a\\\\%");
    EXPECT_EQ(with_backslashes("a\\%", "\\"), "a\\%");
}

TEST(Like, a_lone_backslash_fails_where_matching_reaches_it) {
    struct Case {
        const char* text;
        const char* pattern;
        bool fails;  // Else there is no match.
    };
    for (const Case& one :
         {Case{"b", "a\\", false}, {"a", "a\\", false},       {"ab", "a\\", true},      {"", "\\", false},
          {"x", "\\", true},       {"abc", "%\\", true},      {"", "%\\", false},       {"abc", "%b\\", true},
          {"abc", "%c\\", false},  {"abc", "%d\\", false},    {"abc", "a%\\", true},    {"a", "a%\\", false},
          {"abc", "x%\\", false},  {"abc", "_\\", true},      {"a", "_\\", false},      {"abc", "%_\\", true},
          {"a", "%_\\", true},     {"", "%_\\", false},       {"abc", "%bc\\", false},  {"abc", "%c%\\", false},
          {"abc", "%a%\\", true},  {"abc", "%a%d\\", false},  {"abc", "%_%\\", true},   {"abc", "%\\%\\", false},
          {"abc", "%%\\", true},   {"a\\", "a\\\\\\", false}, {"a\\b", "a\\\\\\", true}})
        for (const bool ignore_case : {false, true})
            EXPECT_EQ(like(one.text, one.pattern, ignore_case), one.fails ? std::nullopt : std::optional(false))
                << one.text << " LIKE " << one.pattern;
}

TEST(Like, ignores_the_case_of_ascii) {
    EXPECT_TRUE(matches("ABC", "%bc", true));
    EXPECT_TRUE(matches("abc", "A_C", true));
    EXPECT_FALSE(matches("É", "é", true));
}

// The walk against the definition, by recursion.
bool defined(std::string_view text, std::string_view pattern) {
    if (pattern.empty()) return text.empty();
    if (pattern[0] == '%')
        return defined(text, pattern.substr(1)) || (!text.empty() && defined(text.substr(1), pattern));
    return !text.empty() && (pattern[0] == '_' || pattern[0] == text[0]) && defined(text.substr(1), pattern.substr(1));
}

TEST(Like, agrees_with_its_definition) {
    std::mt19937 random(1);
    const auto made = [&](std::string_view letters, int size) {
        std::string text;
        for (int i = 0; i < size; ++i) text += letters[random() % letters.size()];
        return text;
    };
    for (int i = 0; i < 20'000; ++i) {
        const std::string text = made("ab", static_cast<int>(random() % 9));
        const std::string pattern = made("ab%_", static_cast<int>(random() % 7));
        ASSERT_EQ(matches(text, pattern), defined(text, pattern)) << text << " LIKE " << pattern;
    }
}

bool finds(std::string_view text, std::string_view pattern, bool ignore_case = false) {
    const auto compiled = RegularExpression::compile(pattern, ignore_case);
    EXPECT_TRUE(compiled) << pattern << ": " << compiled.error().text();
    return compiled && compiled->matches(text);
}

std::string refusal(std::string_view pattern) {
    const auto compiled = RegularExpression::compile(pattern, false);
    return compiled ? "taken" : compiled.error().message;
}

TEST(RegularExpression, what_both_have) {
    EXPECT_TRUE(finds("web.click", "^web\\."));
    EXPECT_TRUE(finds("xay", "a"));
    EXPECT_TRUE(finds("ABC", "abc", true));
    EXPECT_TRUE(finds("ABC", "(?i)abc"));
    EXPECT_TRUE(finds("a1", "^[[:alpha:]]\\d$"));
    EXPECT_TRUE(finds("a]b", "[]]"));
    EXPECT_TRUE(finds("a", "^[]\\d[:alpha:]]$"));
    EXPECT_TRUE(finds("a[b", "[[]"));
    EXPECT_TRUE(finds("日", "^.$"));
    EXPECT_TRUE(finds("", "^$"));
    EXPECT_TRUE(finds("aaa", "a{2,3}"));
}

TEST(RegularExpression, in_the_sense_of_postgresql) {
    EXPECT_TRUE(finds("a\nb", "a.b"));  // . takes a new line,
    EXPECT_FALSE(finds("a\nb", "^b"));  // ^ and $ are the ends of the text alone.
    EXPECT_FALSE(finds("a\n", "a$"));
    EXPECT_TRUE(finds("the shop", "\\yshop\\y"));
    EXPECT_FALSE(finds("workshop", "\\yshop\\y"));
    EXPECT_TRUE(finds("workshop", "\\Yshop\\y"));
    EXPECT_TRUE(finds("ab", "b\\Z"));
}

TEST(RegularExpression, refuses_what_means_something_else) {
    EXPECT_EQ(refusal("\\bshop"), "\\b in a regular expression is no word boundary in PostgreSQL");
    EXPECT_EQ(refusal("\\mshop"), "\\m in a regular expression is not supported");
    EXPECT_EQ(refusal("(a)\\1"), "the escape \\1 of a regular expression is not supported");
    EXPECT_EQ(refusal("\\pL"), "the escape \\p of a regular expression is not supported");
    EXPECT_EQ(refusal("(?=a)"), "lookaround and options in a regular expression are not supported");
    EXPECT_EQ(refusal("a(?i)b"), "lookaround and options in a regular expression are not supported");
    EXPECT_EQ(refusal("[[.a.]]"), "collating elements in a regular expression are not supported");
    EXPECT_EQ(refusal("***=a"), "the prefix *** of a regular expression is not supported");
    EXPECT_EQ(refusal("a\\"), "invalid regular expression: trailing \\");
    EXPECT_EQ(refusal("(a"), "invalid regular expression: missing ): (a");
    EXPECT_EQ(refusal("[a"), "invalid regular expression: missing ]: [a");
    EXPECT_EQ(refusal("a**"), "invalid regular expression: bad repetition operator: **");
    EXPECT_EQ(refusal("[[:^alpha:]]"), "invalid regular expression: invalid character class");
    for (const char* pattern : {"^*a", "a$+", "a\\y?", "\\A{2}"})
        EXPECT_EQ(refusal(pattern), "invalid regular expression: there is nothing to repeat") << pattern;
    EXPECT_TRUE(finds("aa", "(^a)*a$"));
}

TEST(RegularExpression, refuses_what_ends_too_soon) {
    for (const std::string pattern : {"[\\", "[a\\", "[^\\", "[", "[^", "[a-", "[a-\\", "[[:", "[[:alpha", "[[:alpha:]",
                                      "(?:", "x{1", "x{1,", "x{1,2", "\\"})
        EXPECT_EQ(refusal(pattern).substr(0, 26), "invalid regular expression") << pattern;
}

TEST(RegularExpression, white_space_takes_the_vertical_tab) {
    EXPECT_TRUE(finds("\v", "\\s"));
    EXPECT_FALSE(finds("\v", "\\S"));
    EXPECT_TRUE(finds("\v", "^[\\s]$"));
    EXPECT_FALSE(finds("\v", "[^\\s]"));
    EXPECT_FALSE(finds("\v", "[\\S]"));
    EXPECT_TRUE(finds("a", "[\\S]"));
    EXPECT_FALSE(finds("\u00a0", "\\s"));
}

TEST(RegularExpression, repeats_up_to_255_times) {
    const std::string text(300, 'x');
    EXPECT_TRUE(finds(text, "x{255}"));
    EXPECT_TRUE(finds(text, "^x{0255,}$"));
    EXPECT_TRUE(finds("x{", "x{$"));
    EXPECT_TRUE(finds("x{,5}", "^x{,5}$"));
    EXPECT_TRUE(finds("x{300}", "x\\{300}"));
    for (const char* pattern : {"x{256}", "x{300}", "x{1,256}", "x{256,}", "x{2,1}", "x{99999999999}"})
        EXPECT_EQ(refusal(pattern), "invalid regular expression: repetition counts go up to 255, the smaller one first")
            << pattern;
    EXPECT_EQ(refusal("x{1, 2}"), "invalid regular expression: a { without its }");
}

TEST(RegularExpression, ignores_the_case_of_ascii_alone) {
    EXPECT_TRUE(finds("Büro", "BüRO", true));
    EXPECT_TRUE(finds("Büro", "(?i)BüRO"));
    EXPECT_FALSE(finds("Büro", "BÜRO", true));
    EXPECT_FALSE(finds("\u212a", "k", true));  // The sign of kelvin,
    EXPECT_FALSE(finds("\u017f", "s", true));  // and the long s.
    EXPECT_FALSE(finds("\u017f", "[a-z]", true));
    EXPECT_TRUE(finds("\u212a", "[^k]", true));
    EXPECT_FALSE(finds("ü", "[Ü]", true));
    EXPECT_TRUE(finds("b", "^[A-C]$", true));
    EXPECT_TRUE(finds("B", "^[x-za-b]$", true));
    EXPECT_FALSE(finds("A", "[^a]", true));
    EXPECT_TRUE(finds("Z", "^[\\t-z]$", true));
    EXPECT_TRUE(finds("a", "^[[:upper:]]$", true));
    EXPECT_FALSE(finds("A", "[^[:lower:]]", true));
    EXPECT_FALSE(finds("A", "[[:lower:]]"));
}

TEST(RegularExpression, ranges_of_brackets) {
    EXPECT_TRUE(finds("-", "^[a-]$"));
    EXPECT_TRUE(finds("-", "^[-a]$"));
    EXPECT_TRUE(finds("-", "^[--/]$"));
    EXPECT_TRUE(finds(",", "^[+--]$"));
    EXPECT_TRUE(finds("^", "^[]-a]$"));
    EXPECT_TRUE(finds("-", "^[\\w-]$"));
    EXPECT_TRUE(finds("é", "^[à-ÿ]$"));
    EXPECT_TRUE(finds("é", "^\\é[^\\é]?$"));
    for (const char* pattern : {"[\\d-z]", "[a-\\d]", "[a-b-c]", "[[:alpha:]-z]"})
        EXPECT_EQ(refusal(pattern), "invalid regular expression: invalid character range") << pattern;
}

}  // namespace
}  // namespace sf::sql
