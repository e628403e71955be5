#include "models/json_index.hpp"

#include "base/assert.hpp"
#include "base/utf8.hpp"

#include <simdjson.h>

namespace sf::models {

// The parser implementation that simdjson picks for this processor. Its first stage is used on its own because the
// second (DOM) throws away where values stand in the text, and the lazy front end accepts broken scalars that nobody
// reads.
struct JsonIndex::Stage {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
};

JsonIndex::JsonIndex() : stage_(std::make_unique<Stage>()) {}
JsonIndex::~JsonIndex() = default;
JsonIndex::JsonIndex(JsonIndex&&) noexcept = default;
JsonIndex& JsonIndex::operator=(JsonIndex&&) noexcept = default;

namespace {

constexpr std::size_t kCapacityKept = 4u << 20;

// Finds the first control character inside a string; stage 1 says only that there is one.
std::size_t find_control_character(std::string_view text) {
    bool inside = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (inside && c < 0x20) return i;
        if (inside && c == '\\') ++i;
        else if (c == '"') inside = !inside;
    }
    return text.size();
}

}  // namespace

bool JsonIndex::build(std::string_view text, JsonError& error) {
    // One huge body must not pin its index (four bytes for each byte of text) for ever.
    if (stage_->parser != nullptr && stage_->parser->capacity() > kCapacityKept && text.size() < kCapacityKept / 4) {
        stage_->parser.reset();
    }
    if (stage_->parser == nullptr || stage_->parser->capacity() <= text.size()) {
        const std::size_t capacity = std::max<std::size_t>(text.size() + text.size() / 2, 1u << 16);
        const auto made =
            simdjson::get_active_implementation()->create_dom_parser_implementation(capacity, 1, stage_->parser);
        SF_ASSERT(made == simdjson::SUCCESS);
    }
    auto& parser = *stage_->parser;
    const auto code =
        parser.stage1(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), simdjson::stage1_mode::regular);
    switch (code) {
        case simdjson::SUCCESS: break;
        case simdjson::EMPTY: error = {"the text is empty", 0}; return false;
        case simdjson::UTF8_ERROR: error = {"not valid UTF-8", utf8_valid_prefix(text)}; return false;
        case simdjson::UNCLOSED_STRING: error = {"a string is not closed", text.size()}; return false;
        case simdjson::UNESCAPED_CHARS:
            // Stage 1 reports this for broken UTF-8 inside strings too; the more useful message goes first.
            if (const std::size_t valid = utf8_valid_prefix(text); valid < text.size())
                error = {"not valid UTF-8", valid};
            else error = {"a control character inside a string must be escaped", find_control_character(text)};
            return false;
        default: error = {simdjson::error_message(code), 0}; return false;
    }
    begin_ = parser.structural_indexes.get();
    end_ = begin_ + parser.n_structural_indexes;
    SF_DEBUG_ASSERT(*end_ == text.size());
    return true;
}

}  // namespace sf::models
