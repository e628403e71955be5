#include "sql/query/query_planner.hpp"

#include "sql/functions/catalog.hpp"
#include "sql/query/select_planner.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sf::sql::query {
namespace {

Operand as_operand(const Output& output) { return {output.expression, output.unknown, output.location}; }

std::span<PgQuery__Node* const> targets_of(const PgQuery__SelectStmt& select) {
    return {select.target_list, select.n_target_list};
}

// Where a SELECT begins, as far as its parts say.
int place_of(const PgQuery__SelectStmt& select) {
    const PgQuery__SelectStmt* first = &select;
    while (first->larg != nullptr) first = first->larg;
    const auto targets = targets_of(*first);
    return targets.empty() ? -1 : location_of(*targets[0]);
}

}  // namespace

SortKey sort_key(const PgQuery__SortBy& sort) {
    const bool descending = sort.sortby_dir == PG_QUERY__SORT_BY_DIR__SORTBY_DESC;
    const bool first = sort.sortby_nulls == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_FIRST ||
                       (sort.sortby_nulls == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_DEFAULT && descending);
    return {.expression = nullptr, .output = std::nullopt, .descending = descending, .nulls_first = first};
}

Result<> check_comparable(const QueryContext& context, Type type, int location, std::string_view place) {
    if (type != array_type(Type::jsonb)) return {};
    return context.refuse(location, fmt::format("{} does not take jsonb[]", place), "cast it to text[]");
}

ExpressionPtr equal_form(const ExpressionPtr& expression) {
    const Type type = expression->type;
    const Function* const form = type == Type::jsonb                  ? &kJsonEqual
                                 : type == Type::interval             ? &kIntervalForm
                                 : type == array_type(Type::interval) ? &kIntervalsForm
                                                                      : nullptr;
    if (form == nullptr || expression->function == form) return expression;
    return make_call(*form, type, {expression}, nullptr, expression->location);
}

ExpressionPtr order_form(const ExpressionPtr& expression) {
    if (is_of_intervals(expression->type)) return equal_form(expression);
    if (!has_order_form(expression->type)) return expression;
    return make_call(kJsonOrder, Type::text, {expression}, nullptr, expression->location);
}

void make_output_equal_form(const QueryContext& context, Query& query, std::size_t column) {
    if (auto* const select = std::get_if<Select>(&query.body)) {
        ExpressionPtr& expression = select->outputs[column].expression;
        expression = equal_form(expression);
    } else if (auto* const operation = std::get_if<SetOperation>(&query.body)) {
        make_output_equal_form(context, *operation->left, column);
        make_output_equal_form(context, *operation->right, column);
    } else {
        for (auto& row : std::get<Values>(query.body).rows) row[column] = equal_form(row[column]);
    }
    describe(context, query);
}

Result<> rename_columns(const QueryContext& context, std::vector<Attribute>& columns,
                        std::span<PgQuery__Node* const> names, int location) {
    if (names.size() > columns.size())
        return context.refuse(location, fmt::format("{} names for {} columns", names.size(), columns.size()));
    for (std::size_t i = 0; i < names.size(); ++i) columns[i].name = std::string(string_of(*names[i]));
    return {};
}

void describe(const QueryContext& context, Query& query) {
    if (const auto* const select = std::get_if<Select>(&query.body)) {
        query.columns.clear();
        for (const Output& output : select->outputs) {
            query.columns.push_back({output.name, output.expression->type,
                                     numeric_form(*output.expression, *context.leaves, select->aggregates)});
        }
    } else if (const auto* const operation = std::get_if<SetOperation>(&query.body)) {
        query.columns = operation->left->columns;
        for (std::size_t i = 0; i < query.columns.size(); ++i)
            query.columns[i].numeric = joined_form(query.columns[i].numeric, operation->right->columns[i].numeric);
    } else {
        const auto& rows = std::get<Values>(query.body).rows;
        for (std::size_t i = 0; i < query.columns.size(); ++i) {
            query.columns[i].type = rows[0][i]->type;
            query.columns[i].numeric = numeric_form(*rows[0][i], *context.leaves, {});
            for (const auto& row : rows)
                query.columns[i].numeric =
                    joined_form(query.columns[i].numeric, numeric_form(*row[i], *context.leaves, {}));
        }
    }
}

Result<> cast_output(const QueryContext& context, Query& query, std::size_t column, Type type, std::string_view place) {
    if (auto* const select = std::get_if<Select>(&query.body)) {
        Output& output = select->outputs[column];
        SF_ASSIGN(output.expression, context.builder.implicit(as_operand(output), type));
        output.unknown = false;
    } else if (auto* const operation = std::get_if<SetOperation>(&query.body)) {
        SF_TRY(cast_output(context, *operation->left, column, type, place));
        SF_TRY(cast_output(context, *operation->right, column, type, place));
    } else {
        for (auto& row : std::get<Values>(query.body).rows) {
            SF_ASSIGN(row[column], context.builder.implicit({row[column], false, row[column]->location}, type));
        }
    }
    describe(context, query);
    return {};
}

Result<QueryPtr> QueryPlanner::plan(const PgQuery__SelectStmt& select) {
    auto query = std::make_shared<Query>();
    own_.outer = with_;
    if (select.with_clause != nullptr) {
        SF_TRY(read_with(*select.with_clause, *query));
    }
    if (select.into_clause != nullptr)
        return context_.refuse(select.into_clause->rel->location, "SELECT INTO is not allowed: queries are read-only");
    if (select.n_locking_clause > 0)
        return context_.refuse(-1, "FOR UPDATE and FOR SHARE are not allowed: queries are read-only");
    if (select.op != PG_QUERY__SET_OPERATION__SETOP_NONE) {
        SF_TRY(plan_set_operation(select, *query));
        SF_TRY(order_by_outputs(select, *query));
    } else if (select.n_values_lists > 0) {
        SF_TRY(plan_values(select, *query));
        SF_TRY(order_by_outputs(select, *query));
    } else {
        SF_TRY(SelectPlanner(context_, outer_, &own_).plan(select, *query));
    }
    SF_TRY(read_limits(select, *query));
    return query;
}

Result<> QueryPlanner::read_with(const PgQuery__WithClause& clause, Query& query) {
    query.recursive = clause.recursive != 0;
    for (std::size_t i = 0; i < clause.n_ctes; ++i) {
        const PgQuery__CommonTableExpr& expression = *clause.ctes[i]->common_table_expr;
        if (own_.queries.contains(expression.ctename))
            return context_.refuse(expression.location,
                                   fmt::format("two WITH queries are called \"{}\"", expression.ctename));
        SF_ASSIGN(WithQuery with, read_with_query(expression, query.recursive));
        own_.queries.insert_or_assign(expression.ctename,
                                      WithScope::Entry{with.name, with.query->columns, with.query->events});
        query.with.push_back(std::move(with));
    }
    return {};
}

Result<WithQuery> QueryPlanner::read_with_query(const PgQuery__CommonTableExpr& expression, bool recursive) {
    if (expression.ctequery->node_case != PG_QUERY__NODE__NODE_SELECT_STMT)
        return context_.refuse(expression.location, "only SELECT is allowed in WITH: queries are read-only");
    if (expression.search_clause != nullptr || expression.cycle_clause != nullptr)
        return context_.refuse(expression.location, "SEARCH and CYCLE are not supported");
    const PgQuery__SelectStmt& select = *expression.ctequery->select_stmt;
    WithQuery with;
    with.name = "w" + std::to_string(++context_.with_queries);
    if (expression.ctematerialized == PG_QUERY__CTEMATERIALIZE__CTEMaterializeAlways) with.materialized = true;
    if (expression.ctematerialized == PG_QUERY__CTEMATERIALIZE__CTEMaterializeNever) with.materialized = false;
    if (recursive && select.op == PG_QUERY__SET_OPERATION__SETOP_UNION && select.with_clause == nullptr) {
        SF_ASSIGN(with.query, plan_recursive(select, expression.ctename, with.name, expression));
    } else {
        SF_ASSIGN(with.query, QueryPlanner(context_, outer_, &own_).plan(select));
        SF_TRY(rename_columns(context_, with.query->columns, {expression.aliascolnames, expression.n_aliascolnames},
                              expression.location));
    }
    return with;
}

// The left side gives the types of the columns, and the right one may read them. A numeric keeps the left side's scale
// where a turn leaves it as it is; else each turn may have more digits behind the point.
Result<QueryPtr> QueryPlanner::plan_recursive(const PgQuery__SelectStmt& select, const std::string& name,
                                              const std::string& printed, const PgQuery__CommonTableExpr& expression) {
    auto query = std::make_shared<Query>();
    SetOperation operation{.kind = SetOperation::Kind::unite, .all = select.all != 0, .left = {}, .right = {}};
    SF_ASSIGN(operation.left, QueryPlanner(context_, outer_, &own_).plan(*select.larg));
    std::vector<Attribute> columns = operation.left->columns;
    SF_TRY(
        rename_columns(context_, columns, {expression.aliascolnames, expression.n_aliascolnames}, expression.location));
    for (bool settled = false; !settled;) {
        own_.queries.insert_or_assign(name, WithScope::Entry{printed, columns, std::nullopt});
        SF_ASSIGN(operation.right, QueryPlanner(context_, outer_, &own_).plan(*select.rarg));
        own_.queries.erase(name);
        if (operation.right->columns.size() != columns.size())
            return context_.refuse(place_of(*select.rarg), "both sides of UNION must have as many columns");
        settled = true;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const NumericForm& turn = operation.right->columns[i].numeric;
            const bool stays = !columns[i].numeric.exact || (turn.exact && turn.scale == columns[i].numeric.scale);
            if (columns[i].type != Type::numeric || stays) continue;
            columns[i].numeric = {};
            settled = false;
        }
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const Type type = columns[i].type;
        if (!converts_implicitly(operation.right->columns[i].type, type))
            return context_.refuse(
                place_of(*select.rarg),
                fmt::format("column \"{}\" of the recursive part is {}, and {} before it", columns[i].name,
                            to_string(operation.right->columns[i].type), to_string(type)),
                fmt::format("cast the first one: ::{}", to_string(operation.right->columns[i].type)));
        SF_TRY(cast_output(context_, *operation.right, i, type, "UNION"));
        if (operation.all) continue;
        SF_TRY(check_comparable(context_, type, place_of(*select.rarg), "UNION"));
        make_output_equal_form(context_, *operation.left, i);
        make_output_equal_form(context_, *operation.right, i);
    }
    if (select.n_sort_clause > 0 || select.limit_count != nullptr || select.limit_offset != nullptr)
        return context_.refuse(expression.location, "a recursive query can't have ORDER BY or LIMIT",
                               "put them where it is read");
    query->columns = std::move(columns);
    query->body = std::move(operation);
    return query;
}

Result<> QueryPlanner::plan_set_operation(const PgQuery__SelectStmt& select, Query& query) {
    SetOperation operation;
    operation.all = select.all != 0;
    if (select.op == PG_QUERY__SET_OPERATION__SETOP_INTERSECT) operation.kind = SetOperation::Kind::intersect;
    if (select.op == PG_QUERY__SET_OPERATION__SETOP_EXCEPT) operation.kind = SetOperation::Kind::except;
    SF_ASSIGN(operation.left, QueryPlanner(context_, outer_, &own_).plan(*select.larg));
    SF_ASSIGN(operation.right, QueryPlanner(context_, outer_, &own_).plan(*select.rarg));
    if (operation.left->columns.size() != operation.right->columns.size())
        return context_.refuse(place_of(*select.rarg),
                               "both sides of UNION, INTERSECT or EXCEPT must have as many "
                               "columns");
    SF_TRY(join_sides(operation));
    query.body = std::move(operation);
    describe(context_, query);
    return {};
}

namespace {

// What a column of a side is, for finding the type that both have.
Operand side(const Query& query, std::size_t column) {
    if (const auto* const select = std::get_if<Select>(&query.body)) return as_operand(select->outputs[column]);
    if (const auto* const operation = std::get_if<SetOperation>(&query.body)) return side(*operation->left, column);
    return {std::get<Values>(query.body).rows[0][column], false, -1};
}

}  // namespace

Result<> QueryPlanner::join_sides(SetOperation& operation) {
    for (std::size_t i = 0; i < operation.left->columns.size(); ++i) {
        const std::array operands = {side(*operation.left, i), side(*operation.right, i)};
        constexpr std::string_view kPlace = "a column of UNION, INTERSECT or EXCEPT";
        SF_ASSIGN(const Type type, context_.builder.common_type(operands, kPlace));
        SF_TRY(cast_output(context_, *operation.left, i, type, kPlace));
        SF_TRY(cast_output(context_, *operation.right, i, type, kPlace));
        const bool compares = !operation.all || operation.kind != SetOperation::Kind::unite;
        if (!compares) continue;
        SF_TRY(check_comparable(context_, type, -1, "UNION, INTERSECT and EXCEPT"));
        make_output_equal_form(context_, *operation.left, i);
        make_output_equal_form(context_, *operation.right, i);
    }
    return {};
}

Result<> QueryPlanner::plan_values(const PgQuery__SelectStmt& select, Query& query) {
    Values values;
    std::vector<AggregateCall> none;
    QueryScope scope(context_, outer_);
    scope.with = &own_;
    ExpressionBinder binder = context_.binder(scope, none);
    std::vector<std::vector<Operand>> rows;
    for (std::size_t i = 0; i < select.n_values_lists; ++i) {
        const PgQuery__List& list = *select.values_lists[i]->list;
        rows.emplace_back();
        for (std::size_t k = 0; k < list.n_items; ++k) {
            SF_ASSIGN(Operand operand, binder.bind(*list.items[k], {.name = "VALUES"}));
            rows.back().push_back(std::move(operand));
        }
        if (rows.back().size() != rows[0].size())
            return context_.refuse(location_of(*list.items[0]), "all rows of VALUES must be of one length");
    }
    values.rows.resize(rows.size());
    for (std::size_t k = 0; k < rows[0].size(); ++k) {
        std::vector<Operand> column;
        for (const auto& row : rows) column.push_back(row[k]);
        SF_ASSIGN(const Type type, context_.builder.common_type(column, "a column of VALUES"));
        for (std::size_t i = 0; i < rows.size(); ++i) {
            SF_ASSIGN(ExpressionPtr expression, context_.builder.implicit(column[i], type));
            values.rows[i].push_back(std::move(expression));
        }
        query.columns.push_back({fmt::format("column{}", k + 1), type, {}});
    }
    query.body = std::move(values);
    describe(context_, query);
    return {};
}

// Behind a set operation ORDER BY knows the outputs alone.
Result<> QueryPlanner::order_by_outputs(const PgQuery__SelectStmt& select, Query& query) {
    for (std::size_t i = 0; i < select.n_sort_clause; ++i) {
        const PgQuery__SortBy& sort = *select.sort_clause[i]->sort_by;
        SortKey key = sort_key(sort);
        const int location = location_of(*sort.node);
        if (sort.node->node_case == PG_QUERY__NODE__NODE_A_CONST &&
            sort.node->a_const->val_case == PG_QUERY__A__CONST__VAL_IVAL) {
            key.output = static_cast<std::size_t>(sort.node->a_const->ival->ival) - 1;
        } else if (sort.node->node_case == PG_QUERY__NODE__NODE_COLUMN_REF && sort.node->column_ref->n_fields == 1) {
            const auto found = std::ranges::find(query.columns, last_name(*sort.node->column_ref), &Attribute::name);
            key.output = static_cast<std::size_t>(found - query.columns.begin());
        }
        if (!key.output || *key.output >= query.columns.size())
            return context_.refuse(location, "ORDER BY takes names and numbers of outputs here",
                                   "put the query into FROM: SELECT * FROM (...) t ORDER BY ...");
        SF_TRY(check_comparable(context_, query.columns[*key.output].type, location, "ORDER BY"));
        query.order.push_back(std::move(key));
    }
    return {};
}

Result<> QueryPlanner::read_limits(const PgQuery__SelectStmt& select, Query& query) {
    const bool all = select.limit_count != nullptr && select.limit_count->node_case == PG_QUERY__NODE__NODE_A_CONST &&
                     select.limit_count->a_const->isnull != 0;
    if (select.limit_option == PG_QUERY__LIMIT_OPTION__LIMIT_OPTION_WITH_TIES)
        return context_.refuse(location_of(*select.limit_count), "WITH TIES is not supported",
                               "rank() OVER (ORDER BY ...) <= n in a query around it does the same");
    if (select.limit_count != nullptr && !all) {
        SF_ASSIGN(query.limit, row_count(*select.limit_count, "LIMIT"));
    }
    if (select.limit_offset != nullptr) {
        SF_ASSIGN(query.offset, row_count(*select.limit_offset, "OFFSET"));
    }
    return {};
}

Result<std::int64_t> QueryPlanner::row_count(const PgQuery__Node& node, std::string_view what) {
    std::vector<AggregateCall> none;
    const QueryScope scope(context_, nullptr);
    ExpressionBinder binder = context_.binder(scope, none);
    SF_ASSIGN(const Operand operand, binder.bind(node, {.name = what}));
    SF_ASSIGN(const ExpressionPtr number, context_.builder.cast(operand, Type::bigint, location_of(node)));
    const auto* const value = std::get_if<std::int64_t>(&number->literal);
    if (!is_literal(*number) || value == nullptr)
        return context_.refuse(location_of(node), fmt::format("{} needs a literal number", what));
    if (*value < 0) return context_.refuse(location_of(node), fmt::format("{} must not be negative", what));
    return *value;
}

}  // namespace sf::sql::query
