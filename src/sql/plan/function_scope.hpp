// The parameters of a function, where its body is read: by name, by function.name, or as $1.
#pragma once

#include "sql/plan/scope.hpp"
#include "sql/user_function.hpp"

#include <vector>

namespace sf::sql {

class FunctionScope final : public Scope {
public:
    /// `values` are what parameters stand for, in the types that they have; `row_order` is that of the rows around. All
    /// others outlive the scope.
    FunctionScope(const Builder& builder, const UserFunction& function, std::vector<ExpressionPtr> values,
                  std::vector<ExpressionPtr> row_order)
        : builder_(builder), function_(function), values_(std::move(values)), row_order_(std::move(row_order)) {}

    [[nodiscard]] bool has_column(std::string_view name) const override;
    [[nodiscard]] Result<ExpressionPtr> column(const PgQuery__ColumnRef& reference) const override;
    [[nodiscard]] Result<ExpressionPtr> parameter(int number, int location) const override;
    [[nodiscard]] Result<std::vector<NamedColumn>> star(const PgQuery__ColumnRef& reference) const override;
    [[nodiscard]] std::vector<ExpressionPtr> row_order() const override { return row_order_; }

private:
    [[nodiscard]] ExpressionPtr find(std::string_view name) const;

    const Builder& builder_;
    const UserFunction& function_;
    std::vector<ExpressionPtr> values_;
    std::vector<ExpressionPtr> row_order_;
};

}  // namespace sf::sql
