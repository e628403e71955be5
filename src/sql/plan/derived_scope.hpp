// The columns of a SELECT inside FROM, or of a WITH query. A name there is the expression that it stands for, so a
// subquery costs nothing when events come.
#pragma once

#include "sql/plan/event_scope.hpp"

#include <string>
#include <vector>

namespace sf::sql {

class DerivedScope final : public Scope {
public:
    /// `table` is what columns may be qualified with. `builder` outlives the scope.
    /// Rows of a view have no order of their own.
    DerivedScope(const Builder& builder, std::string table, std::vector<NamedColumn> columns, bool of_view = false)
        : builder_(builder), table_(std::move(table)), columns_(std::move(columns)), of_view_(of_view) {}

    [[nodiscard]] bool has_column(std::string_view name) const override;
    [[nodiscard]] Result<ExpressionPtr> column(const PgQuery__ColumnRef& reference) const override;
    [[nodiscard]] Result<std::vector<NamedColumn>> star(const PgQuery__ColumnRef& reference) const override;
    /// Its rows are events, or a view's, wherever an aggregate may stand.
    [[nodiscard]] std::vector<ExpressionPtr> row_order() const override {
        return of_view_ ? std::vector<ExpressionPtr>() : event_order();
    }

private:
    [[nodiscard]] Result<std::vector<std::string>> names_of(const PgQuery__ColumnRef& reference) const;
    [[nodiscard]] const NamedColumn* find(std::string_view name) const;

    const Builder& builder_;
    std::string table_;
    std::vector<NamedColumn> columns_;
    bool of_view_;
};

}  // namespace sf::sql
