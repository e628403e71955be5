// SELECT ... UNION ALL SELECT ...: the rows of each.
#include "sql/plan/select_planner.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sf::sql {
namespace {

constexpr std::string_view kUnionHint = "UNION ALL takes all rows of several SELECTs over events";

int place_of_select(const PgQuery__SelectStmt& select) {
    const PgQuery__SelectStmt* leaf = &select;
    while (leaf->larg != nullptr) leaf = leaf->larg;
    return leaf->n_target_list > 0 ? location_of(*leaf->target_list[0]) : -1;
}

bool same_window(const Window& a, const Window& b) {
    return a.kind == b.kind && a.time == b.time && a.size == b.size && a.slide == b.slide && a.offset == b.offset;
}

}  // namespace

// PostgreSQL's types of a UNION: from left to right, two at a time.
class SelectPlanner::UnionColumns {
public:
    explicit UnionColumns(const Builder& builder) : builder_(builder) {}

    Result<> add(const Relation& leaf, int location) {
        if (leaves_ == 0) names_ = leaf.columns;
        if (leaf.columns.size() != names_.size())
            return fail(
                builder_.error(location, fmt::format("this SELECT of the UNION ALL has {} columns, the first one {}",
                                                     leaf.columns.size(), names_.size())));
        for (std::size_t i = 0; i < names_.size(); ++i) {
            Operand operand{leaf.columns[i].expression, leaf.columns[i].unknown, leaf.columns[i].expression->location};
            if (operand.location < 0) operand.location = location;
            if (leaves_ == 0) {
                so_far_.push_back(std::move(operand));
                continue;
            }
            const Operand pair[] = {so_far_[i], std::move(operand)};
            SF_ASSIGN(const Type type,
                      builder_.common_type(pair, fmt::format("column \"{}\" of the UNION ALL", names_[i].name)));
            so_far_[i] = {make_union_column(i, type, text_of(i)), false, so_far_[i].location};
        }
        ++leaves_;
        return {};
    }

    // A leaf's columns as the union has them.
    Result<std::vector<ExpressionPtr>> of(const Relation& leaf) const {
        std::vector<ExpressionPtr> columns;
        for (std::size_t i = 0; i < names_.size(); ++i) {
            const NamedColumn& column = leaf.columns[i];
            SF_ASSIGN(ExpressionPtr made,
                      builder_.cast({column.expression, column.unknown, column.expression->location}, so_far_[i].type(),
                                    column.expression->location));
            columns.push_back(std::move(made));
        }
        return columns;
    }

    // What is the same in all branches is that: a window needs to know its time.
    std::vector<NamedColumn> columns(std::span<const Branch> branches) const {
        std::vector<NamedColumn> made;
        for (std::size_t i = 0; i < names_.size(); ++i) {
            const ExpressionPtr& first = branches[0].columns[i];
            const bool same = std::ranges::all_of(
                branches, [&](const Branch& branch) { return branch.columns[i]->text == first->text; });
            made.push_back({names_[i].name, same ? first : so_far_[i].expression});
        }
        return made;
    }

private:
    // No other expression is written so: union is a word of the grammar.
    [[nodiscard]] std::string text_of(std::size_t i) const { return "union." + quoted_identifier(names_[i].name); }

    const Builder& builder_;
    std::size_t leaves_ = 0;
    std::vector<NamedColumn> names_;
    std::vector<Operand> so_far_;
};

Result<> SelectPlanner::add_leaves(const PgQuery__SelectStmt& select,
                                   std::vector<const PgQuery__SelectStmt*>& leaves) const {
    const bool inner = select.op != PG_QUERY__SET_OPERATION__SETOP_NONE && select.with_clause == nullptr;
    if (!inner) {
        leaves.push_back(&select);
        return {};
    }
    SF_TRY(check_clauses(select));
    if (select.op != PG_QUERY__SET_OPERATION__SETOP_UNION)
        return refuse(place_of_select(*select.rarg), "INTERSECT and EXCEPT are not supported", std::string(kUnionHint));
    if (select.all == 0)
        return refuse(place_of_select(*select.rarg), "UNION without ALL is not supported",
                      "write UNION ALL; SELECT DISTINCT or GROUP BY around it makes equal rows one");
    SF_TRY(add_leaves(*select.larg, leaves));
    return add_leaves(*select.rarg, leaves);
}

Result<Relation> SelectPlanner::plan_union(const PgQuery__SelectStmt& select) {
    SF_TRY(check_clauses(select));
    SF_TRY(read_with(select));
    std::vector<const PgQuery__SelectStmt*> leaves;
    PgQuery__SelectStmt without_with = select;  // Its WITH is read.
    without_with.with_clause = nullptr;
    SF_TRY(add_leaves(without_with, leaves));
    struct Leaf {
        Relation relation;
        ViewPlan plan;
        std::vector<Branch> branches;  // Of a UNION ALL in its FROM.
    };
    std::vector<Leaf> planned;
    UnionColumns columns(builder_);
    for (const PgQuery__SelectStmt* const node : leaves) {
        Leaf leaf;
        const int location = place_of_select(*node);
        SF_ASSIGN(leaf.relation, SelectPlanner(builder_, names_, leaf.plan, leaf.branches, with_).plan(*node));
        if (leaf.plan.over)
            return refuse(location, fmt::format("a SELECT of a UNION ALL reads view \"{}\"", leaf.plan.over->view),
                          "UNION ALL is of SELECTs over events");
        if (leaf.relation.rows != Relation::Rows::events && leaf.relation.rows != Relation::Rows::windowed_events)
            return refuse(location, "a SELECT of a UNION ALL has groups",
                          "all are over events; GROUP BY stands around the UNION ALL");
        if (!planned.empty() && !same_window(leaf.plan.window, planned[0].plan.window))
            return refuse(location, "the SELECTs of a UNION ALL have different windows",
                          "give all the same one, or put it around: WITH u AS (... UNION ALL ...) ... FROM TUMBLE(u, "
                          "timestamp, ...)");
        SF_TRY(columns.add(leaf.relation, location));
        planned.push_back(std::move(leaf));
    }
    SF_TRY(check_with_used());
    for (const Leaf& leaf : planned) {
        SF_ASSIGN(std::vector<ExpressionPtr> of_leaf, columns.of(leaf.relation));
        if (leaf.branches.empty()) {
            branches_.push_back({leaf.plan.where, std::move(of_leaf)});
            continue;
        }
        for (const Branch& inner : leaf.branches) {
            Branch branch;
            SF_ASSIGN(branch.where, in_branch(builder_, leaf.plan.where, inner));
            if (inner.where != nullptr && branch.where == nullptr) branch.where = inner.where;
            else if (inner.where != nullptr) {
                SF_ASSIGN(branch.where, both(inner.where, branch.where));
            }
            for (const ExpressionPtr& column : of_leaf) {
                SF_ASSIGN(ExpressionPtr made, in_branch(builder_, column, inner));
                branch.columns.push_back(std::move(made));
            }
            branches_.push_back(std::move(branch));
        }
    }
    if (branches_.size() > kBranchesMax)
        return refuse(place_of_select(select), fmt::format("more than {} SELECTs in a UNION ALL", kBranchesMax),
                      "CASE and OR say several things of an event in one");
    plan_.window = planned[0].plan.window;
    return Relation{.rows = planned[0].relation.rows, .columns = columns.columns(branches_)};
}

}  // namespace sf::sql
