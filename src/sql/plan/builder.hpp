// Makes typed expressions: calls with their literals computed at once, casts, and what literals mean in their place.
#pragma once

#include "sql/functions/catalog.hpp"
#include "sql/plan/operand.hpp"
#include "sql/syntax/statement.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace sf::sql {

class Builder {
public:
    /// `statement` outlives the builder.
    explicit Builder(const Statement& statement) : statement_(statement) {}

    [[nodiscard]] Error error(int location, std::string message, std::string hint = {}) const {
        return statement_.error(location, std::move(message), std::move(hint));
    }
    [[nodiscard]] const std::string& sql() const { return statement_.sql(); }

    /// A call of `function` with arguments of the types that it takes. Literals only: the literal that it gives, or an
    /// error where it fails.
    [[nodiscard]] Result<ExpressionPtr> call(const Function& function, std::vector<ExpressionPtr> arguments,
                                             int location) const;
    [[nodiscard]] Result<ExpressionPtr> call(const Function& function, Type result,
                                             std::vector<ExpressionPtr> arguments, int location) const;

    /// The same call with other arguments, written as `text`.
    [[nodiscard]] Result<ExpressionPtr> named_call(const Expression& call, std::string text,
                                                   std::vector<ExpressionPtr> arguments) const;

    /// What `::type` does, through another type where there is no direct way.
    [[nodiscard]] Result<ExpressionPtr> cast(const Operand& operand, Type type, int location) const;

    /// What happens without being asked for: a literal takes the type, a number one that holds it, data.field is read
    /// as it.
    [[nodiscard]] Result<ExpressionPtr> implicit(const Operand& operand, Type type) const;

    /// What happens where a value is put into a place of a type, as the body of a function is: whatever implicit()
    /// does, other numbers, shorter times, and text of anything. `what` is named in the error.
    [[nodiscard]] Result<ExpressionPtr> assigned(const Operand& operand, Type type, std::string_view what) const;

    /// For WHERE, AND, FILTER and so on; `place` is named in the error.
    [[nodiscard]] Result<ExpressionPtr> boolean(const Operand& operand, std::string_view place) const;

    /// The one type of the branches of CASE, COALESCE and so on; `place` is named in the error.
    [[nodiscard]] Result<Type> common_type(std::span<const Operand> operands, std::string_view place) const;

    /// What `call` gives where all its arguments are literals; else the call.
    [[nodiscard]] Result<ExpressionPtr> folded(ExpressionPtr call) const;

private:
    [[nodiscard]] Result<> check_size(std::span<const ExpressionPtr> arguments, int location) const;
    [[nodiscard]] Result<ExpressionPtr> read_literal(const Operand& literal, Type type) const;
    [[nodiscard]] Result<ExpressionPtr> computed(const ExpressionPtr& call) const;

    const Statement& statement_;
};

[[nodiscard]] bool converts_implicitly(Type from, Type to);
[[nodiscard]] bool converts_by_assignment(Type from, Type to);

}  // namespace sf::sql
