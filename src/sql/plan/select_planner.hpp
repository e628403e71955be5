// A SELECT of a view: clause after clause, from the tree to the plan. Those inside FROM, and WITH queries, are planned
// first; what they filter, project and group becomes part of the one plan.
#pragma once

#include "sql/plan/branch.hpp"
#include "sql/plan/expression_binder.hpp"
#include "sql/plan/from_clause.hpp"
#include "sql/view_catalog.hpp"
#include "sql/view_plan.hpp"

#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace sf::sql {

/// A WITH query, and those that stand before it: what its own FROM may name.
struct WithQuery {
    const PgQuery__CommonTableExpr* node = nullptr;
    WithQuery* before = nullptr;
    bool used = false;
};

inline constexpr Clause kSelectList = {
    .name = "the SELECT list", .aggregates = true, .window_bounds = true, .rankings = true};

/// What a statement may name.
struct Catalogs {
    const AggregateCatalog& aggregates;
    const TableCatalog& tables;
    FunctionCalls& functions;
    const ViewCatalog& views;
};

inline constexpr std::size_t kBranchesMax = 100;

/// One SELECT. Fills `plan` but for its name, options and outputs, and `branches` where it reads a UNION ALL: then
/// expressions of the plan are over the columns of that.
class SelectPlanner final : private Subqueries {
public:
    /// All outlive the planner. `with` are the WITH queries around.
    SelectPlanner(const Builder& builder, const Catalogs& names, ViewPlan& plan, std::vector<Branch>& branches,
                  WithQuery* with)
        : builder_(builder), names_(names), plan_(plan), branches_(branches), with_(with) {}

    [[nodiscard]] Result<Relation> plan(const PgQuery__SelectStmt& select);

private:
    struct Target {
        const PgQuery__ResTarget* node = nullptr;
        std::string name;
        ExpressionPtr expression;
        bool of_star = false;  // The expression is there from the beginning.
        bool unknown = false;  // A literal without a type.
    };
    enum class Grouping : std::uint8_t { clause, aggregates, distinct };  // What makes it groups.

    // select_planner.cpp
    [[nodiscard]] Result<std::optional<Relation>> with_query(std::string_view name) override;
    [[nodiscard]] Result<Relation> subquery(const PgQuery__SelectStmt& select) override;
    [[nodiscard]] Result<std::optional<Relation>> view(std::string_view name, int location) override;
    [[nodiscard]] ViewSource* view_read() override { return plan_.over ? &*plan_.over : nullptr; }
    [[nodiscard]] std::vector<std::string> view_names() const override { return names_.views.view_names(); }
    [[nodiscard]] const TableCatalog& tables() const override { return names_.tables; }
    [[nodiscard]] FunctionCalls& functions() const override { return names_.functions; }
    [[nodiscard]] Result<> check_clauses(const PgQuery__SelectStmt& select) const;
    [[nodiscard]] Result<> read_with(const PgQuery__SelectStmt& select);
    [[nodiscard]] Result<> read_from(const PgQuery__SelectStmt& select);
    [[nodiscard]] Result<> check_with_used() const;
    [[nodiscard]] Result<> read_where(const PgQuery__SelectStmt& select);
    [[nodiscard]] Result<> read_targets(const PgQuery__SelectStmt& select);
    [[nodiscard]] Result<> add_target(Target target, int location);
    [[nodiscard]] Result<> bind_targets(const Clause& clause);
    [[nodiscard]] Result<ExpressionPtr> bind_target(const Target& target, const Clause& clause);
    [[nodiscard]] Result<ExpressionPtr> both(ExpressionPtr first, ExpressionPtr second) const;
    [[nodiscard]] Relation relation(Relation::Rows rows) const;

    // union.cpp
    class UnionColumns;
    [[nodiscard]] Result<Relation> plan_union(const PgQuery__SelectStmt& select);
    [[nodiscard]] Result<> add_leaves(const PgQuery__SelectStmt& select,
                                      std::vector<const PgQuery__SelectStmt*>& leaves) const;

    // grouping.cpp
    [[nodiscard]] Result<Relation> plan_groups(const PgQuery__SelectStmt& select, Grouping by);
    [[nodiscard]] Result<> check_distinct() const;
    [[nodiscard]] Result<> read_groups(const PgQuery__SelectStmt& select);
    [[nodiscard]] Result<ExpressionPtr> group_expression(const PgQuery__Node& node);
    [[nodiscard]] Result<> add_group(ExpressionPtr expression, int location);
    [[nodiscard]] Result<ExpressionPtr> over_group(const ExpressionPtr& expression) const;

    // ranking.cpp
    [[nodiscard]] Result<Relation> plan_around_groups(const PgQuery__SelectStmt& select);
    [[nodiscard]] Result<Relation> plan_ranked_events(const PgQuery__SelectStmt& select);
    [[nodiscard]] Result<ExpressionPtr> kept(const ExpressionPtr& expression, int location);
    [[nodiscard]] Result<> add_keys_of(const ExpressionPtr& expression, int location);
    [[nodiscard]] Result<Relation> finish_groups(const PgQuery__SelectStmt& select);
    [[nodiscard]] Result<> finish_ranking(Ranking& ranking, int location) const;

    [[nodiscard]] std::unexpected<Error> refuse(int location, std::string message, std::string hint = {}) const {
        return fail(builder_.error(location, std::move(message), std::move(hint)));
    }

    const Builder& builder_;
    const Catalogs& names_;
    ViewPlan& plan_;
    std::vector<Branch>& branches_;
    WithQuery* with_;  // The last of those in sight.
    std::deque<WithQuery> own_with_;
    Source source_;
    std::optional<ExpressionBinder> binder_;
    std::vector<Target> targets_;
    bool groups_by_window_ = false;
};

/// Notes in each ranking how far `shown` looks, so that what is behind need not be computed.
void limit_rankings(ViewPlan& plan);

}  // namespace sf::sql
