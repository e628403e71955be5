#include "sql/plan/select_planner.hpp"

#include "sql/plan/output_names.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sf::sql {
namespace {

constexpr std::string_view kSelectForm = "write CREATE MATERIALIZED VIEW name AS SELECT ...";

int place_of_first(std::size_t count, PgQuery__Node* const* nodes) { return count > 0 ? location_of(*nodes[0]) : -1; }

}  // namespace

Result<Relation> SelectPlanner::plan(const PgQuery__SelectStmt& select) {
    if (select.op != PG_QUERY__SET_OPERATION__SETOP_NONE) return plan_union(select);
    SF_TRY(check_clauses(select));
    SF_TRY(read_with(select));
    SF_TRY(read_from(select));
    SF_TRY(check_with_used());
    SF_TRY(read_where(select));
    SF_TRY(read_targets(select));
    const bool distinct = select.n_distinct_clause > 0;
    const bool grouped = select.n_group_clause > 0 || select.having_clause != nullptr;
    if (source_.rows == Relation::Rows::groups || source_.rows == Relation::Rows::ranked_groups)
        return plan_around_groups(select);
    if (grouped) return plan_groups(select, Grouping::clause);
    SF_TRY(bind_targets(kSelectList));
    if (!plan_.aggregates.empty()) return plan_groups(select, Grouping::aggregates);
    if (!plan_.rankings.empty()) return plan_ranked_events(select);
    if (distinct) return plan_groups(select, Grouping::distinct);
    return relation(source_.rows);
}

Relation SelectPlanner::relation(Relation::Rows rows) const {
    Relation made{.rows = rows, .columns = {}};
    for (const Target& target : targets_) made.columns.push_back({target.name, target.expression, target.unknown});
    return made;
}

// Everything that a SELECT may have and a view may not.
Result<> SelectPlanner::check_clauses(const PgQuery__SelectStmt& select) const {
    if (select.n_values_lists > 0)
        return refuse(place_of_first(1, select.values_lists), "VALUES is not supported", std::string(kSelectForm));
    if (select.n_distinct_clause > 0 && select.distinct_clause[0]->node_case != PG_QUERY__NODE__NODE__NOT_SET)
        return refuse(location_of(*select.distinct_clause[0]), "DISTINCT ON is not supported",
                      "GROUP BY the columns, and take min() or max() of the others");
    if (select.into_clause != nullptr)
        return refuse(select.into_clause->rel->location, "SELECT INTO is not supported", std::string(kSelectForm));
    if (select.n_sort_clause > 0)
        return refuse(place_of_first(1, select.sort_clause), "ORDER BY is not supported in a view",
                      "order the rows where they are read");
    if (select.limit_count != nullptr || select.limit_offset != nullptr) {
        const PgQuery__Node& limit = select.limit_count != nullptr ? *select.limit_count : *select.limit_offset;
        return refuse(location_of(limit), "LIMIT and OFFSET are not supported in a view",
                      "the best 10 of each window: SELECT * FROM (SELECT ..., row_number() OVER (PARTITION BY "
                      "window_start ORDER BY ...) AS rank ...) AS t WHERE rank <= 10");
    }
    if (select.n_window_clause > 0)
        return refuse(select.window_clause[0]->window_def->location, "the clause WINDOW is not supported",
                      "write OVER (PARTITION BY ... ORDER BY ...)");
    if (select.n_locking_clause > 0) return refuse(-1, "FOR UPDATE and FOR SHARE are not supported");
    if (select.group_distinct != 0)
        return refuse(place_of_first(select.n_group_clause, select.group_clause), "GROUP BY DISTINCT is not supported");
    if (select.n_target_list == 0 && select.op == PG_QUERY__SET_OPERATION__SETOP_NONE)
        return refuse(-1, "the SELECT list is empty", std::string(kSelectForm));
    return {};
}

Result<> SelectPlanner::read_with(const PgQuery__SelectStmt& select) {
    if (select.with_clause == nullptr) return {};
    const PgQuery__WithClause& clause = *select.with_clause;
    if (clause.recursive != 0) return refuse(clause.location, "WITH RECURSIVE is not supported");
    for (std::size_t i = 0; i < clause.n_ctes; ++i) {
        const PgQuery__CommonTableExpr& query = *clause.ctes[i]->common_table_expr;
        if (query.ctequery->node_case != PG_QUERY__NODE__NODE_SELECT_STMT)
            return refuse(query.location, "a WITH query must be a SELECT");
        if (query.ctematerialized != PG_QUERY__CTEMATERIALIZE__CTEMaterializeDefault)
            return refuse(query.location, "MATERIALIZED has no meaning in a view", "leave it out");
        for (const WithQuery& other : own_with_) {
            if (std::string_view(other.node->ctename) == query.ctename)
                return refuse(query.location, fmt::format("two WITH queries are called \"{}\"", query.ctename));
        }
        own_with_.push_back({.node = &query, .before = with_});
        with_ = &own_with_.back();
    }
    return {};
}

Result<> SelectPlanner::check_with_used() const {
    for (const WithQuery& query : own_with_) {
        if (!query.used)
            return refuse(query.node->location, fmt::format("the WITH query \"{}\" is not used", query.node->ctename),
                          "leave it out");
    }
    return {};
}

Result<std::optional<Relation>> SelectPlanner::with_query(std::string_view name) {
    WithQuery* query = with_;
    while (query != nullptr && name != query->node->ctename) query = query->before;
    if (query == nullptr) return std::optional<Relation>();
    query->used = true;
    SF_ASSIGN(
        Relation relation,
        SelectPlanner(builder_, names_, plan_, branches_, query->before).plan(*query->node->ctequery->select_stmt));
    SF_TRY(rename_columns(builder_, relation, {query->node->aliascolnames, query->node->n_aliascolnames}, name,
                          query->node->location));
    return std::optional(std::move(relation));
}

Result<std::optional<Relation>> SelectPlanner::view(std::string_view name, int location) {
    if (name == plan_.name) return refuse(location, "a view can't read itself");
    const ViewPlan* const found = names_.views.view(name);
    if (found == nullptr) return std::optional<Relation>();
    auto source = source_of(*found);
    if (!source) return refuse(location, source.error().message, source.error().hint);
    Relation relation{.rows = Relation::Rows::events, .columns = {}};
    for (std::size_t i = 0; i < source->columns.size(); ++i) {
        const ViewSource::Column& column = source->columns[i];
        relation.columns.push_back({column.name, make_view_column(i, column.type, column.name, location)});
    }
    plan_.over = std::move(*source);
    return std::optional(std::move(relation));
}

Result<Relation> SelectPlanner::subquery(const PgQuery__SelectStmt& select) {
    return SelectPlanner(builder_, names_, plan_, branches_, with_).plan(select);
}

Result<> SelectPlanner::read_from(const PgQuery__SelectStmt& select) {
    SF_ASSIGN(source_, from_clause(builder_, {select.from_clause, select.n_from_clause}, *this));
    if (source_.window) plan_.window = *source_.window;
    if (source_.condition != nullptr) {
        SF_ASSIGN(plan_.where, both(plan_.where, source_.condition));
    }
    binder_.emplace(builder_, *source_.scope, names_.aggregates, plan_.aggregates);
    binder_->call_functions(names_.functions);
    binder_->rank_into(plan_.rankings);
    return {};
}

// Over events it selects them; over groups it does what HAVING does; over ranked ones it says which are rows.
Result<> SelectPlanner::read_where(const PgQuery__SelectStmt& select) {
    if (select.where_clause == nullptr) return {};
    SF_ASSIGN(ExpressionPtr condition, binder_->bind_boolean(*select.where_clause, {"WHERE"}));
    ExpressionPtr& filter = source_.rows == Relation::Rows::ranked_groups ? plan_.shown
                            : source_.rows == Relation::Rows::groups      ? plan_.having
                                                                          : plan_.where;
    SF_ASSIGN(filter, both(filter, std::move(condition)));
    return {};
}

Result<ExpressionPtr> SelectPlanner::both(ExpressionPtr first, ExpressionPtr second) const {
    if (first == nullptr) return second;
    const int location = second->location;
    return builder_.call(kAnd, {std::move(first), std::move(second)}, location);
}

Result<> SelectPlanner::read_targets(const PgQuery__SelectStmt& select) {
    for (std::size_t i = 0; i < select.n_target_list; ++i) {
        const PgQuery__ResTarget& target = *select.target_list[i]->res_target;
        if (target.val->node_case != PG_QUERY__NODE__NODE_COLUMN_REF || !is_star(*target.val->column_ref)) {
            SF_TRY(add_target({.node = &target, .name = output_name(target, targets_.size() + 1)}, target.location));
            continue;
        }
        SF_ASSIGN(std::vector<NamedColumn> columns, source_.scope->star(*target.val->column_ref));
        for (NamedColumn& column : columns)
            SF_TRY(add_target({&target, std::move(column.name), std::move(column.expression), true}, target.location));
    }
    return {};
}

Result<> SelectPlanner::add_target(Target target, int location) {
    if (std::ranges::find(targets_, target.name, &Target::name) != targets_.end())
        return refuse(location, fmt::format("two columns are called \"{}\"", target.name),
                      "give one of them another name with AS");
    targets_.push_back(std::move(target));
    return {};
}

Result<ExpressionPtr> SelectPlanner::bind_target(const Target& target, const Clause& clause) {
    if (target.of_star) return target.expression;
    return binder_->bind_typed(*target.node->val, clause);
}

Result<> SelectPlanner::bind_targets(const Clause& clause) {
    for (Target& target : targets_) {
        if (target.of_star) continue;
        SF_ASSIGN(Operand operand, binder_->bind(*target.node->val, clause));
        target.expression = std::move(operand.expression);
        target.unknown = operand.unknown;
    }
    return {};
}

}  // namespace sf::sql
