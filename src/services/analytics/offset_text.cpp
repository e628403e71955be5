#include "services/analytics/offset_text.hpp"

#include <fmt/format.h>

#include <charconv>

namespace sf::analytics {

std::string offsets_text(const std::map<engine::Partition, engine::Offset>& offsets) {
    std::string text;
    for (const auto& [partition, offset] : offsets)
        text += fmt::format("{}{}:{}", text.empty() ? "" : " ", partition, offset);
    return text;
}

std::map<engine::Partition, engine::Offset> read_offsets(std::string_view text) {
    std::map<engine::Partition, engine::Offset> offsets;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at < end) {
        engine::Partition partition = 0;
        engine::Offset offset = 0;
        const auto first = std::from_chars(at, end, partition);
        if (first.ec != std::errc{} || first.ptr == end || *first.ptr != ':') break;
        const auto second = std::from_chars(first.ptr + 1, end, offset);
        if (second.ec != std::errc{}) break;
        offsets[partition] = offset;
        at = second.ptr == end ? end : second.ptr + 1;
    }
    return offsets;
}

}  // namespace sf::analytics
