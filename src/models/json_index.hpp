// Where the tokens of a JSON text start: simdjson's first stage, which also checks the UTF-8 and finds unclosed strings
// and control characters inside them. What the tokens mean is checked by json_strict.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace sf::models {

/// A syntax error: what is wrong, and at which byte of the text.
struct JsonError {
    std::string message;
    std::size_t position = 0;
};

/// Reusable; keeps its memory. One thread at a time.
class JsonIndex {
public:
    static constexpr std::size_t kPadding = 64;  // Readable bytes that must follow the text.

    JsonIndex();
    ~JsonIndex();
    JsonIndex(JsonIndex&&) noexcept;
    JsonIndex& operator=(JsonIndex&&) noexcept;

    /// False and `error` if `text` is empty, no UTF-8, or has a broken string. Otherwise begin() to end() are the
    /// positions of every bracket, colon, comma, opening quote and first character of another scalar, and *end() is
    /// text.size().
    [[nodiscard]] bool build(std::string_view text, JsonError& error);

    [[nodiscard]] const std::uint32_t* begin() const { return begin_; }
    [[nodiscard]] const std::uint32_t* end() const { return end_; }

private:
    struct Stage;
    std::unique_ptr<Stage> stage_;
    const std::uint32_t* begin_ = nullptr;
    const std::uint32_t* end_ = nullptr;
};

}  // namespace sf::models
