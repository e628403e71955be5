#include "sql/query/query_scope.hpp"

#include "base/nearest_name.hpp"
#include "sql/functions/catalog.hpp"
#include "sql/plan/dotted_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sf::sql::query {

ExpressionPtr QueryContext::add(Leaf leaf, Type type, std::string text) {
    leaves->push_back(std::move(leaf));
    return make_input(leaves->size() - 1, type, std::move(text));
}

const WithScope::Entry* WithScope::find(std::string_view name) const {
    for (const WithScope* scope = this; scope != nullptr; scope = scope->outer) {
        if (const auto found = scope->queries.find(name); found != scope->queries.end()) return &found->second;
    }
    return nullptr;
}

std::vector<NamedColumn> QueryScope::columns_of(const RelationPtr& relation, const std::string& table,
                                                const void* owner) const {
    // Two relations of one name, in different places of a statement, must have different texts.
    std::string shown = table.empty() ? relation->name : table;
    for (std::size_t i = 2; !context_.shown.insert(shown).second; ++i) shown = fmt::format("{}_{}", table, i);
    std::vector<NamedColumn> made;
    for (std::size_t i = 0; i < relation->columns.size(); ++i) {
        const Attribute& attribute = relation->columns[i];
        Leaf leaf{.kind = Leaf::Kind::column, .owner = owner, .numeric = attribute.numeric};
        leaf.relation = relation;
        leaf.column = i;
        // Columns of one relation may share a name, too, as long as nobody asks for them.
        std::string text = fmt::format("{}.{}", quoted_identifier(shown), quoted_identifier(attribute.name));
        const auto same = std::ranges::count(made, attribute.name, &NamedColumn::name);
        if (same > 0) text += fmt::format("#{}", same + 1);
        made.push_back({table, attribute.name, context_.add(std::move(leaf), attribute.type, std::move(text))});
        made.back().is_whole = relation->kind == Relation::Kind::unnest && relation->columns.size() == 1;
    }
    return made;
}

bool QueryScope::has_column(std::string_view name) const {
    return std::ranges::any_of(columns, [&](const NamedColumn& c) { return c.name == name && !c.merged_away; });
}

bool QueryScope::has_table(std::string_view name) const {
    return std::ranges::any_of(columns, [&](const NamedColumn& c) { return c.table == name; });
}

// Null: none. `table` is empty where the name stands alone.
Result<const NamedColumn*> QueryScope::find(std::string_view table, std::string_view name, int location) const {
    const NamedColumn* found = nullptr;
    for (const NamedColumn& column : columns) {
        if (column.name != name || (table.empty() ? column.merged_away : column.table != table)) continue;
        if (found != nullptr)
            return context_.refuse(location, fmt::format("column \"{}\" is ambiguous", name),
                                   fmt::format("write {}.{} or {}.{}", found->table, name, column.table, name));
        found = &column;
    }
    return found;
}

Result<ExpressionPtr> QueryScope::column(const PgQuery__ColumnRef& reference) const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < reference.n_fields; ++i) {
        const PgQuery__Node& field = *reference.fields[i];
        if (field.node_case != PG_QUERY__NODE__NODE_STRING)
            return context_.refuse(reference.location, "* can't stand here", "count(*) counts rows");
        names.emplace_back(string_of(field));
    }
    for (const QueryScope* scope = this; scope != nullptr; scope = scope->outer_) {
        SF_ASSIGN(ExpressionPtr expression, scope->resolve(names, reference));
        if (expression != nullptr) return expression;
    }
    return unknown(names, reference.location);
}

// Null: the names mean nothing here.
Result<ExpressionPtr> QueryScope::resolve(const std::vector<std::string>& names,
                                          const PgQuery__ColumnRef& reference) const {
    const NamedColumn* column = nullptr;
    if (names.size() > 1 && has_table(names[0])) {
        SF_ASSIGN(column, find(names[0], names[1], reference.location));
        if (column != nullptr) return found(*column, names, 2, reference);
    }
    SF_ASSIGN(column, find({}, names[0], reference.location));
    if (column != nullptr) return found(*column, names, 1, reference);
    const auto whole =
        std::ranges::find_if(columns, [&](const NamedColumn& c) { return c.is_whole && c.table == names[0]; });
    if (whole != columns.end()) return found(*whole, names, 1, reference);
    return ExpressionPtr();
}

// The column, or the field of it that the names behind the first `used` lead to.
Result<ExpressionPtr> QueryScope::found(const NamedColumn& column, const std::vector<std::string>& names,
                                        std::size_t used, const PgQuery__ColumnRef& reference) const {
    const int location = reference.location;
    if (column.expression->type != Type::jsonb) {
        if (names.size() > used)
            return context_.refuse(location, fmt::format("{} has no fields", column.name), "only jsonb has");
        auto placed = std::make_shared<Expression>(*column.expression);
        placed->location = location;
        return placed;
    }
    const bool is_field = column.expression->kind == Expression::Kind::json_field;
    const bool is_input = column.expression->kind == Expression::Kind::input;
    if (!is_field && !is_input) {
        if (names.size() > used) return context_.refuse(location, "fields of a merged column can't be read");
        return column.expression;
    }
    SF_TRY(check_capitals(context_.builder, location, names.size() - used + 1));
    std::vector<std::string> path(names.begin() + static_cast<std::ptrdiff_t>(used), names.end());
    const bool whole = path.empty();
    ExpressionPtr field = make_json_field(std::move(path), location, column.expression);
    return whole ? field : make_call(kScalarOfField, Type::json_scalar, {std::move(field)}, nullptr, location);
}

std::unexpected<Error> QueryScope::unknown(const std::vector<std::string>& names, int location) const {
    const bool qualified = names.size() > 1 && has_table(names[0]);
    const std::string& name = qualified ? names[1] : names[0];
    std::vector<std::string_view> known;
    bool has_data = false;
    for (const NamedColumn& column : columns) {
        if (!qualified || column.table == names[0]) known.push_back(column.name);
        has_data = has_data || (column.name == "data" && column.expression->type == Type::jsonb);
    }
    if (names.size() > 1 && !qualified) {
        std::vector<std::string_view> tables;
        for (const NamedColumn& column : columns) tables.push_back(column.table);
        const auto meant = nearest_name(name, tables);
        return context_.refuse(location, fmt::format("there is no table \"{}\" here", name),
                               meant ? fmt::format("is it \"{}\"?", *meant) : "FROM names the tables");
    }
    const auto meant = nearest_name(name, known);
    std::string hint;
    if (meant) hint = fmt::format("is it \"{}\"?", *meant);
    else if (has_data) hint = fmt::format("fields of the event's own are data.{}", quoted_identifier(name));
    return context_.refuse(location, fmt::format("there is no column \"{}\"", name), std::move(hint));
}

Result<std::vector<NamedColumn>> QueryScope::starred(const PgQuery__ColumnRef& reference) const {
    std::vector<NamedColumn> chosen;
    const std::string_view table = reference.n_fields > 1 ? string_of(*reference.fields[0]) : std::string_view{};
    if (reference.n_fields > 2) return context_.refuse(reference.location, "this form of * is not supported");
    for (const NamedColumn& column : columns) {
        if (table.empty() ? !column.merged_away : column.table == table) chosen.push_back(column);
    }
    if (!table.empty() && chosen.empty())
        return context_.refuse(reference.location, fmt::format("there is no table \"{}\" here", table));
    if (chosen.empty()) return context_.refuse(reference.location, "SELECT * needs FROM");
    for (NamedColumn& column : chosen) {
        if (column.expression->type == Type::jsonb && column.expression->kind == Expression::Kind::input)
            column.expression = make_json_field({}, reference.location, column.expression);
    }
    return chosen;
}

Result<std::vector<sql::NamedColumn>> QueryScope::star(const PgQuery__ColumnRef& reference) const {
    SF_ASSIGN(const std::vector<NamedColumn> chosen, starred(reference));
    std::vector<sql::NamedColumn> named;
    for (const NamedColumn& column : chosen) named.push_back({column.name, column.expression});
    return named;
}

std::optional<Result<Operand>> QueryScope::special(const PgQuery__Node& node, ExpressionBinder& binder,
                                                   const Clause& clause) const {
    const auto clock = [&](int location) {
        return Operand{make_literal(Type::timestamptz, std::int64_t{context_.now.time_since_epoch().count()}, location),
                       false, location};
    };
    switch (node.node_case) {
        case PG_QUERY__NODE__NODE_SUB_LINK: return subquery(*node.sub_link, binder, clause);
        case PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION: {
            const int location = node.sqlvalue_function->location;
            if (node.sqlvalue_function->op == PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIMESTAMP)
                return clock(location);
            return context_.refuse(location, "this form of the time is not supported", "now() is a timestamptz in UTC");
        }
        case PG_QUERY__NODE__NODE_FUNC_CALL: {
            constexpr std::array<std::string_view, 4> kClocks = {"now", "transaction_timestamp", "statement_timestamp",
                                                                 "clock_timestamp"};
            const PgQuery__FuncCall& call = *node.func_call;
            const std::string_view name = string_of(*call.funcname[call.n_funcname - 1]);
            const bool plain = call.n_args == 0 && call.over == nullptr;
            if (plain && std::ranges::find(kClocks, name) != kClocks.end()) return clock(call.location);
            return std::nullopt;
        }
        default: return std::nullopt;
    }
}

}  // namespace sf::sql::query
