// The columns of events, the fields of data, and the bounds of windows.
#pragma once

#include "sql/plan/scope.hpp"

#include <string>

namespace sf::sql {

/// What sorts events: their own time, then their id.
[[nodiscard]] std::vector<ExpressionPtr> event_order();

class EventScope final : public Scope {
public:
    /// `table` is what columns may be qualified with: the alias of FROM, else the name that stands there. `builder`
    /// outlives the scope.
    EventScope(const Builder& builder, std::string table, bool has_window)
        : builder_(builder), table_(std::move(table)), has_window_(has_window) {}

    [[nodiscard]] bool has_column(std::string_view name) const override;
    [[nodiscard]] Result<ExpressionPtr> column(const PgQuery__ColumnRef& reference) const override;
    [[nodiscard]] Result<std::vector<NamedColumn>> star(const PgQuery__ColumnRef& reference) const override;
    [[nodiscard]] std::vector<ExpressionPtr> row_order() const override { return event_order(); }

private:
    [[nodiscard]] Result<std::vector<std::string>> names_of(const PgQuery__ColumnRef& reference) const;
    [[nodiscard]] Result<ExpressionPtr> simple_column(const std::string& name, int location) const;

    const Builder& builder_;
    std::string table_;
    bool has_window_;
};

}  // namespace sf::sql
