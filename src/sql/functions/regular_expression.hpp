// Regular expressions of ~ and ~*: PostgreSQL's, as far as RE2 has them, in linear time and bounded memory. What the
// two understand differently is refused when the pattern is compiled.
#pragma once

#include "base/result.hpp"

#include <memory>
#include <string_view>

namespace sf::sql {

/// Immutable; any thread may match.
class RegularExpression {
public:
    /// `invalid_input` with what is wrong, without a position in the statement.
    [[nodiscard]] static Result<RegularExpression> compile(std::string_view pattern, bool ignore_case);

    RegularExpression(RegularExpression&&) noexcept;
    RegularExpression& operator=(RegularExpression&&) noexcept;
    ~RegularExpression();

    /// Whether it matches anywhere in the text.
    [[nodiscard]] bool matches(std::string_view text) const;

private:
    struct Program;
    explicit RegularExpression(std::unique_ptr<Program> program);

    std::unique_ptr<Program> program_;
};

}  // namespace sf::sql
