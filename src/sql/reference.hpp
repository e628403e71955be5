// The reference of functions, operators and casts: a page made from the catalog, so that it can't be out of date.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sf::sql {

class AggregateCatalog;

/// docs/functions.md, with the aggregates that the engine has.
[[nodiscard]] std::string functions_page(const AggregateCatalog& aggregates);

/// Names in the catalog that reference_texts.cpp says nothing about, and names there that the catalog has not.
[[nodiscard]] std::vector<std::string_view> names_without_text();
[[nodiscard]] std::vector<std::string_view> texts_without_name();

/// The same of aggregates.
[[nodiscard]] std::vector<std::string_view> aggregates_without_text(const AggregateCatalog& aggregates);
[[nodiscard]] std::vector<std::string_view> texts_without_aggregate(const AggregateCatalog& aggregates);

}  // namespace sf::sql
