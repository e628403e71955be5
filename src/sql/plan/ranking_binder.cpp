// row_number() OVER (...), rank() and dense_rank().
#include "sql/plan/expression_binder.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sf::sql {
namespace {

constexpr std::int32_t kFrameWritten = 1;  // FRAMEOPTION_NONDEFAULT of PostgreSQL's parsenodes.h: ROWS, RANGE, GROUPS.

std::optional<Ranking::Kind> kind_of(std::string_view name) {
    if (name == "row_number") return Ranking::Kind::row_number;
    if (name == "rank") return Ranking::Kind::rank;
    if (name == "dense_rank") return Ranking::Kind::dense_rank;
    return std::nullopt;
}

}  // namespace

Result<Operand> ExpressionBinder::bind_ranking(std::string_view name, const PgQuery__FuncCall& call,
                                               const Clause& clause) {
    const int location = call.location;
    const PgQuery__WindowDef& over = *call.over;
    const auto kind = kind_of(name);
    if (!kind)
        return refuse(
            location, fmt::format("{}() OVER is not supported", name),
            "row_number(), rank() and dense_rank() are; GROUP BY window_start makes one group of each window");
    if (!clause.rankings || rankings_ == nullptr)
        return refuse(location, fmt::format("{}() can't stand in {}", name, clause.name),
                      "SELECT * FROM (SELECT ..., row_number() OVER (...) AS rank ...) AS t WHERE rank <= 10");
    if (call.n_args > 0 || call.agg_star != 0 || call.agg_distinct != 0 || call.agg_filter != nullptr ||
        call.n_agg_order > 0 || call.agg_within_group != 0)
        return refuse(location, fmt::format("{}() takes no arguments", name));
    if ((over.name != nullptr && *over.name != '\0') || (over.refname != nullptr && *over.refname != '\0'))
        return refuse(over.location, "named windows are not supported", "write OVER (PARTITION BY ... ORDER BY ...)");
    if ((over.frame_options & kFrameWritten) != 0)
        return refuse(over.location, fmt::format("{}() has no use for a frame", name),
                      "leave out ROWS, RANGE or GROUPS");
    Clause inner = clause;
    inner.rankings = false;
    inner.name = "OVER";
    Ranking ranking{.kind = *kind, .partition = {}, .order = {}};
    for (std::size_t i = 0; i < over.n_partition_clause; ++i) {
        SF_ASSIGN(ExpressionPtr expression, bind_typed(*over.partition_clause[i], inner));
        if (is_array(expression->type))
            return refuse(location_of(*over.partition_clause[i]), "partitions can't be made by arrays",
                          "cast it to text, or take an element");
        ranking.partition.push_back(std::move(expression));
    }
    for (std::size_t i = 0; i < over.n_order_clause; ++i) {
        SF_ASSIGN(SortKey key, bind_sort_key(*over.order_clause[i]->sort_by, inner));
        ranking.order.push_back(std::move(key));
    }
    const std::string text = ranking.text();
    const auto known = std::ranges::find(*rankings_, text, &Ranking::text);
    const auto index = static_cast<std::size_t>(known - rankings_->begin());
    if (known == rankings_->end()) rankings_->push_back(std::move(ranking));
    return typed(make_ranking(index, text, location), location);
}

Result<SortKey> ExpressionBinder::bind_sort_key(const PgQuery__SortBy& sort, const Clause& clause) {
    const int location = location_of(*sort.node);
    if (sort.sortby_dir == PG_QUERY__SORT_BY_DIR__SORTBY_USING)
        return refuse(location, "ORDER BY USING is not supported", "ASC or DESC");
    SF_ASSIGN(ExpressionPtr expression, bind_typed(*sort.node, clause));
    if (is_literal(*expression))
        return refuse(location, "ORDER BY by a literal orders nothing",
                      "name a column; numbers of outputs are not meant here");
    if (expression->type == Type::json_scalar || expression->type == Type::jsonb)
        return refuse(location, fmt::format("{} has no order", expression->text),
                      fmt::format("cast it: {}::double precision, or take data->>'field'", expression->text));
    if (is_array(expression->type))
        return refuse(location, "ranks by arrays are not supported", "cast it to text, or take an element");
    const bool descending = sort.sortby_dir == PG_QUERY__SORT_BY_DIR__SORTBY_DESC;
    const bool nulls_first = sort.sortby_nulls == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_FIRST ||
                             (sort.sortby_nulls == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_DEFAULT && descending);
    return SortKey{std::move(expression), descending, nulls_first};
}

}  // namespace sf::sql
