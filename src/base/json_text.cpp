#include "base/json_text.hpp"

#include "base/utf8.hpp"

#include <cstdint>

namespace sf {

void append_json_string(std::string& out, std::string_view text) {
    static constexpr std::string_view kHex = "0123456789abcdef";
    out.push_back('"');
    while (!text.empty()) {
        std::size_t plain = 0;
        while (plain < text.size()) {
            const auto c = static_cast<std::uint8_t>(text[plain]);
            if (c < 0x20 || c == '"' || c == '\\' || c >= 0x7F) break;
            ++plain;
        }
        out.append(text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty()) break;
        const auto c = static_cast<std::uint8_t>(text[0]);
        std::size_t used = 1;
        if (c == '"' || c == '\\') {
            out.push_back('\\');
            out.push_back(static_cast<char>(c));
        } else if (c == '\n') {
            out.append("\\n");
        } else if (c == '\t') {
            out.append("\\t");
        } else if (c == '\r') {
            out.append("\\r");
        } else if (c < 0x20 || c == 0x7F) {
            out.append("\\u00");
            out.push_back(kHex[c >> 4]);
            out.push_back(kHex[c & 15]);
        } else if (used = utf8_sequence_length(text); used > 0) {
            out.append(text.substr(0, used));
        } else {
            used = 1;
            out.append("\\ufffd");
        }
        text.remove_prefix(used);
    }
    out.push_back('"');
}

}  // namespace sf
