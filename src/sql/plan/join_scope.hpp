// The columns of events and those of a reference table that they are joined with.
#pragma once

#include "sql/plan/derived_scope.hpp"

#include <memory>

namespace sf::sql {

class JoinScope final : public Scope {
public:
    /// `builder` outlives the scope.
    JoinScope(const Builder& builder, std::unique_ptr<Scope> events, std::string table_name, DerivedScope table)
        : builder_(builder), events_(std::move(events)), table_name_(std::move(table_name)), table_(std::move(table)) {}

    [[nodiscard]] bool has_column(std::string_view name) const override;
    [[nodiscard]] Result<ExpressionPtr> column(const PgQuery__ColumnRef& reference) const override;
    [[nodiscard]] Result<std::vector<NamedColumn>> star(const PgQuery__ColumnRef& reference) const override;
    [[nodiscard]] std::vector<ExpressionPtr> row_order() const override { return events_->row_order(); }

private:
    [[nodiscard]] bool names_table(const PgQuery__ColumnRef& reference) const;

    const Builder& builder_;
    std::unique_ptr<Scope> events_;
    std::string table_name_;
    DerivedScope table_;
};

}  // namespace sf::sql
