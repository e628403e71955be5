// Writes a query for DuckDB. What DuckDB does exactly as PostgreSQL, and without a chance of failing, is written in its
// own words; every other expression becomes one call of a function that evaluates it, with the columns it reads as
// arguments.
#pragma once

#include "sql/query/query_plan.hpp"
#include "sql/query_text.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sf::sql::query {

class DuckDbText {
public:
    /// `number` is that of the query (sql/query_text.hpp).
    DuckDbText(const QueryPlan& plan, std::int64_t number) : plan_(plan), number_(number) {}

    [[nodiscard]] Result<QueryText> write();

private:
    // duckdb_text.cpp: queries
    [[nodiscard]] std::string query(const Query& query, std::span<const NumericForm> forms);
    [[nodiscard]] std::string body(const Query& query, std::span<const NumericForm> forms);
    [[nodiscard]] std::string select(const Query& query, const Select& select, std::span<const NumericForm> forms);
    [[nodiscard]] std::string values(const Query& query, const Values& values, std::span<const NumericForm> forms);
    [[nodiscard]] std::string with_queries(const Query& query);
    [[nodiscard]] std::string group_by(const Select& select);
    [[nodiscard]] std::string grouping(const Select& select, const Grouping& grouping);
    [[nodiscard]] std::string sort_keys(std::span<const SortKey> keys, const Select* select);
    [[nodiscard]] std::string sort_keys_of_outputs(const Query& query);

    // duckdb_relations.cpp
    [[nodiscard]] std::string relation(const Relation& relation);
    [[nodiscard]] std::string own_rows(const Relation& relation);
    [[nodiscard]] std::string elements(const Relation& relation);
    [[nodiscard]] std::string window_rows(const Relation& relation);
    [[nodiscard]] std::string session_rows(const Relation& relation);
    [[nodiscard]] std::string series(const Relation& relation);
    [[nodiscard]] std::string join(const Relation& relation);
    [[nodiscard]] std::string join_condition(const Expression& condition);

    // duckdb_expressions.cpp
    [[nodiscard]] std::string value(const ExpressionPtr& expression);
    [[nodiscard]] std::string value_as(const ExpressionPtr& expression, NumericForm form);
    [[nodiscard]] std::string condition(const ExpressionPtr& expression);
    [[nodiscard]] bool is_native(const Expression& expression) const;
    [[nodiscard]] std::string native(const Expression& expression);
    [[nodiscard]] std::string native_call(const Expression& call);
    [[nodiscard]] std::string evaluated(const ExpressionPtr& expression, std::string_view function);
    [[nodiscard]] std::string evaluated(const ExpressionPtr& expression);
    [[nodiscard]] NumericForm form_of(const Expression& expression) const;
    [[nodiscard]] std::string list(std::span<const ExpressionPtr> expressions, std::string_view between);

    // duckdb_leaves.cpp
    [[nodiscard]] std::string leaf(const Leaf& leaf, Type type);
    [[nodiscard]] std::string quantified(const Leaf& leaf);
    [[nodiscard]] std::string window(const WindowCall& call, Type type);
    [[nodiscard]] std::string frame(const WindowCall& call);
    [[nodiscard]] std::string aggregate(const AggregateCall& call, const std::string& over);
    [[nodiscard]] std::string own_aggregate(const AggregateCall& call, const std::string& over,
                                            std::string_view function);
    [[nodiscard]] std::string average(const AggregateCall& call, const std::string& over, std::string_view function);
    [[nodiscard]] std::string numeric_text(const ExpressionPtr& expression);
    [[nodiscard]] bool has_numeric_text(const Expression& expression, const Select& select) const;

    void cannot(std::string message, std::string hint = {});

    const QueryPlan& plan_;
    const std::int64_t number_;
    QueryText text_;
    std::map<std::string, std::size_t> evaluated_;            // By what they are and read.
    const std::vector<AggregateCall>* aggregates_ = nullptr;  // Of the SELECT that is written.
    std::optional<Error> problem_;
};

namespace duckdb {

/// In double quotes.
[[nodiscard]] std::string identifier(std::string_view name);

[[nodiscard]] std::string type_name(Type type, NumericForm form);
[[nodiscard]] std::string literal(const Expression& literal, NumericForm form);
[[nodiscard]] std::string column_name(std::size_t column);

/// "(c1, c2, c3)"
[[nodiscard]] std::string column_names(std::size_t count);

}  // namespace duckdb

}  // namespace sf::sql::query
