// Writing JSON text. (Reading it is models/ for events and http/ for requests.)
#pragma once

#include <string>
#include <string_view>

namespace sf {

/// Appends `text` as a JSON string with its quotes. Control characters are escaped; bytes that are no valid UTF-8
/// become U+FFFD, so that the result is always valid JSON.
void append_json_string(std::string& out, std::string_view text);

/// The same as a new string.
[[nodiscard]] inline std::string json_string(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

}  // namespace sf
