// CREATE TABLE name (column type, ..., PRIMARY KEY (column, ...)): what a reference table is made of.
#include "sql/functions/catalog.hpp"
#include "sql/plan/expression_binder.hpp"
#include "sql/plan/object_name.hpp"
#include "sql/plan/type_name.hpp"
#include "sql/syntax/statement.hpp"
#include "sql/tables/reference_table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sf::sql {
namespace {

constexpr std::string_view kTableForm = "write CREATE TABLE name (code text PRIMARY KEY, country text, rate numeric)";

class TablePlanner {
public:
    explicit TablePlanner(const Statement& statement) : statement_(statement), builder_(statement) {}

    Result<TableDefinition> plan() {
        const PgQuery__Node& root = statement_.root();
        if (root.node_case != PG_QUERY__NODE__NODE_CREATE_STMT)
            return refuse(0, "this is no table", std::string(kTableForm));
        const PgQuery__CreateStmt& create = *root.create_stmt;
        SF_TRY(check_object_name(builder_, *create.relation, "a table"));
        if (create.if_not_exists != 0 || create.n_inh_relations > 0 || create.partspec != nullptr ||
            create.of_typename != nullptr || create.n_options > 0 || create.n_constraints > 0 ||
            std::string_view(create.relation->relpersistence) != "p")
            return refuse(create.relation->location, "this form of CREATE TABLE is not supported",
                          std::string(kTableForm));
        table_.name = create.relation->relname;
        for (std::size_t i = 0; i < create.n_table_elts; ++i) {
            const PgQuery__Node& element = *create.table_elts[i];
            if (element.node_case == PG_QUERY__NODE__NODE_COLUMN_DEF) SF_TRY(add_column(*element.column_def));
        }
        for (std::size_t i = 0; i < create.n_table_elts; ++i) {
            const PgQuery__Node& element = *create.table_elts[i];
            if (element.node_case == PG_QUERY__NODE__NODE_CONSTRAINT) SF_TRY(add_constraint(*element.constraint));
            else if (element.node_case != PG_QUERY__NODE__NODE_COLUMN_DEF)
                return refuse(create.relation->location, "LIKE is not supported", std::string(kTableForm));
        }
        if (table_.key.empty())
            return refuse(create.relation->location, "a reference table needs a PRIMARY KEY",
                          "events are joined with it by that key");
        for (const std::size_t index : table_.key) table_.columns[index].not_null = true;
        return std::move(table_);
    }

private:
    [[nodiscard]] std::unexpected<Error> refuse(int location, std::string message, std::string hint = {}) const {
        return fail(builder_.error(location, std::move(message), std::move(hint)));
    }

    Result<> add_column(const PgQuery__ColumnDef& column) {
        if (table_.columns.size() == kTableColumnsMax)
            return refuse(column.location, fmt::format("a table has at most {} columns", kTableColumnsMax));
        if (table_.column(column.colname))
            return refuse(column.location, fmt::format("two columns are called \"{}\"", column.colname));
        SF_ASSIGN(const NamedType named, named_type(builder_, *column.type_name));
        if (named.precision)
            return refuse(column.type_name->location, "numeric has no precision and scale here", "write numeric");
        if (named.length) return refuse(column.type_name->location, "varchar has no length here", "write text");
        if (named.small) return refuse(column.type_name->location, "smallint is no type here", "write integer");
        if (named.type != Type::text && cast_function(Type::text, named.type) == nullptr)
            return refuse(column.type_name->location,
                          fmt::format("a column of a table can't be {}", to_string(named.type)));
        table_.columns.push_back({column.colname, named.type, false});
        for (std::size_t i = 0; i < column.n_constraints; ++i) {
            const PgQuery__Constraint& constraint = *column.constraints[i]->constraint;
            switch (constraint.contype) {
                case PG_QUERY__CONSTR_TYPE__CONSTR_NULL: break;
                case PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL: table_.columns.back().not_null = true; break;
                case PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY: SF_TRY(add_key(column.colname, constraint.location)); break;
                default: return refuse_constraint(constraint);
            }
        }
        return {};
    }

    Result<> add_constraint(const PgQuery__Constraint& constraint) {
        if (constraint.contype != PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY) return refuse_constraint(constraint);
        for (std::size_t i = 0; i < constraint.n_keys; ++i)
            SF_TRY(add_key(string_of(*constraint.keys[i]), constraint.location));
        return {};
    }

    Result<> refuse_constraint(const PgQuery__Constraint& constraint) const {
        return refuse(constraint.location, "only NOT NULL and PRIMARY KEY are supported", std::string(kTableForm));
    }

    Result<> add_key(std::string_view name, int location) {
        const auto index = table_.column(name);
        if (!index) return refuse(location, fmt::format("there is no column \"{}\"", name));
        if (std::ranges::find(table_.key, *index) != table_.key.end())
            return refuse(location, fmt::format("\"{}\" is in the key already", name));
        table_.key.push_back(*index);
        return {};
    }

    const Statement& statement_;
    const Builder builder_;
    TableDefinition table_;
};

}  // namespace

Result<TableDefinition> plan_table(std::string_view sql) {
    SF_ASSIGN(const Statement statement, Statement::parse(sql));
    return TablePlanner(statement).plan();
}

}  // namespace sf::sql
