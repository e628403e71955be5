// What differs between a view and its new version, as text.
#pragma once

#include "cli/json_document.hpp"

#include <string>

namespace sf::cli {

[[nodiscard]] std::string diff_text(const JsonNode& diff);

}  // namespace sf::cli
