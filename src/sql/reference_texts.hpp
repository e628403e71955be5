// What the reference says about each function and operator. By name: the ways to call it come from the catalog.
#pragma once

#include <span>
#include <string_view>

namespace sf::sql {

struct ReferenceText {
    std::string_view section;
    std::string_view name;
    std::string_view text;
};

/// In the order of the page; those of one section stand together.
[[nodiscard]] std::span<const ReferenceText> reference_texts();

/// Of aggregates; they are one section.
[[nodiscard]] std::span<const ReferenceText> aggregate_texts();

/// What to_char(), to_timestamp() and to_date() understand, as a part of the page.
[[nodiscard]] std::string_view templates_text();

}  // namespace sf::sql
