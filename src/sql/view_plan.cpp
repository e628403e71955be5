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

}  // namespace sf::sql
