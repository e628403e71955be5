// One SELECT ... FROM ... WHERE ... GROUP BY ... HAVING ... with its ORDER BY: clause after clause.
#pragma once

#include "sql/query/query_scope.hpp"

namespace sf::sql::query {

class SelectPlanner : public QueryScope {
public:
    SelectPlanner(QueryContext& context, const QueryScope* outer, const WithScope* with_queries)
        : QueryScope(context, outer) {
        with = with_queries;
    }

    /// Fills the body, the columns and the order of `query`.
    [[nodiscard]] Result<> plan(const PgQuery__SelectStmt& select, Query& query);

private:
    [[nodiscard]] std::optional<Result<Operand>> special(const PgQuery__Node& node, ExpressionBinder& binder,
                                                         const Clause& clause) const override;

    [[nodiscard]] std::vector<ExpressionPtr> row_order() const override;
    [[nodiscard]] std::optional<EventColumns> events_among_targets() const;

    [[nodiscard]] Result<> read_targets(const PgQuery__SelectStmt& select);
    [[nodiscard]] Result<> bind_targets();

    // select_grouping.cpp
    [[nodiscard]] Result<> read_groups(const PgQuery__SelectStmt& select);
    [[nodiscard]] Result<Grouping> read_grouping(const PgQuery__Node& node);
    [[nodiscard]] Result<std::size_t> key_of(const PgQuery__Node& node);
    [[nodiscard]] Result<std::size_t> add_key(ExpressionPtr expression, int location);
    [[nodiscard]] Result<> group_by_targets();
    void group_by_both_bounds();
    [[nodiscard]] Result<> make_sessions(const PgQuery__SelectStmt& select);
    [[nodiscard]] Result<> put_over_groups(Query& query);
    [[nodiscard]] Result<ExpressionPtr> over_group(const ExpressionPtr& expression);
    [[nodiscard]] Result<> window_over_group(WindowCall& call);

    [[nodiscard]] Result<> read_distinct(const PgQuery__SelectStmt& select);
    [[nodiscard]] Result<> read_order(const PgQuery__SelectStmt& select, Query& query);
    [[nodiscard]] Result<SortKey> sort_of_outputs(const PgQuery__SortBy& sort);

    // select_windows.cpp
    [[nodiscard]] Result<Operand> window_call(const PgQuery__FuncCall& call, ExpressionBinder& binder,
                                              const Clause& clause);
    [[nodiscard]] Result<Type> window_function(const PgQuery__FuncCall& call, std::string_view name,
                                               ExpressionBinder& binder, const Clause& inside, WindowCall& window);
    [[nodiscard]] Result<> window_aggregate(const PgQuery__FuncCall& call, ExpressionBinder& binder, Type& type,
                                            WindowCall& window);
    [[nodiscard]] Result<> window_definition(const PgQuery__WindowDef& definition, ExpressionBinder& binder,
                                             WindowCall& window, int location);
    [[nodiscard]] Result<> window_frame(const PgQuery__WindowDef& definition, ExpressionBinder& binder,
                                        WindowCall& window);
    [[nodiscard]] Result<FrameBound> frame_bound(const PgQuery__WindowDef& definition, bool start,
                                                 ExpressionBinder& binder, const WindowCall& window);

    [[nodiscard]] Result<Operand> grouping_call(const PgQuery__GroupingFunc& call, ExpressionBinder& binder);

    struct Target {
        const PgQuery__Node* node = nullptr;  // Null: a column that * has brought.
        Output output;
    };
    Select body_;
    std::vector<Target> targets_;
    std::vector<std::size_t> window_leaves_;
    std::vector<std::pair<std::string, const PgQuery__WindowDef*>> windows_;  // Of the WINDOW clause.
    std::map<std::size_t, ExpressionPtr> group_keys_;                         // By the number of the key.
    std::optional<ExpressionBinder> binder_;
};

/// SELECT DISTINCT without ON.
[[nodiscard]] bool is_plain_distinct(const PgQuery__SelectStmt& select);

}  // namespace sf::sql::query
