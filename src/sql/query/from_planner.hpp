// The items of FROM: tables, WITH queries, subqueries, windows over any of them, functions, joins.
#pragma once

#include "sql/query/query_scope.hpp"

namespace sf::sql::query {

class FromPlanner {
public:
    /// `scope` has the columns of what stands left in FROM; `owner` is the SELECT.
    FromPlanner(QueryContext& context, const QueryScope& scope, const QueryScope* outer, const void* owner)
        : context_(context), scope_(scope), outer_(outer), owner_(owner) {}

    struct Item {
        RelationPtr relation;
        std::vector<NamedColumn> columns;
    };
    [[nodiscard]] Result<Item> plan(const PgQuery__Node& node);

private:
    [[nodiscard]] Result<RelationPtr> table(const PgQuery__RangeVar& table);
    [[nodiscard]] Result<RelationPtr> catalog_table(const PgQuery__RangeVar& table);
    [[nodiscard]] Result<Item> function(const PgQuery__RangeFunction& function);
    [[nodiscard]] Result<RelationPtr> window(const PgQuery__FuncCall& call, std::string_view name);
    [[nodiscard]] Result<QueryPtr> window_source(const PgQuery__Node& node);
    [[nodiscard]] Result<Duration> window_length(const PgQuery__Node& node, std::string_view what);
    [[nodiscard]] Result<Item> subquery(const PgQuery__RangeSubselect& subquery);
    [[nodiscard]] Result<Item> join(const PgQuery__JoinExpr& join);
    [[nodiscard]] Result<> join_using(const std::vector<std::string>& names, int location, Item& left, Item& right,
                                      Relation& joined, std::vector<NamedColumn>& columns);
    [[nodiscard]] Result<Item> named(RelationPtr relation, const PgQuery__Alias* alias, std::string_view otherwise,
                                     int location);

    QueryContext& context_;
    const QueryScope& scope_;
    const QueryScope* outer_;
    const void* owner_;
};

/// Two relations of one name would hide each other.
[[nodiscard]] Result<> check_names(const QueryContext& context, const std::vector<NamedColumn>& left,
                                   const std::vector<NamedColumn>& right, int location);

}  // namespace sf::sql::query
