// What names mean in a view: the columns of events, the fields of data, and the bounds of windows.
#pragma once

#include "sql/plan/builder.hpp"

#include <string>

namespace sf::sql {

/// The last name of a column: what an output column is called that has no AS.
[[nodiscard]] std::string_view last_name(const PgQuery__ColumnRef& column);

/// The content of a String node; empty for any other.
[[nodiscard]] std::string_view string_of(const PgQuery__Node& node);

class Scope {
public:
    /// `table` is what columns may be qualified with: the alias of FROM, else the name that stands there.
    Scope(const Builder& builder, std::string table, bool has_window)
        : builder_(builder), table_(std::move(table)), has_window_(has_window) {}

    [[nodiscard]] bool has_window() const { return has_window_; }

    /// Whether a name alone is a column: output names come after these.
    [[nodiscard]] bool has_column(std::string_view name) const;

    [[nodiscard]] Result<ExpressionPtr> column(const PgQuery__ColumnRef& reference) const;

    /// The column `tags`, which only ANY() may ask for; null if the reference is something else.
    [[nodiscard]] ExpressionPtr tags(const PgQuery__ColumnRef& reference) const;

private:
    [[nodiscard]] Result<std::vector<std::string>> names_of(const PgQuery__ColumnRef& reference) const;
    [[nodiscard]] Result<ExpressionPtr> simple_column(const std::string& name, int location) const;

    const Builder& builder_;
    std::string table_;
    bool has_window_;
};

}  // namespace sf::sql
