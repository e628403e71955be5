// Expected failures: `Result<T>` holds a value or an Error. The code of an Error is chosen by what the caller does
// next; what happened, in which place, and the way out are text for people.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace sf {

enum class ErrorCode {
    invalid_input,  // Fix the request or file; do not retry.
    not_found,
    conflict,
    overloaded,   // Slow down, then retry.
    unavailable,  // Try again later.
    timed_out,    // The outcome may be unknown.
    cancelled,
    corrupt,   // Stop using that file or partition.
    internal,  // A bug.
};

[[nodiscard]] std::string_view to_string(ErrorCode code);

struct Error {
    ErrorCode code = ErrorCode::internal;
    std::string message;  // One short factual line, no full stop.
    std::string detail;   // Why, where; may be empty.
    std::string hint;     // The way out; may be empty.

    /// Adds context on the way up: "message" becomes "context: message".
    [[nodiscard]] Error during(std::string_view context) &&;

    /// Message, detail and hint on lines of their own, as the command line prints them.
    [[nodiscard]] std::string text() const;

    /// Everything in one line, for logs.
    [[nodiscard]] std::string line() const;
};

/// A value or an Error. Same interface as std::expected, but must not be dropped.
template <class T = void>
class [[nodiscard]] Result : public std::expected<T, Error> {
    using Base = std::expected<T, Error>;

public:
    using Base::Base;
};

/// `return fail(ErrorCode::invalid_input, "...");`
[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string message, std::string detail = {},
                                                 std::string hint = {}) {
    return std::unexpected(Error{code, std::move(message), std::move(detail), std::move(hint)});
}

/// `if (!r) return fail(std::move(r.error()).during("reading the manifest"));`
[[nodiscard]] inline std::unexpected<Error> fail(Error error) { return std::unexpected(std::move(error)); }

}  // namespace sf

/// Returns the error of `expr` to the caller, if it has one. For Result<void>.
#define SF_TRY(expr)                                         \
    do {                                                     \
        if (auto sf_result = (expr); !sf_result) {           \
            return ::sf::fail(std::move(sf_result.error())); \
        }                                                    \
    } while (false)

#define SF_CONCAT_INNER(a, b) a##b
#define SF_CONCAT(a, b) SF_CONCAT_INNER(a, b)

/// `SF_ASSIGN(auto x, f());` returns f's error to the caller or binds its value.
#define SF_ASSIGN(target, expr) SF_ASSIGN_INNER(SF_CONCAT(sf_result_, __LINE__), target, expr)
#define SF_ASSIGN_INNER(result, target, expr)                  \
    auto result = (expr);                                      \
    if (!result) return ::sf::fail(std::move(result.error())); \
    target = std::move(*result)
