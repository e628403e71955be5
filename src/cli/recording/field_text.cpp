#include "cli/recording/field_text.hpp"

#include "base/json_text.hpp"
#include "base/utf8.hpp"

#include <cstring>

namespace sf::recording {
namespace {

bool is_ascii(std::string_view text) {
    std::uint64_t bits = 0;
    while (text.size() >= 8) {
        std::uint64_t word;
        std::memcpy(&word, text.data(), 8);
        bits |= word;
        text.remove_prefix(8);
    }
    for (const char c : text) bits |= static_cast<unsigned char>(c);
    return (bits & 0x8080'8080'8080'8080ull) == 0;
}

}  // namespace

std::string_view as_utf8(std::string_view text, std::string& scratch, std::uint64_t& mended) {
    if (is_ascii(text) || utf8_valid_prefix(text) == text.size()) return text;
    scratch.clear();
    for (const char c : text) append_utf8(scratch, static_cast<unsigned char>(c));
    ++mended;
    return scratch;
}

bool append_field(std::string& out, std::string_view text) {
    std::string scratch;
    std::uint64_t mended = 0;
    append_json_string(out, as_utf8(text, scratch, mended));
    return mended > 0;
}

}  // namespace sf::recording
