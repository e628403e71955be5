#include "sql/view_plan.hpp"

#include "sql/values/number_text.hpp"

namespace sf::sql {

std::string AggregateCall::text() const {
    std::string text = signature.function + '(';
    for (const ExpressionPtr& argument : arguments) {
        if (text.back() != '(') text += ", ";
        text += canonical_text(*argument);
    }
    for (const double constant : constants) {
        if (text.back() != '(') text += ", ";
        char buffer[kDoubleTextMax];
        text.append(buffer, write_double(buffer, constant));
    }
    if (arguments.empty() && constants.empty()) text += '*';
    text += ')';
    if (filter != nullptr) text += " FILTER (WHERE " + canonical_text(*filter) + ")";
    return text;
}

std::string Ranking::text() const {
    std::string text = kind == Kind::row_number ? "row_number" : kind == Kind::rank ? "rank" : "dense_rank";
    text += "() OVER (";
    for (const ExpressionPtr& expression : partition)
        text += (&expression == &partition.front() ? "PARTITION BY " : ", ") + canonical_text(*expression);
    if (!partition.empty() && !order.empty()) text += ' ';
    for (const SortKey& key : order) {
        text += (&key == &order.front() ? "ORDER BY " : ", ") + canonical_text(*key.expression);
        if (key.descending) text += " DESC";
        if (key.nulls_first != key.descending) text += key.nulls_first ? " NULLS FIRST" : " NULLS LAST";
    }
    return text + ')';
}

}  // namespace sf::sql
