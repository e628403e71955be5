// (VALUES ('de', 0.19), ('fr', 0.2)) AS rates (country, rate): a reference table that stands in the statement.
#include "base/hash.hpp"
#include "sql/plan/expression_binder.hpp"
#include "sql/plan/join.hpp"
#include "sql/plan/no_aggregates.hpp"

#include <fmt/format.h>

namespace sf::sql {
namespace {

class LiteralsOnly final : public Scope {
public:
    explicit LiteralsOnly(const Builder& builder) : builder_(builder) {}

    [[nodiscard]] bool has_column(std::string_view) const override { return false; }
    [[nodiscard]] Result<ExpressionPtr> column(const PgQuery__ColumnRef& reference) const override {
        return fail(builder_.error(reference.location, "VALUES takes constants only"));
    }
    [[nodiscard]] Result<std::vector<NamedColumn>> star(const PgQuery__ColumnRef& reference) const override {
        return fail(builder_.error(reference.location, "VALUES takes constants only"));
    }

private:
    const Builder& builder_;
};

}  // namespace

Result<ReferenceTablePtr> values_table(const Builder& builder, const PgQuery__SelectStmt& values,
                                       const PgQuery__Alias* alias) {
    const LiteralsOnly scope(builder);
    const NoAggregates none;
    std::vector<AggregateCall> calls;
    ExpressionBinder binder(builder, scope, none, calls);
    const std::size_t columns = values.values_lists[0]->list->n_items;
    std::vector<std::vector<Operand>> cells(columns);
    for (std::size_t row = 0; row < values.n_values_lists; ++row) {
        const PgQuery__List& list = *values.values_lists[row]->list;
        const int location = list.n_items > 0 ? location_of(*list.items[0]) : -1;
        if (list.n_items != columns)
            return fail(builder.error(location, "all rows of VALUES must have as many values"));
        for (std::size_t i = 0; i < columns; ++i) {
            SF_ASSIGN(Operand cell, binder.bind(*list.items[i], {"VALUES"}));
            if (cell.location < 0) cell.location = location_of(*list.items[i]);
            cells[i].push_back(std::move(cell));
        }
    }
    TableDefinition definition;
    definition.name = alias != nullptr ? alias->aliasname : "values";
    if (alias != nullptr && alias->n_colnames > columns)
        return fail(
            builder.error(cells[0][0].location, fmt::format("\"{}\" has {} columns, and there are {} names for them",
                                                            definition.name, columns, alias->n_colnames)));
    std::vector<ExpressionPtr> literals(columns * values.n_values_lists);
    for (std::size_t i = 0; i < columns; ++i) {
        SF_ASSIGN(const Type type, builder.common_type(cells[i], "a column of VALUES"));
        const bool named = alias != nullptr && i < alias->n_colnames;
        definition.columns.push_back(
            {named ? std::string(string_of(*alias->colnames[i])) : fmt::format("column{}", i + 1), type, false});
        for (std::size_t row = 0; row < values.n_values_lists; ++row) {
            SF_ASSIGN(literals[row * columns + i], builder.implicit(cells[i][row], type));
        }
    }
    std::string text;
    for (const ExpressionPtr& literal : literals) {
        text += literal->text;
        text += '\n';
    }
    // What tells these values from others: 128 bits of them.
    std::string version = fmt::format("{:016x}{:016x}", hash64(text, 1), hash64(text, 2));
    return ReferenceTable::from_literals(std::move(definition), std::move(version), literals);
}

}  // namespace sf::sql
