// Subqueries in expressions: (SELECT ...), EXISTS, IN, ANY and ALL.
#include "sql/query/query_planner.hpp"
#include "sql/query/query_scope.hpp"

#include <fmt/format.h>

#include <array>

namespace sf::sql::query {

Result<Operand> QueryScope::subquery(const PgQuery__SubLink& link, ExpressionBinder& binder,
                                     const Clause& clause) const {
    const int location = link.location;
    if (link.subselect->node_case != PG_QUERY__NODE__NODE_SELECT_STMT)
        return context_.refuse(location, "only SELECT is allowed: queries are read-only");
    SF_ASSIGN(QueryPtr query, QueryPlanner(context_, this, with).plan(*link.subselect->select_stmt));
    const std::string text = fmt::format("(subquery {})", context_.leaves->size());
    const auto typed = [&](Leaf leaf, Type type, const std::string& shown) {
        return Operand{context_.add(std::move(leaf), type, shown), false, location};
    };
    if (link.sub_link_type == PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK) {
        Leaf leaf{.kind = Leaf::Kind::exists};
        leaf.query = std::move(query);
        return typed(std::move(leaf), Type::boolean, "EXISTS " + text);
    }
    if (link.sub_link_type == PG_QUERY__SUB_LINK_TYPE__ARRAY_SUBLINK)
        return context_.refuse(location, "ARRAY(SELECT ...) is not supported");
    if (query->columns.size() != 1)
        return context_.refuse(location,
                               fmt::format("the subquery must have one column, it has {}", query->columns.size()));
    if (link.sub_link_type == PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK) {
        Leaf leaf{.kind = Leaf::Kind::scalar_subquery};
        const Attribute& attribute = query->columns[0];
        const Type type = attribute.type;
        leaf.numeric = attribute.numeric;
        leaf.query = std::move(query);
        return typed(std::move(leaf), type, text);
    }
    const bool all = link.sub_link_type == PG_QUERY__SUB_LINK_TYPE__ALL_SUBLINK;
    if (!all && link.sub_link_type != PG_QUERY__SUB_LINK_TYPE__ANY_SUBLINK)
        return context_.refuse(location, "this form of subquery is not supported");
    if (link.testexpr->node_case == PG_QUERY__NODE__NODE_ROW_EXPR)
        return context_.refuse(location, "rows are not supported", "EXISTS compares several columns");
    SF_ASSIGN(const Operand left, binder.bind(*link.testexpr, clause));
    const Operand right{context_.add({}, query->columns[0].type, text), false, location};
    const std::array operands = {left, right};
    SF_ASSIGN(const Type type, context_.builder.common_type(operands, "IN, ANY and ALL"));
    Leaf leaf{.kind = Leaf::Kind::quantified, .owner = this};
    SF_ASSIGN(leaf.expression, context_.builder.implicit(left, type));
    leaf.expression = equal_form(leaf.expression);
    SF_TRY(cast_output(context_, *query, 0, type, "IN"));
    make_output_equal_form(context_, *query, 0);
    leaf.symbol = link.n_oper_name > 0 ? std::string(string_of(*link.oper_name[link.n_oper_name - 1])) : "=";
    constexpr std::array<std::string_view, 6> kSymbols = {"=", "<>", "<", "<=", ">", ">="};
    if (std::ranges::find(kSymbols, leaf.symbol) == kSymbols.end())
        return context_.refuse(location, fmt::format("{} does not go with ANY and ALL", leaf.symbol));
    if (has_order_form(type) && leaf.symbol != "=" && leaf.symbol != "<>")
        return context_.refuse(location, fmt::format("{} does not take jsonb here", leaf.symbol),
                               "->> gives text, and a cast a number: (data->>'a')::numeric");
    leaf.all = all;
    leaf.query = std::move(query);
    const std::string shown = fmt::format("{} {} {}", leaf.expression->text, leaf.symbol, text);
    return typed(std::move(leaf), Type::boolean, shown);
}

}  // namespace sf::sql::query
