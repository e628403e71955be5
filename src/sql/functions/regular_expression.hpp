// Regular expressions of ~ and ~*, and of the functions that take pieces of a text: PostgreSQL's, as far as RE2 has
// them, in linear time and bounded memory. What the two understand differently is refused when the pattern is compiled.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace sf::sql {

/// Immutable; any thread may match.
class RegularExpression {
public:
    /// What is asked of matches: the more, the more patterns are refused, because the two disagree about more. Both
    /// match as early and then as much as possible; of several ways to do that they choose groups differently.
    enum class Wanted : std::uint8_t { whether, place, place_and_groups };

    /// The whole match and nine groups.
    static constexpr std::size_t kPiecesMax = 10;

    /// `invalid_input` with what is wrong, without a position in the statement.
    [[nodiscard]] static Result<RegularExpression> compile(std::string_view pattern, bool ignore_case,
                                                           Wanted wanted = Wanted::whether);

    RegularExpression(RegularExpression&&) noexcept;
    RegularExpression& operator=(RegularExpression&&) noexcept;
    ~RegularExpression();

    /// Whether it matches anywhere in the text.
    [[nodiscard]] bool matches(std::string_view text) const;

    /// The first match at `from` or behind: the whole one and its first groups, as many as fit. Groups that are no part
    /// of the match have null data. Not for Wanted::whether.
    [[nodiscard]] bool find(std::string_view text, std::size_t from, std::span<std::string_view> pieces) const;

    /// How many groups can be asked for.
    [[nodiscard]] std::size_t groups() const;

private:
    struct Program;
    explicit RegularExpression(std::unique_ptr<Program> program);

    std::unique_ptr<Program> program_;
};

/// The pattern of SIMILAR TO as one of ~. `escape` is one character or none.
[[nodiscard]] std::string similar_to_regular_expression(std::string_view pattern, std::string_view escape);

}  // namespace sf::sql
