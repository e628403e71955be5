// LIKE: % stands for any text, _ for one character, a backslash takes the next character literally.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sf::sql {

/// In bytes. The walk is quadratic at worst: text times pattern.
inline constexpr std::size_t kLikePatternMax = 4096;

/// A pattern, looked at once. Patterns of a few common shapes are found without walking.
class LikePattern {
public:
    /// Nothing if it ends with a lone backslash or is too long.
    [[nodiscard]] static std::optional<LikePattern> compile(std::string_view pattern, bool ignore_case);

    [[nodiscard]] bool matches(std::string_view text) const;

private:
    enum class Shape { exact, prefix, suffix, part, other };

    Shape shape_ = Shape::other;
    bool ignore_case_ = false;
    std::string pattern_;  // As given, in lower case where case is ignored.
    std::string fixed_;    // Of the simple shapes: the text without % and backslashes.
};

/// The same for a pattern that is used once. Nothing if it is too long, or if it ends with a lone backslash and
/// matching gets there: where it does not, the pattern is none the worse for it, as in PostgreSQL.
[[nodiscard]] std::optional<bool> like(std::string_view text, std::string_view pattern, bool ignore_case);

/// `pattern`, whose escape character is `escape` (none if empty), with backslashes instead.
[[nodiscard]] std::string with_backslashes(std::string_view pattern, std::string_view escape);

}  // namespace sf::sql
