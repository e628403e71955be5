// The reference of functions, operators and casts: a page made from the catalog, so that it can't be out of date.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sf::sql {

/// docs/functions.md.
[[nodiscard]] std::string functions_page();

/// Names in the catalog that reference_texts.cpp says nothing about, and names there that the catalog has not.
[[nodiscard]] std::vector<std::string_view> names_without_text();
[[nodiscard]] std::vector<std::string_view> texts_without_name();

}  // namespace sf::sql
