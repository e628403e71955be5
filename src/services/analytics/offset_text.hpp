// "0:17 1:4": an offset of each partition, as documents have it.
#pragma once

#include "engine/view.hpp"

#include <map>
#include <string>
#include <string_view>

namespace sf::analytics {

[[nodiscard]] std::string offsets_text(const std::map<engine::Partition, engine::Offset>& offsets);

/// As much as can be read.
[[nodiscard]] std::map<engine::Partition, engine::Offset> read_offsets(std::string_view text);

}  // namespace sf::analytics
