// CREATE MATERIALIZED VIEW name WITH (...) AS SELECT ...: clause after clause, from the tree to the plan.
#pragma once

#include "sql/plan/event_scope.hpp"
#include "sql/plan/expression_binder.hpp"
#include "sql/plan/from_clause.hpp"
#include "sql/view_plan.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sf::sql {

class ViewPlanner {
public:
    /// Both outlive the planner.
    ViewPlanner(const Statement& statement, const AggregateCatalog& aggregates)
        : statement_(statement), builder_(statement), aggregates_(aggregates) {}

    [[nodiscard]] Result<ViewPlan> plan();

private:
    struct Target {
        const PgQuery__ResTarget* node = nullptr;
        std::string name;
        ExpressionPtr expression;
    };

    [[nodiscard]] Result<> read_statement(const PgQuery__CreateTableAsStmt& create);
    [[nodiscard]] Result<> check_select(const PgQuery__SelectStmt& select) const;
    [[nodiscard]] Result<> read_targets(const PgQuery__SelectStmt& select);
    [[nodiscard]] Result<> read_groups(const PgQuery__SelectStmt& select);
    [[nodiscard]] Result<ExpressionPtr> group_expression(const PgQuery__Node& node);
    [[nodiscard]] Result<> add_key(ExpressionPtr expression);
    [[nodiscard]] Result<> bind_outputs(const PgQuery__SelectStmt& select);
    [[nodiscard]] Result<> finish();
    [[nodiscard]] Result<> check_fields() const;
    [[nodiscard]] Result<ExpressionPtr> over_group(const ExpressionPtr& expression) const;
    [[nodiscard]] OutputColumn output_column(const Target& target, ExpressionPtr expression) const;
    [[nodiscard]] std::unexpected<Error> refuse(int location, std::string message, std::string hint = {}) const {
        return fail(builder_.error(location, std::move(message), std::move(hint)));
    }

    const Statement& statement_;
    Builder builder_;
    const AggregateCatalog& aggregates_;
    ViewPlan plan_;
    int source_location_ = -1;  // Of FROM.
    std::optional<EventScope> scope_;
    std::optional<ExpressionBinder> binder_;
    std::vector<Target> targets_;
    bool groups_by_window_ = false;
    ExpressionPtr having_;  // Before it is put over a group's inputs.
};

}  // namespace sf::sql
