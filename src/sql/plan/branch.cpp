#include "sql/plan/branch.hpp"

#include <set>

namespace sf::sql {
namespace {

void add_union_columns(const Expression& expression, std::set<std::size_t>& columns, std::string& texts,
                       const Branch& branch) {
    if (expression.kind == Expression::Kind::union_column && columns.insert(expression.index).second)
        texts += (texts.empty() ? "" : ", ") + expression.text + " = " + branch.columns[expression.index]->text;
    for (const ExpressionPtr& argument : expression.arguments) add_union_columns(*argument, columns, texts, branch);
}

// Some calls have a text of their own that is not made of their arguments' alone: lookups of rows, lists of IN.
bool is_written_by_arguments(const Expression& call) {
    return make_call(*call.function, call.type, call.arguments, nullptr, -1)->text == call.text;
}

}  // namespace

Result<ExpressionPtr> in_branch(const Builder& builder, const ExpressionPtr& expression, const Branch& branch) {
    if (expression == nullptr) return expression;
    if (expression->kind == Expression::Kind::union_column)
        return at_location(branch.columns[expression->index], expression->location);
    std::vector<ExpressionPtr> arguments;
    bool changed = false;
    for (const ExpressionPtr& argument : expression->arguments) {
        SF_ASSIGN(ExpressionPtr made, in_branch(builder, argument, branch));
        changed = changed || made != argument;
        arguments.push_back(std::move(made));
    }
    if (!changed) return expression;
    if (is_written_by_arguments(*expression))
        return builder.call(*expression->function, expression->type, std::move(arguments), expression->location);
    std::set<std::size_t> columns;
    std::string texts;
    add_union_columns(*expression, columns, texts, branch);
    return builder.named_call(*expression, expression->text + " with " + texts, std::move(arguments));
}

}  // namespace sf::sql
