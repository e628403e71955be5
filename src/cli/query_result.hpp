// The answer to a query as a table, as CSV, or as it is.
#pragma once

#include "cli/json_document.hpp"
#include "cli/table.hpp"

#include <string>

namespace sf::cli {

/// Whether values of this SQL type stand at the right of their column.
[[nodiscard]] bool is_numeric_type(std::string_view type);

/// `answer` is {"columns","rows","truncated"}.
[[nodiscard]] std::string result_table(const JsonNode& answer, const Table::Look& look, bool* cut);

/// RFC 4180 with a header line; NULL is an empty field, an empty string is "".
[[nodiscard]] std::string result_csv(const JsonNode& answer);

}  // namespace sf::cli
