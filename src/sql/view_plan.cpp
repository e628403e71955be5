#include "sql/view_plan.hpp"

#include "sql/expression_tree.hpp"
#include "sql/values/number_text.hpp"

namespace sf::sql {
namespace {

void append_constant(std::string& text, const ConstantValue& constant) {
    if (const auto* const words = std::get_if<std::string>(&constant)) {
        text += quoted_string(*words);
        return;
    }
    const auto append_number = [&](double number) {
        char buffer[kDoubleTextMax];
        text.append(buffer, write_double(buffer, number));
    };
    if (const auto* const number = std::get_if<double>(&constant)) return append_number(*number);
    text += "ARRAY[";
    for (const double number : std::get<std::vector<double>>(constant)) {
        if (text.back() != '[') text += ", ";
        append_number(number);
    }
    text += ']';
}

}  // namespace

std::string AggregateCall::text() const {
    std::string text = signature.function + '(';
    std::size_t written = 0;
    const auto separate = [&] { text += written++ > 0 ? ", " : ""; };
    for (std::size_t i = 0; i < signature.arguments.size(); ++i) {
        separate();
        text += canonical_text(*arguments[i]);
    }
    for (const ConstantValue& constant : constants) {
        separate();
        append_constant(text, constant);
    }
    if (written == 0 && !within_group) text += '*';
    if (within_group) text += ") WITHIN GROUP (ORDER BY ";
    else if (!order.empty()) text += " ORDER BY ";
    written = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        separate();
        text += canonical_text(*arguments[signature.arguments.size() + i]);
        if (order[i].descending) text += " DESC";
        if (order[i].nulls_first != order[i].descending) text += order[i].nulls_first ? " NULLS FIRST" : " NULLS LAST";
    }
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
