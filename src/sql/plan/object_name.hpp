// Names that views, tables and functions may have.
#pragma once

#include "sql/plan/builder.hpp"

namespace sf::sql {

/// Refuses schemas, names that could not be written without quotes, and those that the program has uses of its own for.
/// `what` is "a view", for the message.
[[nodiscard]] Result<> check_object_name(const Builder& builder, const PgQuery__RangeVar& name, std::string_view what);
[[nodiscard]] Result<> check_object_name(const Builder& builder, std::string_view name, int location,
                                         std::string_view what);

}  // namespace sf::sql
