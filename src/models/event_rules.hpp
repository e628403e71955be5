// What the names in an event may look like. The limits are part of the public interface: docs/events.md.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sf::models {

inline constexpr std::size_t kTypeSizeMax = 128;
inline constexpr std::size_t kNameSizeMax = 256;  // Of source, user_id, correlation_id and each tag, in bytes.
inline constexpr std::size_t kTagsMax = 64;

/// Dotted lower case: parts of a-z, 0-9, `_` and `-` between single dots, the first beginning with a letter.
[[nodiscard]] bool is_event_type(std::string_view text);

/// Why an event must not have this member, with the likely one that was meant.
[[nodiscard]] std::string unknown_member_detail(std::string_view key);

}  // namespace sf::models
