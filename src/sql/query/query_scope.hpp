// What names mean in a query: the columns of the relations in FROM, those of the queries around it, and what only
// queries have (subqueries, window functions, the clock).
#pragma once

#include "sql/plan/expression_binder.hpp"
#include "sql/query/query_plan.hpp"
#include "sql/query_text.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sf::sql::query {

/// What the parts of one statement share while it is planned.
struct QueryContext {
    const Builder& builder;
    const AggregateCatalog& aggregates;
    const RelationCatalog& tables;
    FunctionCalls functions;
    Timestamp now;
    std::shared_ptr<LeafTable> leaves = std::make_shared<LeafTable>();
    std::size_t relations = 0;         // Named so far,
    std::size_t with_queries = 0;      // the same,
    std::set<std::string> shown = {};  // names of relations in the texts of expressions.

    /// For expressions whose names mean what they mean in `scope`, which outlives the binder, as `calls` does.
    [[nodiscard]] ExpressionBinder binder(const Scope& scope, std::vector<AggregateCall>& calls) {
        ExpressionBinder made(builder, scope, aggregates, calls);
        made.call_functions(functions);
        return made;
    }

    /// An input that stands for the leaf. Equal texts mean equal values.
    [[nodiscard]] ExpressionPtr add(Leaf leaf, Type type, std::string text);
    [[nodiscard]] std::string relation_name() { return "r" + std::to_string(++relations); }
    [[nodiscard]] std::unexpected<Error> refuse(int location, std::string message, std::string hint = {}) const {
        return fail(builder.error(location, std::move(message), std::move(hint)));
    }
};

/// The queries of WITH that can be seen from a place.
struct WithScope {
    const WithScope* outer = nullptr;
    struct Entry {
        std::string name;  // As the text calls it.
        std::vector<Attribute> columns;
        std::optional<EventColumns> events;
    };
    std::map<std::string, Entry, std::less<>> queries;

    [[nodiscard]] const Entry* find(std::string_view name) const;
};

struct NamedColumn {
    std::string table;  // Empty: it is only found by its name alone, as those that USING has merged.
    std::string name;
    ExpressionPtr expression;
    bool merged_away = false;  // Only found as table.name.
    bool is_whole = false;     // The table's name alone means it, too: the one column of a function in FROM.
};

class QueryScope : public Scope {
public:
    /// `outer` is the query around this one, null if there is none.
    QueryScope(QueryContext& context, const QueryScope* outer) : context_(context), outer_(outer) {}

    [[nodiscard]] bool has_column(std::string_view name) const override;
    [[nodiscard]] Result<ExpressionPtr> column(const PgQuery__ColumnRef& reference) const override;
    [[nodiscard]] Result<std::vector<sql::NamedColumn>> star(const PgQuery__ColumnRef& reference) const override;
    [[nodiscard]] std::optional<Result<Operand>> special(const PgQuery__Node& node, ExpressionBinder& binder,
                                                         const Clause& clause) const override;

    /// The columns of * or table.*.
    [[nodiscard]] Result<std::vector<NamedColumn>> starred(const PgQuery__ColumnRef& reference) const;

    [[nodiscard]] const QueryScope* outer() const { return outer_; }

    std::vector<NamedColumn> columns;
    const WithScope* with = nullptr;

    /// The columns of a relation that is called `table`.
    [[nodiscard]] std::vector<NamedColumn> columns_of(const RelationPtr& relation, const std::string& table,
                                                      const void* owner) const;

protected:
    QueryContext& context_;  // NOLINT(cppcoreguidelines-non-private-member-variables-in-classes)

private:
    [[nodiscard]] Result<const NamedColumn*> find(std::string_view table, std::string_view name, int location) const;
    [[nodiscard]] bool has_table(std::string_view name) const;
    [[nodiscard]] Result<ExpressionPtr> found(const NamedColumn& column, const std::vector<std::string>& names,
                                              std::size_t used, const PgQuery__ColumnRef& reference) const;
    [[nodiscard]] Result<ExpressionPtr> resolve(const std::vector<std::string>& names,
                                                const PgQuery__ColumnRef& reference) const;
    [[nodiscard]] std::unexpected<Error> unknown(const std::vector<std::string>& names, int location) const;
    [[nodiscard]] Result<Operand> subquery(const PgQuery__SubLink& link, ExpressionBinder& binder,
                                           const Clause& clause) const;

    const QueryScope* outer_;
};

}  // namespace sf::sql::query
