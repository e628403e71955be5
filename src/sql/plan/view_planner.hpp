// CREATE MATERIALIZED VIEW name WITH (...) AS SELECT ...: its name and options; the SELECT is select_planner's.
#pragma once

#include "sql/plan/select_planner.hpp"

#include <string>

namespace sf::sql {

class ViewPlanner {
public:
    /// All outlive the planner.
    ViewPlanner(const Statement& statement, const AggregateCatalog& aggregates, const TableCatalog& tables,
                const FunctionCatalog& functions, const ViewCatalog& views)
        : statement_(statement),
          builder_(statement),
          functions_{.catalog = functions},
          names_{aggregates, tables, functions_, views} {}

    [[nodiscard]] Result<ViewPlan> plan();

private:
    [[nodiscard]] Result<> read_statement(const PgQuery__CreateTableAsStmt& create);
    [[nodiscard]] Result<ViewPlan> plan_events(const Relation& relation, const PgQuery__CreateTableAsStmt& create);
    [[nodiscard]] Result<> check_fields() const;
    [[nodiscard]] Result<> split_branches();
    [[nodiscard]] Result<ViewPlan> over_branch(const Branch& branch) const;
    [[nodiscard]] Result<> check_options_over_view(const PgQuery__CreateTableAsStmt& create);
    void add_outputs(const Relation& relation);
    [[nodiscard]] OutputColumn output_column(const NamedColumn& column) const;
    [[nodiscard]] std::unexpected<Error> refuse(int location, std::string message, std::string hint = {}) const {
        return fail(builder_.error(location, std::move(message), std::move(hint)));
    }

    const Statement& statement_;
    Builder builder_;
    FunctionCalls functions_;
    const Catalogs names_;
    ViewPlan plan_;
    std::vector<Branch> branches_;
};

}  // namespace sf::sql
