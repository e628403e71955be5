// A server's answer as a tree. Numbers stay text, so that what is printed has the digits that the server sent.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sf::cli {

struct JsonNode {
    enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

    Kind kind = Kind::null;
    std::string_view raw;         // As it stands in the document, quotes included.
    std::vector<JsonNode> items;  // Of an array; the values of an object's members.
    std::vector<std::string> keys;

    /// The member; nothing if it is not there or this is no object.
    [[nodiscard]] const JsonNode* find(std::string_view key) const;

    /// The member's text() or nothing.
    [[nodiscard]] std::optional<std::string> text_of(std::string_view key) const;

    /// The member as a whole number, 0 if it is none.
    [[nodiscard]] std::uint64_t count_of(std::string_view key) const;

    /// A string's content; the JSON text of everything else.
    [[nodiscard]] std::string text() const;
};

/// Owns the text that the nodes point into. Movable, and the nodes stay valid.
class JsonDocument {
public:
    /// `invalid_input` with the byte where it is no JSON. Below `depth_max` brackets, arrays and objects have only
    /// their raw text.
    [[nodiscard]] static Result<JsonDocument> parse(std::string_view text, std::size_t depth_max = 16);

    [[nodiscard]] const JsonNode& root() const { return root_; }

private:
    std::vector<char> text_;
    JsonNode root_;
};

}  // namespace sf::cli
