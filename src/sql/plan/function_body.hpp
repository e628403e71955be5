// The body of a function in SQL as a tree, for each call a tree of its own.
#pragma once

#include "sql/syntax/statement.hpp"
#include "sql/user_function.hpp"

#include <optional>

namespace sf::sql {

class FunctionBody {
public:
    /// Errors and nodes have their places in the function's statement.
    [[nodiscard]] static Result<FunctionBody> of(const UserFunction& function);

    /// The expression that is the function's value. Lives as long as this.
    [[nodiscard]] const PgQuery__Node& expression() const { return *expression_; }
    [[nodiscard]] const Statement& statement() const { return statement_; }

    /// From now on everything in it stands at `location`: of the call, in the statement that has it.
    void stand_at(int location);

private:
    explicit FunctionBody(Statement statement) : statement_(std::move(statement)) {}
    [[nodiscard]] Result<> read_text(const PgQuery__DefElem& as);
    [[nodiscard]] Result<> read_expression();

    Statement statement_;
    std::optional<Statement> text_;  // Where the body is a string: what is in it.
    PgQuery__Node* expression_ = nullptr;
};

}  // namespace sf::sql
